/** The accounts of the campaign, and credentials of all kinds for them. */
import { env } from "cloudflare:test";
import { Buffer } from "node:buffer";
import { vi } from "vitest";
import { signAccessToken } from "../../src/identity/tokens/access-token.ts";
import { createDeviceId } from "../../src/identity/tokens/device-token.ts";
import { createTokenSession } from "../../src/identity/tokens/refresh-token.ts";
import { hashSecret } from "../../src/identity/tokens/secret.ts";
import { readTokenKeys } from "../../src/identity/tokens/token-keys.ts";
import { findCredentials } from "../../src/identity/users/users.ts";
import { type Account, createAccount, createKey, facts, openBrowser } from "../harness.ts";
import type { CredentialKind } from "./credentials.ts";

/** The accounts that send requests, besides the user of the prepared request. */
export interface Accounts {
  readonly member: Account;
  readonly stranger: Account;
  readonly administrator: Account;
}

export async function createAccounts(): Promise<Accounts> {
  const [member, stranger] = [await createAccount(), await createAccount()];
  return { member, stranger, administrator: await createAccount({ role: "admin" }) };
}

type Given = Readonly<Record<string, string>>;

/** @param ownId The id of the user to whom the request belongs. */
export async function createCredential(kind: CredentialKind, ownId: string, accounts: Accounts): Promise<Given> {
  const { member, stranger, administrator } = accounts;
  // Only the id of the own account is used. If that account was deleted, `member` stands in.
  const isKnown = await findCredentials(env.DB, { id: ownId });
  const own: Account = isKnown ? { ...member, user: { ...member.user, id: ownId } } : member;
  switch (kind) {
    case "cookie":
      return cookieFor(own);
    case "token":
      return tokenFor(own);
    case "key":
      return keyFor(own);
    case "key without permissions":
      return keyFor(own, []);
    case "stranger's cookie":
      return cookieFor(stranger);
    case "stranger's token":
      return tokenFor(stranger);
    case "stranger's key":
      return keyFor(stranger);
    case "administrator's cookie":
      return cookieFor(administrator);
    case "administrator's token":
      return tokenFor(administrator);
    case "expired token":
      return anHourAgo(() => tokenFor(own));
    case "expired key":
      return keyFor(own, facts.permissions, new Date(Date.now() - 60_000).toISOString());
    case "ended session's token":
      return end(await tokenFor(own));
    case "ended session's cookie":
      return end(await cookieFor(own));
    case "deleted key":
      return end(await keyFor(own));
    case "token without a signature":
      return { Authorization: (await tokenFor(own)).Authorization.replace(/ [\w-]+(\.[\w-]+\.).*/, ` ${UNSIGNED}$1`) };
    case "refresh token as a token":
      return { Authorization: `Bearer ${member.refreshToken}` };
    case "own token and stranger's cookie":
      return { ...(await cookieFor(stranger)), ...(await tokenFor(own)) };
    default:
      return {};
  }
}

const UNSIGNED = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url");

async function cookieFor(account: Account) {
  const { Cookie, "Sec-Fetch-Site": site } = (await openBrowser(account)).headers;
  return { Cookie, "Sec-Fetch-Site": site };
}

async function tokenFor({ user }: Account) {
  const found = await findCredentials(env.DB, { id: user.id });
  if (!found) throw new Error(`${user.email} has no account`);
  const session = await createTokenSession(env.DB, { user: found, device: "test", deviceId: createDeviceId() });
  if (!session) throw new Error("No session was started");
  const accessToken = await signAccessToken(readTokenKeys(env.TOKEN_KEYS), { ...session, role: found.role });
  return { Authorization: `Bearer ${accessToken}` };
}

async function keyFor(account: Account, permissions = facts.permissions, expiresAt?: string) {
  const { key } = await createKey(account, permissions, expiresAt === undefined ? {} : { expiresAt });
  return { "X-API-Key": key };
}

/** Ends the session, or deletes the key, that the headers belong to. */
async function end<T extends Given>(given: T): Promise<T> {
  const [, secret = ""] = /session=([^;]+)/.exec(given.Cookie ?? "") ?? [];
  const [, claims = ""] = /^Bearer [\w-]+\.([\w-]+)\./.exec(given.Authorization ?? "") ?? [];
  const sid = claims && JSON.parse(Buffer.from(claims, "base64url").toString()).sid;
  await env.DB.batch([
    env.DB.prepare("UPDATE sessions SET expires_at = 0 WHERE secret_hash = ? OR id = ?").bind(hashSecret(secret), sid),
    env.DB.prepare("DELETE FROM api_keys WHERE key_hash = ?").bind(hashSecret(given["X-API-Key"] ?? "")),
  ]);
  return given;
}

async function anHourAgo<T>(make: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 3_600_000 });
  try {
    return await make();
  } finally {
    vi.useRealTimers();
  }
}
