/** A session that goes on after an event: the client gets new credentials, and every one of them works. */
import { env } from "cloudflare:test";
import { expect, test, vi } from "vitest";
import { csrfTokenOf } from "../../../src/identity/sessions/page-session.ts";
import { findSession } from "../../../src/identity/sessions/sessions.ts";
import { PASSWORD, sendJson, submit } from "../../harness.ts";
import { asVisitor, NEW_PASSWORD } from "../../identity/account-event-ways.ts";
import { type Client, createHolder, type Holder, isRecent, knowsDevice, opensAccount } from "../../identity/credential-holder.ts";
import { useFastHashing } from "../../identity/passwords/fast-hashing.ts";

useFastHashing();
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

/** The value that a response sets a cookie to. */
function cookieOf(response: Response, name: string): string {
  const [, value = ""] = new RegExp(`__Host-${name}=([^;]+)`).exec(response.headers.get("Set-Cookie") ?? "") ?? [];
  return value;
}

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
  const refreshed = await sendJson("POST", "/api/auth/refresh", { refreshToken });
  expect(refreshed.status).toBe(200);
  const next = await refreshed.json<Record<string, string>>();
  expect(await isRecent({ Authorization: `Bearer ${next.accessToken}` })).toBe(true);
  expect(await knowsDevice(holder.user, deviceToken ?? "", renewal.password)).toBe(true);
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
  expect(await knowsDevice(holder.user, cookieOf(response, "device"), renewal.password)).toBe(true);
});

test.each([
  ["POST /api/auth/reset-password", "api"],
  ["the form of /reset-password", "page"],
])("after %s, the new device token works", async (_, via) => {
  const { user, links } = await createHolder("token");
  const fields = { token: links["reset link"], password: NEW_PASSWORD };
  const response = await (via === "api"
    ? sendJson("POST", "/api/auth/reset-password", fields)
    : asVisitor("/reset-password", fields));
  const deviceToken =
    via === "api" ? (await response.json<{ deviceToken: string }>()).deviceToken : cookieOf(response, "device");
  expect(await knowsDevice(user, deviceToken, NEW_PASSWORD)).toBe(true);
});

test("after a reset, the failures before it do not count, also without the device token", async () => {
  const { user, links } = await createHolder("token");
  const [once, { email }] = [{ ACCOUNT_RATE_LIMIT: 1 }, user];
  const signIn = (password: string) => sendJson("POST", "/api/auth/login", { email, password }, {}, once);
  await signIn("a stranger's guess");
  expect((await signIn(PASSWORD)).status).toBe(429);
  await sendJson("POST", "/api/auth/reset-password", { token: links["reset link"], password: NEW_PASSWORD });
  expect((await signIn(NEW_PASSWORD)).status).toBe(200);
});

test("with a device token the owner signs in after a hundred guesses of strangers", async () => {
  const { user, deviceToken } = await createHolder("token");
  const { email } = user;
  const guesses = Array.from({ length: 100 }, (_, guess) => ({ email, password: `a stranger's guess ${guess}` }));
  for (const guess of guesses) await sendJson("POST", "/api/auth/login", guess);
  expect((await sendJson("POST", "/api/auth/login", { email, password: PASSWORD })).status).toBe(429);
  expect((await sendJson("POST", "/api/auth/login", { email, password: PASSWORD, deviceToken })).status).toBe(200);
});

test("the page that asks for the password continues with the original form, which then succeeds", async () => {
  const holder = await createHolder("browser");
  await age(holder);
  const key = { name: "Backup", "notes:read": "on", days: "7" };
  expect((await submit(holder.browser, "/account/keys", key)).status).toBe(403);
  const form = { ...key, currentPassword: PASSWORD, continue: "/account/keys" };
  const response = await submit(holder.browser, "/account/confirm-password", form);
  expect([response.status, response.headers.get("Location")]).toEqual([307, "/account/keys"]);
  const headers = { ...holder.browser.headers, Cookie: `__Host-session=${cookieOf(response, "session")}` } as const;
  // The browser sends the same body again, the token of the form included.
  expect((await submit({ headers, csrf: holder.browser.csrf }, "/account/keys", form)).status).toBe(201);
});
