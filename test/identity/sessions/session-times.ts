/** Sessions that start one after the other, each a minute after the one before. */
import { env } from "cloudflare:test";
import { afterEach, beforeEach, vi } from "vitest";
import { startCookieSession } from "../../../src/identity/sessions/sessions.ts";
import { createDeviceId } from "../../../src/identity/tokens/device-token.ts";
import { createTokenSession } from "../../../src/identity/tokens/refresh-token.ts";
import { findCredentials } from "../../../src/identity/users/users.ts";
import { type Account, createAccount } from "../../harness.ts";
import { ask, post } from "../credential-app.ts";

export const MAX = 50;
export const MINUTE_MS = 60_000;

export let me: Account;

/** For the tests of a file: the clock stands still but for what a test lets pass, so it is known which session was used least recently. */
export function useSessionTimes(): void {
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    me = await createAccount();
  });
  afterEach(() => vi.useRealTimers());
}

export const passTime = (ms: number) => vi.setSystemTime(Date.now() + ms);

export type Kind = "cookie" | "token";

/** Starts a session, a minute after the one before. @returns What uses it up to the next sign-in. */
export async function start(
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
    return { id: started?.id ?? "", use: async () => (await ask("/whoami", headers)).status };
  }
  const started = await createTokenSession(env.DB, owner);
  let refreshToken = started?.refreshToken;
  const use = async () => {
    const response = await post("/refresh", { refreshToken });
    if (response.ok) ({ refreshToken } = await response.json<{ refreshToken: string }>());
    return response.status;
  };
  return { id: started?.sessionId ?? "", use };
}

export async function startTimes(count: number, kind: Kind) {
  const sessions = [];
  for (let i = 0; i < count; i++) sessions.push(await start(kind));
  return sessions;
}

/** The ids of a user's sessions of that kind. */
export async function idsOf(kind: Kind, { user }: Account = me): Promise<string[]> {
  const found = env.DB.prepare("SELECT id FROM sessions WHERE user_id = ? AND kind = ?").bind(user.id, kind);
  return (await found.all<{ id: string }>()).results.map(({ id }) => id);
}

/** The account starts with a session for tokens, which here is none of those that are counted. */
export const endFirst = () => env.DB.prepare("DELETE FROM sessions WHERE user_id = ?").bind(me.user.id).run();
