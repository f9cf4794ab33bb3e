/** An event that comes in the middle of another request: before each of its queries. The request then makes nothing any more. */
import { env } from "cloudflare:test";
import { randomBytes, scryptSync } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import type { Env } from "../../../src/env.ts";
import { PASSWORD, PERMISSION, send, sendJson } from "../../harness.ts";
import { createHolder, type Holder } from "../../identity/credential-holder.ts";
import { interruptedDb } from "./interrupted-db.ts";

vi.setConfig({ testTimeout: 60_000 });

type Act = (holder: Holder, bindings?: Partial<Env>) => Promise<Response>;

const json =
  (path: string, bodyOf: (holder: Holder) => object): Act =>
  (holder, bindings) =>
    sendJson("POST", path, bodyOf(holder), holder.headers, bindings);
const form =
  (path: string, fieldsOf: (holder: Holder) => Record<string, string>): Act =>
  (holder, bindings) => {
    const body = new URLSearchParams({
      csrf: holder.browser.csrf,
      submission: crypto.randomUUID(),
      ...fieldsOf(holder),
    });
    return send(path, { method: "POST", headers: holder.browser.headers, body }, bindings);
  };

/** By the holder's own session. */
const bySession: Readonly<Record<string, Act>> = {
  "a change of the password": json("/api/me/password", () => ({
    currentPassword: PASSWORD,
    newPassword: "chosen in a race",
  })),
  "the same on a page": form("/account/password", () => ({
    currentPassword: PASSWORD,
    newPassword: "chosen in a race",
  })),
  "a confirmation of the password": json("/api/me/confirm-password", () => ({ password: PASSWORD })),
  "the same on its page": form("/account/confirm-password", () => ({
    currentPassword: PASSWORD,
    continue: "/account",
  })),
  "a new API key": json("/api/me/keys", () => ({ name: "Backup", permissions: [PERMISSION] })),
  "the same by a form": form("/account/keys", () => ({ name: "Backup", [PERMISSION]: "on", days: "7" })),
  "a refresh": ({ tokens: { refreshToken } }, bindings) =>
    sendJson("POST", "/api/auth/refresh", { refreshToken }, {}, bindings),
};
/** By anybody who knows the password, or reads the mail. */
const bySecret: Readonly<Record<string, Act>> = {
  "a sign-in": json("/api/auth/login", ({ user: { email } }) => ({ email, password: PASSWORD })),
  "a sign-in of a browser": form("/login", ({ user: { email } }) => ({ email, password: PASSWORD })),
  "a reset": json("/api/auth/reset-password", ({ links }) => ({
    token: links["other reset link"],
    password: "reset in a race",
  })),
};

const withPassword = Object.fromEntries(
  Object.entries(bySession).filter(([name]) =>
    ["a change of the password", "a confirmation of the password"].includes(name),
  ),
);

const events: Readonly<Record<string, { act: Act; interrupts: Readonly<Record<string, Act>> }>> = {
  "a reset of the password": {
    act: ({ links }) =>
      sendJson("POST", "/api/auth/reset-password", { token: links["reset link"], password: "of the owner" }),
    interrupts: { ...bySession, ...bySecret },
  },
  "a change of the password elsewhere": {
    act: ({ otherTokens: { headers } }) =>
      sendJson("POST", "/api/me/password", { currentPassword: PASSWORD, newPassword: "of the owner" }, headers),
    interrupts: { ...bySession, ...bySecret },
  },
  "the end of the session": {
    act: async ({ user, otherTokens: { headers } }) => {
      const own: string = JSON.parse(atob(headers.Authorization.split(".")[1] ?? "")).sid;
      const sessions = env.DB.prepare("SELECT id FROM sessions WHERE user_id = ? AND id <> ?").bind(user.id, own);
      for (const { id } of (await sessions.all<{ id: string }>()).results) {
        await send(`/api/me/sessions/${id}`, { method: "DELETE", headers });
      }
      return new Response();
    },
    interrupts: bySession,
  },
  "a change of the password that leaves the sessions": {
    act: async ({ user }) => {
      await env.DB.prepare("UPDATE users SET password_hash = password_hash || 'x' WHERE id = ?").bind(user.id).run();
      return new Response();
    },
    interrupts: withPassword,
  },
  "the reuse of a refresh token": {
    act: async ({ tokens: { refreshToken } }) => {
      const refresh = (token: string) => sendJson("POST", "/api/auth/refresh", { refreshToken: token });
      const next = await (await refresh(refreshToken)).json<{ refreshToken?: string }>();
      await refresh(next.refreshToken ?? "");
      return refresh(refreshToken);
    },
    interrupts: Object.fromEntries(Object.entries(bySession).filter(([name]) => !/page|form/.test(name))),
  },
};

/** Everything that gives access to the account. */
async function accessOf({ user }: Holder): Promise<unknown> {
  const select = (sql: string) => env.DB.prepare(sql).bind(user.id);
  const results = await env.DB.batch([
    select("SELECT password_hash, credential_epoch, role FROM users WHERE id = ?"),
    select("SELECT id, secret_hash, refresh_hash, device_id FROM sessions WHERE user_id = ? ORDER BY id"),
    select("SELECT id FROM api_keys WHERE user_id = ? ORDER BY id"),
    select("SELECT token_hash FROM email_tokens WHERE user_id = ? ORDER BY token_hash"),
  ]);
  return results.map(({ results }) => results);
}

const pairs = Object.entries(events).flatMap(([event, { act, interrupts }]) =>
  Object.entries(interrupts).map(([name, request]) => [event, name, act, request] as const),
);

describe("an event before any query of another request", () => {
  test.each(pairs)("leaves nothing for it to make: %s, and %s", async (_, name, act, request) => {
    let queries = 0;
    for (let isOver = false; !isOver; queries += 1) {
      const holder = await createHolder(/page|form|browser/.test(name) ? "browser" : "token");
      let after: unknown;
      const { db, wasInterrupted } = interruptedDb(env.DB, queries + 1, async () => {
        const response = await act(holder);
        // Where the request has changed the password by then, the event comes too late.
        expect([200, 401, 403, 422]).toContain(response.status);
        after = await accessOf(holder);
      });
      const { status } = await request(holder, { DB: db });
      isOver = !wasInterrupted();
      expect(status).toBeLessThan(500);
      if (!isOver) expect(await accessOf(holder), `before query ${queries + 1}, ${status}`).toEqual(after);
    }
    expect(queries).toBeGreaterThan(1);
  });
});

describe("two sign-ins with a password whose hash is outdated", () => {
  /** As it was made before the parameters rose. */
  function outdatedHash(): string {
    const [salt, encode] = [randomBytes(16), (bytes: Buffer) => bytes.toString("base64").replaceAll("=", "")];
    const hash = scryptSync(PASSWORD, salt, 32, { N: 2, r: 1, p: 1 });
    return `$scrypt$ln=1,r=1,p=1$${encode(salt)}$${encode(hash)}`;
  }
  const signIn = bySecret["a sign-in"] as Act;

  test("both succeed, one before any query of the other", async () => {
    for (let [queries, isOver] = [1, false]; !isOver; queries += 1) {
      const holder = await createHolder("token");
      await env.DB.prepare("UPDATE users SET password_hash = ? WHERE id = ?")
        .bind(outdatedHash(), holder.user.id)
        .run();
      const { db, wasInterrupted } = interruptedDb(env.DB, queries, async () => {
        expect((await signIn(holder)).status).toBe(200);
      });
      expect((await signIn(holder, { DB: db })).status, `before query ${queries}`).toBe(200);
      isOver = !wasInterrupted();
    }
  });

  test("do not bring back a password that a reset has replaced meanwhile", async () => {
    for (let [queries, isOver] = [1, false]; !isOver; queries += 1) {
      const holder = await createHolder("token");
      await env.DB.prepare("UPDATE users SET password_hash = ? WHERE id = ?")
        .bind(outdatedHash(), holder.user.id)
        .run();
      let after: unknown;
      const { db, wasInterrupted } = interruptedDb(env.DB, queries, async () => {
        await events["a reset of the password"]?.act(holder);
        after = await accessOf(holder);
      });
      await signIn(holder, { DB: db });
      isOver = !wasInterrupted();
      if (!isOver) expect(await accessOf(holder), `before query ${queries}`).toEqual(after);
    }
  });
});
