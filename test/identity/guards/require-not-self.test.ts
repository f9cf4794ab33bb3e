import { createExecutionContext, env } from "cloudflare:test";
import { expect, test } from "vitest";
import * as z from "zod";
import { setup, standardValidator } from "../../../src/http/index.ts";
import { requireAuth } from "../../../src/identity/guards/require-auth.ts";
import { requireNotSelf } from "../../../src/identity/guards/require-not-self.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { createAccount, unreadable } from "../../harness.ts";
import { supplyLocals } from "../../supply-locals.ts";

const app = setup({
  onRequest: supplyLocals,
  validator: standardValidator,
  handlers: [
    route.post("/users/:id", {
      guards: [requireAuth, requireNotSelf],
      request: { body: z.unknown() },
      resolve: ({ locals, params }) => Response.json([locals.user.id, params.id]),
    }),
  ],
});

function ask(id: string, headers: object, body: BodyInit): Promise<Response> {
  const init = { method: "POST", headers: { ...headers }, body };
  return app.fetch(new Request(`http://localhost/users/${id}`, init), env, createExecutionContext());
}

test("somebody else goes on", async () => {
  const [one, other] = [await createAccount(), await createAccount()];
  expect(await (await ask(other.user.id, one.headers, "{}")).json()).toEqual([one.user.id, other.user.id]);
});

test("oneself is 403, the body unread, also in percent-encoding and in capitals", async () => {
  const { user, headers } = await createAccount();
  for (const id of [
    user.id,
    user.id.replaceAll("-", "%2D"),
    user.id.toUpperCase(),
    `%${user.id.charCodeAt(0).toString(16)}${user.id.slice(1)}`,
  ]) {
    expect((await ask(id, headers, unreadable())).status).toBe(403);
  }
  expect(factsOf(requireNotSelf)).toMatchObject({ denies: [403] });
});
