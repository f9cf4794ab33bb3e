import { createExecutionContext, env } from "cloudflare:test";
import { expect, test } from "vitest";
import * as z from "zod";
import { setup, standardValidator } from "../../../src/http/index.ts";
import { requireAuth } from "../../../src/identity/guards/require-auth.ts";
import {
  grantablePermissions,
  isPermissionGuard,
  requirePermission,
} from "../../../src/identity/guards/require-permission.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { supplyLocals } from "../../../src/web/hooks/supply-locals.ts";
import { createAccount, createKey, openBrowser, unreadable } from "../../harness.ts";

const guard = requirePermission("things:write");
const app = setup({
  onRequest: supplyLocals,
  validator: standardValidator,
  handlers: [
    route.post("/", {
      guards: [requireAuth, guard],
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
    expect(factsOf(guard)).toEqual({ denies: [403], detail: "things:write" });
  },
);

test("what a guard requires can be granted, once, and other guards are none of its kind", () => {
  requirePermission("things:write");
  expect(grantablePermissions().filter((permission) => permission === "things:write")).toHaveLength(1);
  expect(grantablePermissions()).toEqual([...grantablePermissions()].sort());
  expect([isPermissionGuard(guard), isPermissionGuard(requireAuth)]).toEqual([true, false]);
});
