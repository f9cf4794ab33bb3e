import { createExecutionContext, env } from "cloudflare:test";
import { expect, test } from "vitest";
import * as z from "zod";
import { setup, standardValidator } from "../../../src/http/index.ts";
import { requireApiKey } from "../../../src/identity/guards/require-api-key.ts";
import { deleteApiKey } from "../../../src/identity/tokens/api-keys.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { createAccount, createKey, openBrowser, unreadable } from "../../harness.ts";
import { supplyLocals } from "../../supply-locals.ts";

const app = setup({
  onRequest: supplyLocals,
  validator: standardValidator,
  handlers: [
    route.post("/", {
      guards: [requireApiKey],
      request: { body: z.unknown() },
      resolve: ({ locals: { user, auth } }) => Response.json({ id: user.id, auth }),
    }),
  ],
});

function ask(headers: Record<string, string>, body: BodyInit): Promise<Response> {
  return app.fetch(new Request("http://localhost/", { method: "POST", headers, body }), env, createExecutionContext());
}

test("a good key goes on as its user, with its permissions", async () => {
  const { user } = await createAccount();
  const { id, key } = await createKey({ user }, ["a:b", "c:d"]);
  const response = await ask({ "X-API-Key": key }, "{}");
  expect(await response.json()).toEqual({
    id: user.id,
    auth: { via: "key", keyId: id, permissions: ["a:b", "c:d"] },
  });
});

test("all others get 401 before the body is read: visitors, users without a key, invalid keys", async () => {
  const account = await createAccount();
  const { id, key } = await createKey(account, ["a:b"]);
  await deleteApiKey(env.DB, account.user.id, id);
  const { Cookie } = (await openBrowser(account)).headers;
  const others = [{}, account.headers, { Cookie }, { "X-API-Key": key }, { "X-API-Key": key.slice(1) }];
  for (const headers of others) {
    const { status, headers: given } = await ask({ ...headers }, unreadable());
    expect([status, given.get("WWW-Authenticate")]).toEqual([401, 'ApiKey header="X-API-Key"']);
  }
  expect(factsOf(requireApiKey)).toMatchObject({ denies: [401] });
});

test("a good key beside an access token does not count: Authorization comes first", async () => {
  const account = await createAccount();
  const { key } = await createKey(account, ["a:b"]);
  expect((await ask({ ...account.headers, "X-API-Key": key }, unreadable())).status).toBe(401);
});
