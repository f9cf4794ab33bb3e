import { createExecutionContext, env } from "cloudflare:test";
import { expect, test } from "vitest";
import { setup } from "../../../src/http/index.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { requireDevelopment } from "../../../src/web/guards/require-development.ts";
import { handleUnmatched } from "../../../src/web/hooks/handle-unmatched.ts";
import { supplyLocals } from "../../supply-locals.ts";

const app = setup({
  onRequest: supplyLocals,
  notFound: handleUnmatched,
  handlers: [route.get("/tool", { guards: [requireDevelopment], resolve: () => new Response("tool") })],
});

function ask(path: string, ENVIRONMENT: string): Promise<Response> {
  const request = new Request(new URL(path, "http://localhost"), { headers: { "X-Request-Id": "the-same-id" } });
  return app.fetch(request, { ...env, ENVIRONMENT }, createExecutionContext());
}

test("in development it goes on", async () => {
  expect((await ask("/tool", "development")).status).toBe(200);
});

test.each(["production", "Development", "staging", ""])("with ENVIRONMENT %j there is nothing", async (environment) => {
  const [denied, missing] = [await ask("/tool", environment), await ask("/none", environment)];
  expect([denied.status, await denied.text()]).toEqual([404, await missing.text()]);
  expect(factsOf(requireDevelopment)).toMatchObject({ denies: [404] });
});
