import { createExecutionContext, env } from "cloudflare:test";
import { expect, test } from "vitest";
import * as z from "zod";
import { setup, standardValidator } from "../../../src/http/index.ts";
import { requireAuth } from "../../../src/identity/guards/require-auth.ts";
import { requireRole } from "../../../src/identity/guards/require-role.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { createAccount, unreadable } from "../../harness.ts";
import { supplyLocals } from "../../supply-locals.ts";

const guard = requireRole("admin");
const app = setup({
  onRequest: supplyLocals,
  validator: standardValidator,
  handlers: [
    route.post("/", {
      guards: [requireAuth, guard],
      request: { body: z.unknown() },
      resolve: ({ locals }) => Response.json(locals.user.role),
    }),
  ],
});

function ask(headers: Record<string, string>, body: BodyInit): Promise<Response> {
  return app.fetch(new Request("http://localhost/", { method: "POST", headers, body }), env, createExecutionContext());
}

test("a user with the role is allowed", async () => {
  const { headers } = await createAccount({ role: "admin" });
  expect(await (await ask({ ...headers }, "{}")).json()).toBe("admin");
});

test("a user with another role gets 403 before the body is read", async () => {
  const { headers } = await createAccount();
  expect((await ask({ ...headers }, unreadable())).status).toBe(403);
  expect(factsOf(guard)).toMatchObject({ denies: [303, 401, 403], detail: "admin" });
});

test("the role comes from the database, not from the token", async () => {
  const { user, headers } = await createAccount({ role: "admin" });
  await env.DB.prepare("UPDATE users SET role = 'user' WHERE id = ?").bind(user.id).run();
  expect((await ask({ ...headers }, unreadable())).status).toBe(403);
});

test("it does not compile before authentication", () => {
  // @ts-expect-error: nothing before it supplies `user`
  route.post("/", { guards: [guard], resolve: () => new Response() });
});
