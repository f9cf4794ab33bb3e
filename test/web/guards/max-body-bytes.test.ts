import { createExecutionContext, env } from "cloudflare:test";
import { expect, test } from "vitest";
import * as z from "zod";
import { setup, standardValidator } from "../../../src/http/index.ts";
import { factsOf } from "../../../src/web/guard-facts.ts";
import { maxBodyBytes } from "../../../src/web/guards/max-body-bytes.ts";
import { route } from "../../../src/web/scope.ts";
import { supplyLocals } from "../../../src/web/supply-locals.ts";
import { unreadable } from "../../harness.ts";

const guard = maxBodyBytes(10);
const app = setup({
  onRequest: supplyLocals,
  validator: standardValidator,
  handlers: [
    route.post("/", {
      guards: [guard],
      request: { body: z.unknown() },
      resolve: ({ input }) => Response.json(input.ok),
    }),
  ],
});

function ask(length: string | undefined, body: BodyInit | null): Promise<Response> {
  const headers = new Headers(length === undefined ? {} : { "Content-Length": length });
  return app.fetch(new Request("http://localhost/", { method: "POST", headers, body }), env, createExecutionContext());
}

test.each(["0", "9", "10", undefined])("a body that says it has %s bytes of 10 goes on", async (length) => {
  expect((await ask(length, length === "0" ? null : '"12345678"')).status).toBe(200);
});

test.each(["11", "1000000000000", "99999999999999999999", "Infinity", "ten"])(
  "one of %s is 413, unread",
  async (length) => {
    const response = await ask(length, unreadable());
    expect([response.status, response.headers.get("Content-Type")]).toEqual([413, "application/problem+json"]);
    expect(factsOf(guard)).toEqual({ denies: [413], detail: "10 B" });
  },
);

test("a page is told so as a page", async () => {
  const headers = { "Content-Length": "11", Accept: "text/html" };
  const request = new Request("http://localhost/", { method: "POST", headers, body: unreadable() });
  const response = await app.fetch(request, env, createExecutionContext());
  expect([response.status, response.headers.get("Content-Type")]).toEqual([413, "text/html; charset=utf-8"]);
});
