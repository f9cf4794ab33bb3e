/** Everything that a stranger can try with what it still holds of an account. */

import { PERMISSION } from "../../harness.ts";
import { ask } from "../../identity/credential-app.ts";
import { isHeld } from "../../socket-holder.ts";
import type { HeldSession } from "./account-hand.ts";
import { get, LIMITS, postForm, postJson } from "./account-requests.ts";
import { type AccountWorld, SHARED_PASSWORDS } from "./account-world.ts";

/** Tries it all. @returns What has worked, in words. */
export async function attack(world: AccountWorld): Promise<string[]> {
  const { sessions, keys, deviceTokens, links, sockets } = world.hands.stranger;
  const refreshTokens = new Set(sessions.flatMap(({ refreshToken }) => refreshToken ?? []));
  const tries: Promise<string | undefined>[] = [
    ...byCredential(sessions).map(useSession),
    ...[...refreshTokens].map((token) => post("a refresh token", "/api/auth/refresh", { refreshToken: token }, 401)),
    ...[...new Set(keys)].map(useKey),
    ...links.verify.flatMap((token) => [
      post("a verify link", "/api/auth/verify-email", { token }, 422),
      post("a verify link with a password", "/api/auth/verify-email", { token, password: SHARED_PASSWORDS[0] }, 422),
    ]),
    ...links.reset.map((token) =>
      post("a reset link", "/api/auth/reset-password", { token, password: "stolen once more" }, 422),
    ),
    ...sockets.map(async (socket) => (isHeld(socket) ? "an open socket" : undefined)),
    signIn(world, deviceTokens),
  ];
  return (await Promise.all(tries)).filter((success) => success !== undefined);
}

function byCredential(sessions: readonly HeldSession[]): HeldSession[] {
  return [...new Map(sessions.map((session) => [JSON.stringify(session.headers), session])).values()];
}

async function post(
  name: string,
  path: string,
  body: object,
  refusal: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const { status } = await postJson(path, body, headers);
  return status === refusal ? undefined : `${name}: ${status}`;
}

/** Reads, makes a key as after a recent sign-in, and sends a form. */
async function useSession({ headers, csrf }: HeldSession): Promise<string | undefined> {
  const kind = csrf === undefined ? "an access token" : "a cookie";
  const json = { ...headers, Accept: "application/json" };
  const { status } = await get("/api/me", json);
  if (status !== 401) return `${kind}: ${status}`;
  if (csrf !== undefined) await postForm("/account", { csrf, name: "Stolen" }, headers);
  return post(`a key made with ${kind}`, "/api/me/keys", { name: "A key", permissions: [PERMISSION] }, 401, json);
}

async function useKey(key: string): Promise<string | undefined> {
  const { status } = await ask("/things", { "X-API-Key": key }, LIMITS);
  return status === 401 ? undefined : `an API key: ${status}`;
}

/** Every password that the stranger may know, and guesses until none is left; then a device token gives no more of them. */
async function signIn(world: AccountWorld, deviceTokens: readonly string[]): Promise<string | undefined> {
  for (const password of SHARED_PASSWORDS) {
    const status = await world.signIn("stranger", "api", password, undefined);
    if (status === 200) return "a password";
  }
  await world.guess();
  for (const deviceToken of new Set(deviceTokens)) {
    const status = await world.signIn("stranger", "api", SHARED_PASSWORDS[0], deviceToken);
    if (status !== 429) return `a device token: ${status}`;
  }
  return undefined;
}
