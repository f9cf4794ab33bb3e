import { createExecutionContext, env } from "cloudflare:test";
import { expect, test } from "vitest";
import * as z from "zod";
import { setup, standardValidator } from "../../../src/http/index.ts";
import { requireAuth } from "../../../src/identity/guards/require-auth.ts";
import { requireEmailVerified } from "../../../src/identity/guards/require-email-verified.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { createAccount, unreadable } from "../../harness.ts";
import { supplyLocals } from "../../supply-locals.ts";

const app = setup({
  onRequest: supplyLocals,
  validator: standardValidator,
  handlers: [
    route.post("/", {
      guards: [requireAuth, requireEmailVerified],
      request: { body: z.unknown() },
      resolve: ({ locals }) => Response.json(locals.user.email),
    }),
  ],
});

function ask(headers: object, body: BodyInit): Promise<Response> {
  const init = { method: "POST", headers: { ...headers }, body };
  return app.fetch(new Request("http://localhost/", init), env, createExecutionContext());
}

test("a user with a confirmed address is allowed; any other gets 403 before the body is read", async () => {
  const { user, headers } = await createAccount({ emailVerified: false });
  expect((await ask(headers, unreadable())).status).toBe(403);
  expect(factsOf(requireEmailVerified)).toMatchObject({ denies: [403] });
  await env.DB.prepare("UPDATE users SET email_verified = 1 WHERE id = ?").bind(user.id).run();
  expect(await (await ask(headers, "{}")).json()).toBe(user.email);
});
