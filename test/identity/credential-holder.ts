/** An account with credentials of every kind, and a request for each that tells whether it still works. */
import { env } from "cloudflare:test";
import { signAccessToken } from "../../src/identity/tokens/access-token.ts";
import { createDeviceId, signDeviceToken } from "../../src/identity/tokens/device-token.ts";
import { createEmailToken } from "../../src/identity/tokens/email-tokens.ts";
import { createTokenSession } from "../../src/identity/tokens/refresh-token.ts";
import { readTokenKeys } from "../../src/identity/tokens/token-keys.ts";
import type { Role, User } from "../../src/identity/users/user.ts";
import { findCredentials } from "../../src/identity/users/users.ts";
import { type Browser, createAccount, createKey, openBrowser, PASSWORD, PERMISSION } from "../harness.ts";
import { holdSocket, isHeld } from "../socket-holder.ts";
import { ask, isRecent, knowsDevice, opensAccount, post, sessionIdFor } from "./credential-app.ts";

/** What a holder acts with. */
export type Client = "token" | "browser";

/** Credentials of the session that acts. A token session has no cookie, and a browser has no tokens. */
export const OWN = ["access token", "refresh token", "cookie", "socket", "recent sign-in"] as const;
/** Credentials of another token session, and the cookie of another browser. */
export const OTHER_TOKEN = [
  "other access token",
  "other refresh token",
  "other socket",
  "other recent sign-in",
] as const;
export const OTHERS = [...OTHER_TOKEN, "other cookie"] as const;
export const LINKS = ["verify link", "other verify link", "reset link", "other reset link"] as const;
export const CREDENTIALS = [...OWN, ...OTHERS, "API key", ...LINKS, "device token"] as const;
export type Credential = (typeof CREDENTIALS)[number];

export interface TokenClient {
  readonly refreshToken: string;
  readonly headers: { readonly Authorization: string };
}

/** Somebody who holds a credential of every kind. */
export interface Holder {
  readonly user: User;
  /** What the session that acts sends with a request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tokens: TokenClient;
  readonly otherTokens: TokenClient;
  readonly browser: Browser;
  readonly otherBrowser: Browser;
  readonly links: Readonly<Record<(typeof LINKS)[number], string>>;
  readonly deviceToken: string;
  /** By credential: whether it still works. Asking for them all takes one another's place into account. */
  readonly probes: ReadonlyMap<Credential, (password: string) => Promise<boolean>>;
}

/** Signs an account in to the API once more, without the API. */
export async function openClient({ user }: { readonly user: User }): Promise<TokenClient> {
  const credentials = await findCredentials(env.DB, { id: user.id });
  if (!credentials) throw new Error(`${user.email} has no account`);
  const deviceId = createDeviceId();
  const session = await createTokenSession(env.DB, { user: credentials, device: "test", deviceId });
  if (!session) throw new Error("No session was started");
  const accessToken = await signAccessToken(readTokenKeys(env.TOKEN_KEYS), { ...session, role: user.role });
  return { refreshToken: session.refreshToken, headers: { Authorization: `Bearer ${accessToken}` } };
}

export async function createHolder(
  by: Client,
  given: { readonly role?: Role; readonly emailVerified?: boolean } = {},
): Promise<Holder> {
  const account = await createAccount(given);
  const { user } = account;
  const credentials = await findCredentials(env.DB, { id: user.id });
  if (!credentials) throw new Error("The account is missing");
  const [tokens, otherTokens] = [account, await openClient(account)];
  const [browser, otherBrowser] = [await openBrowser(account), await openBrowser(account)];
  const { key } = await createKey(account, [PERMISSION]);
  const links = {
    "verify link": await linkFor(user, "verify"),
    "other verify link": await linkFor(user, "verify"),
    "reset link": await linkFor(user, "reset"),
    "other reset link": await linkFor(user, "reset"),
  };
  const deviceToken = signDeviceToken(readTokenKeys(env.TOKEN_KEYS), credentials, createDeviceId());
  const headers = by === "token" ? tokens.headers : browser.headers;
  const socket = await openSocketOf(user, headers);
  const otherSocket = await openSocketOf(user, otherTokens.headers);
  const own: [Credential, () => Promise<boolean>][] =
    by === "token"
      ? [
          ["access token", () => opensAccount(headers)],
          ["refresh token", () => refreshes(tokens)],
        ]
      : [["cookie", () => opensAccount(headers)]];
  const probes = new Map<Credential, (password: string) => Promise<boolean>>([
    ["socket", async () => isHeld(socket)],
    ["other socket", async () => isHeld(otherSocket)],
    ["recent sign-in", () => isRecent(headers)],
    ["other recent sign-in", () => isRecent(otherTokens.headers)],
    ["other access token", () => opensAccount(otherTokens.headers)],
    ["other refresh token", () => refreshes(otherTokens)],
    ["other cookie", () => opensAccount(otherBrowser.headers)],
    ["API key", async () => (await ask("/things", { "X-API-Key": key })).ok],
    ["verify link", (password) => confirms(links["verify link"], password)],
    ["other verify link", (password) => confirms(links["other verify link"], password)],
    ["reset link", () => mayReset(links["reset link"])],
    ["other reset link", () => mayReset(links["other reset link"])],
    ["device token", (password) => knowsDevice(user.email, deviceToken, password)],
    ...own,
  ]);
  return { user, headers, tokens, otherTokens, browser, otherBrowser, links, deviceToken, probes };
}

async function linkFor({ id }: User, purpose: "verify" | "reset"): Promise<string> {
  const token = await createEmailToken(env.DB, id, purpose);
  if (token === undefined) throw new Error("No link was made");
  return token;
}

async function openSocketOf({ id }: User, headers: Readonly<Record<string, string>>): Promise<string> {
  const socket = await holdSocket(id, await sessionIdFor(headers));
  if (socket === undefined) throw new Error("No socket was opened");
  return socket;
}

async function refreshes({ refreshToken }: TokenClient): Promise<boolean> {
  return (await post("/refresh", { refreshToken })).ok;
}

async function confirms(token: string, password: string): Promise<boolean> {
  return (await post("/confirm", { token, password })).ok;
}

async function mayReset(token: string): Promise<boolean> {
  return (await post("/reset", { token })).ok;
}

/** @returns The credentials that do not work any more. */
export async function endedOf({ probes }: Holder, password: string = PASSWORD): Promise<Credential[]> {
  const ended: Credential[] = [];
  for (const [credential, works] of probes) if (!(await works(password))) ended.push(credential);
  return ended;
}
