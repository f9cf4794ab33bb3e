import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startCookieSession } from "../../../src/identity/sessions/sessions.ts";
import { createDeviceId } from "../../../src/identity/tokens/device-token.ts";
import { createTokenSession } from "../../../src/identity/tokens/refresh-token.ts";
import { findCredentials } from "../../../src/identity/users/users.ts";
import { type Account, createAccount, PASSWORD, send, sendJson } from "../../harness.ts";

const MAX = 50;
const MINUTE_MS = 60_000;

/** The clock stands still but for what a test lets pass: so it is known which session was used least recently. */
let me: Account;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  me = await createAccount();
});
afterEach(() => vi.useRealTimers());
const passTime = (ms: number) => vi.setSystemTime(Date.now() + ms);

type Kind = "cookie" | "token";

/** Starts a session, a minute after the one before. @returns What uses it up to the next sign-in. */
async function start(
  kind: Kind,
  { user }: Account = me,
): Promise<{ readonly id: string; readonly use: () => Promise<number> }> {
  passTime(MINUTE_MS + 1);
  const credentials = await findCredentials(env.DB, { id: user.id });
  if (!credentials) throw new Error("The user is gone");
  const owner = { user: credentials, device: "test", deviceId: createDeviceId() };
  if (kind === "cookie") {
    const started = await startCookieSession(env.DB, owner);
    const headers = { Cookie: `__Host-session=${started?.secret}` };
    return { id: started?.id ?? "", use: async () => (await send("/api/me", { headers })).status };
  }
  const started = await createTokenSession(env.DB, owner);
  let refreshToken = started?.refreshToken;
  const use = async () => {
    const response = await sendJson("POST", "/api/auth/refresh", { refreshToken });
    if (response.ok) ({ refreshToken } = await response.json<{ refreshToken: string }>());
    return response.status;
  };
  return { id: started?.sessionId ?? "", use };
}

async function startTimes(count: number, kind: Kind) {
  const sessions = [];
  for (let i = 0; i < count; i++) sessions.push(await start(kind));
  return sessions;
}

/** The ids of a user's sessions of that kind. */
async function idsOf(kind: Kind, { user }: Account = me): Promise<string[]> {
  const found = env.DB.prepare("SELECT id FROM sessions WHERE user_id = ? AND kind = ?").bind(user.id, kind);
  return (await found.all<{ id: string }>()).results.map(({ id }) => id);
}

/** The account starts with a session for tokens, which here is none of those that are counted. */
const endFirst = () => env.DB.prepare("DELETE FROM sessions WHERE user_id = ?").bind(me.user.id).run();

describe.each(["cookie", "token"] as const)("of sessions with a %s a user has 50 at most", (kind) => {
  const other = kind === "cookie" ? "token" : "cookie";
  beforeEach(endFirst);

  test("the 51st ends the least recently used one, and no other", async () => {
    const sessions = await startTimes(MAX, kind);
    expect(await idsOf(kind)).toHaveLength(MAX);
    const [oldest, second] = sessions;
    passTime(MINUTE_MS + 1);
    expect(await oldest?.use()).toBe(200);
    const newest = await start(kind);
    const left = await idsOf(kind);
    expect(left).toHaveLength(MAX);
    expect(left).toEqual(expect.arrayContaining([oldest?.id, newest.id]));
    expect(left).not.toContain(second?.id);
    expect([await second?.use(), await oldest?.use(), await newest.use()]).toEqual([401, 200, 200]);
  });

  test("those of the other kind and of other users neither count nor end", async () => {
    const stranger = await createAccount();
    const [before, theirs] = [await start(other), await start(kind, stranger)];
    await startTimes(MAX + 2, kind);
    expect((await idsOf(kind)).length).toBe(MAX);
    expect(await idsOf(other)).toEqual([before.id]);
    expect(await idsOf(kind, stranger)).toContain(theirs.id);
  });

  test("ten that start at once leave 50", async () => {
    await startTimes(MAX - 2, kind);
    await Promise.all(Array.from({ length: 10 }, () => start(kind)));
    expect(await idsOf(kind)).toHaveLength(MAX);
  });
});

test.each([
  ["/api/auth/login", "token"],
  ["/login", "cookie"],
] as const)("the 51st is started by %s as well", async (path, kind) => {
  await endFirst();
  const [oldest] = await startTimes(MAX, kind);
  const fields = { email: me.user.email, password: PASSWORD };
  const headers = { "Sec-Fetch-Site": "same-origin" };
  const response = await (kind === "token"
    ? sendJson("POST", path, fields)
    : send(path, { method: "POST", headers, body: new URLSearchParams(fields) }));
  expect(response.status).toBe(kind === "token" ? 200 : 303);
  expect(await idsOf(kind)).toHaveLength(MAX);
  expect(await oldest?.use()).toBe(401);
});
