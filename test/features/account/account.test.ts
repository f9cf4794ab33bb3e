import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import type { User } from "../../../src/identity/users/user.ts";
import { type Account, createAccount, facts, openBrowser, send, sendJson } from "../../harness.ts";

/** A user of each test's own. */
let me: Account;
beforeEach(async () => {
  me = await createAccount();
});

describe("GET /api/me", () => {
  test("responds with the user's whole account and nothing else, which no cache stores", async () => {
    const response = await send("/api/me", { headers: me.headers });
    expect([response.status, response.headers.get("Cache-Control")]).toEqual([200, "no-store"]);
    expect(await response.json()).toEqual(me.user);
    expect(Object.keys(me.user).sort()).toEqual(["createdAt", "email", "emailVerified", "id", "name", "role"]);
  });

  test("accepts a browser's cookie, too", async () => {
    expect(await (await send("/api/me", { headers: (await openBrowser(me)).headers })).json()).toEqual(me.user);
  });

  test("responds with 401 to a stranger, and says how to sign in", async () => {
    const response = await send("/api/me");
    expect([response.status, response.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
  });
});

describe("PATCH /api/me", () => {
  const patch = (body: unknown) => sendJson("PATCH", "/api/me", body, me.headers);

  test("changes the name and nothing else", async () => {
    const response = await patch({ name: "  Grace 茶 " });
    expect(response.status).toBe(200);
    expect(await response.json<User>()).toEqual({ ...me.user, name: "Grace 茶" });
    expect(await (await send("/api/me", { headers: me.headers })).json()).toEqual({ ...me.user, name: "Grace 茶" });
  });

  test.each([
    {},
    { name: "" },
    { name: "a".repeat(101) },
    { name: "a\0" },
    { name: 7 },
    { name: "Ada", role: "admin" },
    { name: "Ada", email: "a@example.com" },
    { name: "Ada", emailVerified: true },
    { role: "admin" },
  ])("refuses %j with 400", async (body) => {
    expect((await patch(body)).status).toBe(400);
    expect(await (await send("/api/me", { headers: me.headers })).json()).toEqual(me.user);
  });
});

describe("POST /api/me/verify-email", () => {
  const mailsTo = ({ user }: Account) =>
    env.DB.prepare("SELECT count(*) AS n FROM outbox WHERE recipient = ?").bind(user.email).first<number>("n");

  test("mails nothing to an address that is confirmed", async () => {
    expect((await send("/api/me/verify-email", { method: "POST", headers: me.headers })).status).toBe(202);
    expect(await mailsTo(me)).toBe(0);
  });

  test("answers the fourth time as the times before, without another mail", async () => {
    const account = await createAccount({ emailVerified: false });
    const asks = Array.from({ length: 6 }, () => ({ method: "POST", headers: account.headers }));
    for (const init of asks) {
      const response = await send("/api/me/verify-email", init);
      expect([response.status, await response.text()]).toEqual([202, ""]);
    }
    expect(await mailsTo(account)).toBe(facts.paths.verifyEmail === undefined ? 0 : 3);
  });
});
