import { createExecutionContext, env } from "cloudflare:test";
import { expect, test } from "vitest";
import * as z from "zod";
import { setup, standardValidator } from "../../../src/http/index.ts";
import { requirePermission } from "../../../src/identity/guards/require-permission.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { createAccount, createKey, openBrowser, unreadable } from "../../harness.ts";
import { supplyLocals } from "../../supply-locals.ts";

const guard = requirePermission("things:write");
const app = setup({
  onRequest: supplyLocals,
  validator: standardValidator,
  handlers: [
    route.post("/", {
      guards: [guard],
      request: { body: z.unknown() },
      resolve: ({ locals }) => Response.json(locals.auth.via),
    }),
  ],
});

function ask(headers: Record<string, string>, body: BodyInit): Promise<Response> {
  return app.fetch(new Request("http://localhost/", { method: "POST", headers, body }), env, createExecutionContext());
}

async function keyWith(permissions: string[]): Promise<string> {
  const { user } = await createAccount();
  return (await createKey({ user }, permissions)).key;
}

test("a key that was given the permission goes on", async () => {
  const key = await keyWith(["things:read", "things:write"]);
  expect(await (await ask({ "X-API-Key": key }, "{}")).json()).toBe("key");
});

test("a user in person goes on, with a token and with a cookie", async () => {
  const account = await createAccount();
  const { Cookie } = (await openBrowser(account)).headers;
  expect(await (await ask({ ...account.headers }, "{}")).json()).toBe("token");
  expect(await (await ask({ Cookie }, "{}")).json()).toBe("session");
});

test.each([[[]], [["things:read"]], [["things:*"]], [["things:write2", "*"]]])(
  "a key with %j is 403, the body unread",
  async (permissions) => {
    const response = await ask({ "X-API-Key": await keyWith(permissions) }, unreadable());
    expect([response.status, await response.text()]).toEqual([403, expect.stringContaining("things:write")]);
    expect(factsOf(guard)).toMatchObject({
      denies: [303, 401, 403],
      detail: "things:write",
      permission: "things:write",
    });
  },
);

test.each([
  ["no credential", {}],
  ["an unknown key", { "X-API-Key": "unknown" }],
  ["an unknown token", { Authorization: "Bearer unknown" }],
])("%s is 401, the body unread", async (_, headers) => {
  expect((await ask({ ...headers }, unreadable())).status).toBe(401);
});
