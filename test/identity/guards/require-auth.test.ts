import { createExecutionContext, env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { setup, standardValidator } from "../../../src/http/index.ts";
import { requireAuth } from "../../../src/identity/guards/require-auth.ts";
import { requirePermission } from "../../../src/identity/guards/require-permission.ts";
import { APP_ID } from "../../../src/web/app/app-name.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { type Account, createAccount, createKey, openBrowser, unreadable } from "../../harness.ts";
import { supplyLocals, supplyLocalsWithoutSignIn } from "../../supply-locals.ts";

const app = setup({
  onRequest: supplyLocals,
  validator: standardValidator,
  handlers: [
    route.on(["GET", "HEAD"], "/page", {
      guards: [requireAuth],
      resolve: ({ locals: { user, auth } }) => Response.json({ id: user.id, via: auth.via }),
    }),
    route.post("/api/things", {
      guards: [requireAuth],
      request: { body: z.unknown() },
      resolve: () => new Response("in"),
    }),
    route.get("/api/things", {
      guards: [requirePermission("things:read")],
      resolve: () => new Response(),
    }),
  ],
});

function ask(method: string, path: string, headers: Record<string, string> = {}, body: BodyInit | null = null) {
  const request = new Request(new URL(path, "http://localhost"), { method, headers, body });
  return app.fetch(request, env, createExecutionContext());
}

async function keyOf({ user }: Account): Promise<string> {
  return (await createKey({ user }, ["things:read"])).key;
}

/** The three ways to be known, each of another user. */
async function prepare() {
  const [byToken, byKey, bySession] = [await createAccount(), await createAccount(), await createAccount()];
  const { Cookie } = (await openBrowser(bySession)).headers;
  return { byToken, byKey, bySession, ...byToken.headers, "X-API-Key": await keyOf(byKey), Cookie };
}

describe("a valid credential is accepted, as its user", () => {
  test("with an access token, and any other credential", async () => {
    const { byToken, Authorization, Cookie } = await prepare();
    const response = await ask("GET", "/page", { Authorization, Cookie, "X-API-Key": "none" });
    expect(await response.json()).toEqual({ id: byToken.user.id, via: "token" });
  });

  test("with the cookie of a session", async () => {
    const { bySession, Cookie } = await prepare();
    expect(await (await ask("GET", "/page", { Cookie })).json()).toEqual({ id: bySession.user.id, via: "session" });
  });

  test.each(["bearer", "BEARER", "Bearer "])("with the scheme spelled %j", async (scheme) => {
    const { headers } = await createAccount();
    const Authorization = headers.Authorization.replace("Bearer", scheme);
    expect((await ask("GET", "/page", { Authorization })).status).toBe(200);
  });
});

describe("an API key", () => {
  test("reaches a route that names a permission, before the cookie", async () => {
    const { "X-API-Key": key, Cookie } = await prepare();
    expect((await ask("GET", "/api/things", { "X-API-Key": key, Cookie })).status).toBe(200);
  });

  test("reaches no other route: 403, the body unread, also with a good cookie", async () => {
    const { "X-API-Key": key, Cookie } = await prepare();
    const response = await ask("POST", "/api/things", { "X-API-Key": key, Cookie }, unreadable());
    expect(response.status).toBe(403);
  });
});

describe("an invalid credential is refused with 401, and no other credential is tried", () => {
  test.each(["Bearer", "Bearer x", "Bearer a.b.c", "Basic YTpi", "", "Bearer a b", "Token x"])(
    "Authorization: %j beside a good key and a good cookie",
    async (Authorization) => {
      const { "X-API-Key": key, Cookie } = await prepare();
      const response = await ask("GET", "/api/things", { Authorization, "X-API-Key": key, Cookie });
      expect([response.status, response.headers.get("WWW-Authenticate")]).toEqual([
        401,
        'Bearer error="invalid_token", error_description="The access token is not valid."',
      ]);
    },
  );

  test.each(["", `${APP_ID}_`, "x"])("X-API-Key: %j beside a good cookie", async (key) => {
    const { Cookie } = await prepare();
    expect((await ask("GET", "/api/things", { "X-API-Key": key, Cookie })).status).toBe(401);
  });

  test("the token of a session that is over, and the cookie of one", async () => {
    const { byToken, bySession, Authorization, Cookie } = await prepare();
    for (const { user } of [byToken, bySession]) {
      await env.DB.prepare("DELETE FROM sessions WHERE user_id = ?").bind(user.id).run();
    }
    expect((await ask("GET", "/api/things", { Authorization })).status).toBe(401);
    expect((await ask("GET", "/api/things", { Cookie })).status).toBe(401);
  });

  test("any credential of a deleted user", async () => {
    const account = await createAccount();
    const [{ Cookie }, key] = [(await openBrowser(account)).headers, await keyOf(account)];
    await env.DB.prepare("DELETE FROM users WHERE id = ?").bind(account.user.id).run();
    for (const headers of [account.headers, { Cookie }, { "X-API-Key": key }]) {
      expect((await ask("GET", "/api/things", { ...headers })).status).toBe(401);
    }
  });
});

describe("a stranger", () => {
  test("of the API gets 401 with WWW-Authenticate, the body unread", async () => {
    const response = await ask("POST", "/api/things", { Accept: "text/html" }, unreadable());
    expect([response.status, response.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
  });

  test.each(["GET", "HEAD"])("is sent to sign in, and back, on %s of a page", async (method) => {
    const response = await ask(method, "/page?q=a%20b&x=//y", { Accept: "text/html" });
    expect([response.status, response.headers.get("Cache-Control")]).toEqual([303, "no-store"]);
    const location = new URL(response.headers.get("Location") ?? "", "http://localhost");
    expect([location.pathname, location.searchParams.get("next")]).toEqual(["/login", "/page?q=a%20b&x=//y"]);
  });

  test("gets 401 for a submitted form, whose body is not read", async () => {
    const posted = setup({
      onRequest: supplyLocals,
      handlers: [route.post("/page", { guards: [requireAuth], resolve: () => new Response() })],
    });
    const init = { method: "POST", headers: { Accept: "text/html" }, body: unreadable() };
    const response = await posted.fetch(new Request("http://localhost/page?x", init), env, createExecutionContext());
    expect([response.status, response.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
    expect(await response.json()).toMatchObject({ detail: "Your session has ended, so this form was not accepted." });
  });
});

test("the guard states every status that it denies with", () => {
  expect(factsOf(requireAuth)?.denies).toEqual(expect.arrayContaining([303, 401, 403]));
});

describe("in an app without a sign-in page", () => {
  const bare = setup({
    onRequest: supplyLocalsWithoutSignIn,
    handlers: [route.on(["GET", "POST"], "/page", { guards: [requireAuth], resolve: () => new Response() })],
  });

  test.each([
    ["GET", { Accept: "text/html" }],
    ["POST", { Accept: "text/html" }],
    ["GET", { "HX-Request": "true", "HX-Current-URL": "http://localhost/page" }],
  ])("%s with %j is 401 and leads nowhere", async (method, headers) => {
    const request = new Request("http://localhost/page", { method, headers: { ...headers } });
    const response = await bare.fetch(request, env, createExecutionContext());
    expect([response.status, response.headers.get("Location"), response.headers.get("HX-Redirect")]).toEqual([
      401,
      null,
      null,
    ]);
  });
});
