import { expect, test } from "vitest";
import { send } from "../../harness.ts";

test("GET /health answers OK as text", async () => {
  const response = await send("/health");
  expect([response.status, await response.text()]).toEqual([200, "OK"]);
  expect(response.headers.get("Content-Type")).toMatch(/^text\/plain/);
});

test("GET /health/ready says that the database answers", async () => {
  const response = await send("/health/ready");
  expect([response.status, await response.json()]).toEqual([200, { status: "ok", checks: { database: "ok" } }]);
});

test("GET /health/ready answers 503 with Retry-After where the database fails, and names no binding", async () => {
  const broken = { prepare: () => ({ first: () => Promise.reject(new Error("D1_ERROR: DB is down")) }) };
  const response = await send("/health/ready", {}, { DB: broken as unknown as D1Database });
  expect([response.status, response.headers.get("Retry-After")]).toEqual([503, "5"]);
  expect(await response.json()).toEqual({ status: "unavailable", checks: { database: "failed" } });
});
