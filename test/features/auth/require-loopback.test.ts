import { createExecutionContext, env } from "cloudflare:test";
import { expect, test } from "vitest";
import { requireLoopback } from "../../../src/features/auth/guards.ts";
import { setup } from "../../../src/http/index.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { handleUnmatched } from "../../../src/web/hooks/handle-unmatched.ts";
import { supplyLocals } from "../../supply-locals.ts";

const app = setup({
  onRequest: supplyLocals,
  notFound: handleUnmatched,
  handlers: [route.get("/tool", { guards: [requireLoopback], resolve: () => new Response("tool") })],
});

function ask(url: string): Promise<Response> {
  const headers = { "X-Request-Id": "the-same-id", "X-Forwarded-Host": "localhost", Origin: "http://localhost" };
  return app.fetch(new Request(url, { headers }), env, createExecutionContext());
}

test.each(["http://localhost:8787", "http://app.localhost", "http://127.1.2.3", "http://[::1]:8787"])(
  "a request to %s goes on",
  async (origin) => expect((await ask(`${origin}/tool`)).status).toBe(200),
);

test.each([
  "http://evil.example",
  "http://localhost.evil.example:8787",
  "http://127.0.0.1.evil.example",
  "http://192.168.1.2:8787",
  "https://candor.example",
])("to a request to %s there is nothing", async (origin) => {
  const [denied, missing] = [await ask(`${origin}/tool`), await ask(`${origin}/none`)];
  expect([denied.status, await denied.text()]).toEqual([404, await missing.text()]);
  expect(factsOf(requireLoopback)).toMatchObject({ denies: [404] });
});
