import { createExecutionContext, env } from "cloudflare:test";
import { expect, test } from "vitest";
import * as z from "zod";
import { setup, standardValidator } from "../../../src/http/index.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { requireOrigin } from "../../../src/web/guards/require-origin.ts";
import { unreadable } from "../../harness.ts";
import { supplyLocals } from "../../supply-locals.ts";

const guard = requireOrigin(["self", "https://partner.example"]);
const app = setup({
  onRequest: supplyLocals,
  validator: standardValidator,
  handlers: [route.post("/", { guards: [guard], request: { body: z.unknown() }, resolve: () => new Response("in") })],
});

function ask(
  origin: string | undefined,
  body: BodyInit,
  url = "http://localhost:8787/",
  PUBLIC_ORIGIN = "",
): Promise<Response> {
  const headers = new Headers(origin === undefined ? {} : { Origin: origin });
  const request = new Request(url, { method: "POST", headers, body });
  return app.fetch(request, { ...env, PUBLIC_ORIGIN }, createExecutionContext());
}

test.each(["http://localhost:8787", "https://partner.example"])("%s goes on", async (origin) => {
  expect((await ask(origin, "{}")).status).toBe(200);
});

test("self is where the request went, whatever that is", async () => {
  expect((await ask("https://candor.example", "{}", "https://candor.example/")).status).toBe(200);
  expect((await ask("http://localhost:8787", unreadable(), "https://candor.example/")).status).toBe(403);
});

test("self is PUBLIC_ORIGIN as well", async () => {
  const PUBLIC_ORIGIN = "https://candor.example";
  expect((await ask(PUBLIC_ORIGIN, "{}", undefined, PUBLIC_ORIGIN)).status).toBe(200);
  expect((await ask(PUBLIC_ORIGIN, unreadable())).status).toBe(403);
  expect((await ask("http://candor.example", unreadable(), undefined, PUBLIC_ORIGIN)).status).toBe(403);
});

test.each([
  undefined,
  "",
  "null",
  "self",
  "http://localhost",
  "https://localhost:8787",
  "http://localhost:8787/",
  "http://localhost:8787.evil.example",
  "https://partner.example.evil.example",
  "https://evil.example",
  "HTTPS://PARTNER.EXAMPLE",
])("%s is 403, the body unread", async (origin) => {
  expect((await ask(origin, unreadable())).status).toBe(403);
  expect(factsOf(guard)).toMatchObject({ denies: [403], detail: "self, https://partner.example" });
});
