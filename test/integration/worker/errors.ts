/** What the outside sees when the database fails: enough to report it in production, everything in development. */
import { URLSearchParams } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { type RunningWorker, startWorker, type WorkerSetup } from "../worker.ts";

let worker: RunningWorker;
afterEach(() => worker.stop());

/** What must not get out: code, SQL, the names of tables, columns and bindings. */
const INTERNAL =
  /\bat \w+|\.js|\.ts\b|SQL|SELECT|INSERT|no such table|D1|folded|env\b|\bDB\b|undefined|TypeError|prepare/;

const BROKEN: readonly WorkerSetup[] = [{ database: "empty" }, { database: "none" }];

describe.each(BROKEN)("in production with the database: $database", (setup) => {
  test("the API answers 500 with the request id and nothing internal", async () => {
    worker = await startWorker({ environment: "production", ...setup });
    const response = await worker.fetch("/api/notes", { headers: { "X-Request-Id": "broken-database" } });
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(response.headers.get("X-Request-Id")).toBe("broken-database");
    const problem = { type: "about:blank", title: "Internal Server Error", status: 500, requestId: "broken-database" };
    expect(JSON.parse(text)).toEqual({ ...problem, detail: expect.stringContaining("broken-database") });
    expect(text).not.toMatch(INTERNAL);
  });

  test("the page answers 500 as a page with nothing internal, also to a form", async () => {
    worker = await startWorker({ environment: "production", ...setup });
    const headers = { Accept: "text/html" };
    const shown = await worker.fetch("/", { headers });
    const posted = await worker.fetch("/", { method: "POST", headers, body: new URLSearchParams({ title: "Lost" }) });
    for (const response of [shown, posted]) {
      const page = withoutStyle(await response.text());
      expect(response.status).toBe(500);
      expect(response.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
      expect(page).toContain(response.headers.get("X-Request-Id"));
      expect(page).not.toMatch(INTERNAL);
    }
  });
});

test("anything but development counts as production", async () => {
  worker = await startWorker({ environment: "Development", database: "empty" });
  expect(await (await worker.fetch("/api/notes")).json()).not.toHaveProperty("debug");
});

test("in development the API shows what was thrown, and where", async () => {
  worker = await startWorker({ environment: "development", database: "empty" });
  const response = await worker.fetch("/api/notes");
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({
    title: "Internal Server Error",
    debug: {
      message: expect.stringContaining("no such table: notes"),
      stack: expect.stringMatching(/\n +at /),
      phase: "resolve",
      route: "/api/notes",
    },
  });
});

test("a database without tables is ready: it answers", async () => {
  worker = await startWorker({ database: "empty" });
  const response = await worker.fetch("/health/ready");
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: "ok", checks: { database: "ok" } });
});

test("without a database the Worker is alive, not ready, and says when to ask again", async () => {
  worker = await startWorker({ database: "none", environment: "development" });
  expect((await worker.fetch("/health")).status).toBe(200);
  const response = await worker.fetch("/health/ready");
  expect(response.status).toBe(503);
  expect(response.headers.get("Retry-After")).toMatch(/^\d+$/);
  expect(await response.json()).toEqual({ status: "unavailable", checks: { database: "failed" } });
});

function withoutStyle(page: string): string {
  return page.replace(/<style[\s\S]*<\/style>/, "");
}
