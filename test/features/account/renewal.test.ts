/** A session that goes on after an event: the client gets new credentials, and every one of them works. */
import { env } from "cloudflare:test";
import { expect, test, vi } from "vitest";
import { csrfTokenOf } from "../../../src/identity/sessions/page-session.ts";
import { findSession } from "../../../src/identity/sessions/sessions.ts";
import { PASSWORD, PERMISSION, sendJson, submit } from "../../harness.ts";
import { NEW_PASSWORD } from "../../identity/account-event-ways.ts";
import { isRecent, knowsDevice, opensAccount, post } from "../../identity/credential-app.ts";
import { type Client, createHolder, type Holder } from "../../identity/credential-holder.ts";
import { cookieOf } from "../../identity/sessions/cookie-of.ts";

vi.setConfig({ testTimeout: 60_000 });

interface Renewal {
  readonly name: string;
  readonly by: Client;
  readonly act: (holder: Holder) => Promise<Response>;
  readonly password: string;
}

const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
const confirmation = { currentPassword: PASSWORD, continue: "/account" };

/** The renewals of a client that is signed in. */
const renewals: Renewal[] = [
  ...(["token", "browser"] as const).flatMap((by): Renewal[] => [
    {
      name: `POST /api/me/password with a ${by}`,
      by,
      act: ({ headers }) => sendJson("POST", "/api/me/password", change, headers),
      password: NEW_PASSWORD,
    },
    {
      name: `POST /api/me/confirm-password with a ${by}`,
      by,
      act: ({ headers }) => sendJson("POST", "/api/me/confirm-password", { password: PASSWORD }, headers),
      password: PASSWORD,
    },
  ]),
  {
    name: "the form of /account/password",
    by: "browser",
    act: ({ browser }) => submit(browser, "/account/password", change),
    password: NEW_PASSWORD,
  },
  {
    name: "the form of /account/confirm-password",
    by: "browser",
    act: ({ browser }) => submit(browser, "/account/confirm-password", confirmation),
    password: PASSWORD,
  },
];

const all = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .all();

/** The password was given eleven minutes ago, in every session; and each session holds something. */
async function age({ user }: Holder): Promise<void> {
  const aged = Date.now() - 11 * 60_000;
  await all(`UPDATE sessions SET authenticated_at = ?, data = '{"draft":"kept"}' WHERE user_id = ?`, aged, user.id);
}

/** Renews the session of a holder who gave the password too long ago to make a key. */
async function renew({ by, act }: Renewal) {
  const holder = await createHolder(by);
  await age(holder);
  expect(await isRecent(holder.headers)).toBe(false);
  const response = await act(holder);
  expect(response.status).toBeLessThan(400);
  return { holder, response };
}

const of = (client: Client) => renewals.filter(({ by }) => by === client);

test.each(of("token"))("after $name, the new tokens work, and the password was given recently", async (renewal) => {
  const { holder, response } = await renew(renewal);
  const { accessToken, refreshToken, deviceToken } = await response.json<Record<string, string>>();
  const headers = { Authorization: `Bearer ${accessToken}` };
  expect(await opensAccount(headers)).toBe(true);
  expect(await isRecent(headers)).toBe(true);
  const refreshed = await post("/refresh", { refreshToken });
  expect(refreshed.status).toBe(200);
  const next = await refreshed.json<Record<string, string>>();
  expect(await isRecent({ Authorization: `Bearer ${next.accessToken}` })).toBe(true);
  expect(await knowsDevice(holder.user.email, deviceToken ?? "", renewal.password)).toBe(true);
});

test.each(of("browser"))("after $name, the new cookies work, with the data of the session", async (renewal) => {
  const { holder, response } = await renew(renewal);
  const secret = cookieOf(response, "session");
  const headers = { ...holder.browser.headers, Cookie: `__Host-session=${secret}` } as const;
  expect(await opensAccount(headers)).toBe(true);
  expect(await isRecent(headers)).toBe(true);
  expect((await findSession(env.DB, { secret }))?.data).toMatchObject({ draft: "kept" });
  const browser = { headers, csrf: csrfTokenOf(secret) };
  expect((await submit(browser, "/account", { name: "Renamed" })).status).toBe(303);
  expect(await knowsDevice(holder.user.email, cookieOf(response, "device"), renewal.password)).toBe(true);
});

test("the page that asks for the password continues with the original form, which then succeeds", async () => {
  const holder = await createHolder("browser");
  await age(holder);
  const key = { name: "Backup", [PERMISSION]: "on", days: "7" };
  expect((await submit(holder.browser, "/account/keys", key)).status).toBe(403);
  const form = { ...key, currentPassword: PASSWORD, continue: "/account/keys" };
  const response = await submit(holder.browser, "/account/confirm-password", form);
  expect([response.status, response.headers.get("Location")]).toEqual([307, "/account/keys"]);
  const headers = { ...holder.browser.headers, Cookie: `__Host-session=${cookieOf(response, "session")}` } as const;
  // The browser sends the same body again, the token of the form included.
  expect((await submit({ headers, csrf: holder.browser.csrf }, "/account/keys", form)).status).toBe(201);
});
