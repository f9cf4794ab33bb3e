import { createExecutionContext, env } from "cloudflare:test";
import { expect, test } from "vitest";
import * as z from "zod";
import { requireDeclaredLength } from "../../../src/features/files/guards.ts";
import { setup, standardValidator } from "../../../src/http/index.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { unreadable } from "../../harness.ts";
import { supplyLocals } from "../../supply-locals.ts";

const guard = requireDeclaredLength(10);
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
    expect(await response.json()).toMatchObject({ detail: "The body must not exceed 10 bytes." });
    expect(factsOf(guard)).toMatchObject({ denies: [413], detail: "10 B" });
  },
);

test("a body that is longer than it declares, or declares no length, is left to the reader", async () => {
  const long = JSON.stringify("x".repeat(100));
  const streamed = () => new Response(long).body;
  expect((await ask("5", streamed())).status).toBe(200);
  expect((await ask(undefined, streamed())).status).toBe(200);
});

test("the message names a size in MiB", async () => {
  const large = setup({
    onRequest: supplyLocals,
    handlers: [route.post("/", { guards: [requireDeclaredLength(25 * 1024 * 1024)], resolve: () => new Response() })],
  });
  const headers = { "Content-Length": String(25 * 1024 * 1024 + 1) };
  const request = new Request("http://localhost/", { method: "POST", headers, body: unreadable() });
  const response = await large.fetch(request, env, createExecutionContext());
  expect(await response.json()).toMatchObject({ status: 413, detail: "The body must not exceed 25 MiB." });
});
