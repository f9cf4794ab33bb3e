import { createExecutionContext, env } from "cloudflare:test";
import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { setup } from "../../../src/http/index.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { requireWholeBody } from "../../../src/web/guards/require-whole-body.ts";
import { bodyOf } from "../../../src/web/request/whole-body.ts";
import { unreadable } from "../../harness.ts";
import { supplyLocals } from "../../supply-locals.ts";

const resolve = () => new Response("in");
const app = setup({
  onRequest: supplyLocals,
  handlers: [route.put("/", { guards: [requireWholeBody], resolve })],
});

function requestOf(headers: Record<string, string>): Request {
  return new Request("http://localhost/", { method: "PUT", headers, body: unreadable() });
}

const CODED = ["gzip", "x-gzip", "br", "zstd", "aws-chunked", "gzip, identity", "identity;q=1", "utf-8"];
const refused: [headers: Record<string, string>, status: number][] = [
  ...CODED.map((coding): [Record<string, string>, number] => [{ "Content-Encoding": coding }, 415]),
  [{ "Content-Range": "bytes 100-199/200" }, 400],
  [{ "Content-Range": "bytes */200" }, 400],
  [{ "Content-Range": "bytes 0-199/200" }, 400],
  [{ "Content-Range": "" }, 400],
  [{ "Content-Range": "bytes 0-9/10", "Content-Encoding": "gzip" }, 415],
];

test.each(refused)("requireWholeBody refuses %j with %i, unread", async (headers, status) => {
  const response = await app.fetch(requestOf(headers), env, createExecutionContext());
  expect([response.status, await response.json()]).toEqual([status, expect.objectContaining({ status })]);
  expect(response.headers.get("Accept-Encoding")).toBe(status === 415 ? "identity" : null);
  expect(factsOf(requireWholeBody)?.denies).toContain(status);
});

test.each(refused)("bodyOf throws for %j where a route lacks the guard", (headers) => {
  expect(() => bodyOf(requestOf(headers))).toThrow("The route lacks requireWholeBody");
});

const whole = [
  {},
  { "Content-Encoding": "" },
  { "Content-Encoding": "identity" },
  { "Content-Encoding": "IDENTITY, ," },
];
test.each(whole)("a body with %j goes on", async (headers: Record<string, string>) => {
  const response = await app.fetch(requestOf(headers), env, createExecutionContext());
  expect(response.status).toBe(200);
  const request = new Request("http://localhost/", { method: "PUT", headers, body: "content" });
  expect(Buffer.concat(await Array.fromAsync(bodyOf(request))).toString()).toBe("content");
});
