/** The kinds of credentials in the campaign, and how one replaces the credential of a request. */
import { env } from "cloudflare:test";
import { Buffer } from "node:buffer";
import { csrfTokenOf } from "../../src/identity/sessions/page-session.ts";
import { hashSecret } from "../../src/identity/tokens/secret.ts";
import { openBrowser } from "../harness.ts";
import { type Accounts, createCredential } from "./accounts.ts";
import { type Draft, fieldsOf, setText, textOf } from "./draft.ts";

/** Kinds of credentials of the sender itself. */
export const OWN: readonly CredentialKind[] = ["cookie", "token", "key"];
export const OTHERS = [
  "none",
  "key without permissions",
  "stranger's cookie",
  "stranger's token",
  "stranger's key",
  "administrator's cookie",
  "administrator's token",
  "expired token",
  "expired key",
  "ended session's token",
  "ended session's cookie",
  "deleted key",
  "token without a signature",
  "refresh token as a token",
  "own token and stranger's cookie",
  "stranger's csrf",
] as const;

export type CredentialKind = "cookie" | "token" | "key" | (typeof OTHERS)[number];

const SESSION = /(?:^|;\s*)__Host-session=([^;]+)/;

const cookieOf = ({ headers }: Pick<Draft, "headers">) => SESSION.exec(headers.get("Cookie") ?? "")?.[1];

/** Returns the ids of the users whose credentials the request carries. */
export async function userIdsOf(draft: Pick<Draft, "headers">): Promise<string[]> {
  const [, claims] = /^Bearer [\w-]+\.([\w-]+)\./.exec(draft.headers.get("Authorization") ?? "") ?? [];
  const [, subject] = /"sub":"([\w-]+)"/.exec(Buffer.from(claims ?? "", "base64url").toString()) ?? [];
  const bearer = subject === undefined ? [] : [subject];
  const [secret, key] = [cookieOf(draft), draft.headers.get("X-API-Key")];
  if (secret === undefined && key === null) return bearer;
  const select = env.DB.prepare(
    `SELECT user_id AS id FROM sessions WHERE secret_hash = ? AND user_id IS NOT NULL
     UNION SELECT user_id FROM api_keys WHERE key_hash = ?`,
  );
  const { results } = await select.bind(hashSecret(secret ?? ""), hashSecret(key ?? "")).all<{ id: string }>();
  return [...bearer, ...results.map(({ id }) => id)];
}

/** Replaces the credential of a request, and the CSRF token with it. */
export async function setCredential(draft: Draft, kind: CredentialKind, accounts: Accounts): Promise<void> {
  const before = cookieOf(draft);
  if (kind === "stranger's csrf") return replaceCsrf(draft, before, (await openBrowser(accounts.stranger)).csrf);
  const given = await createCredential(kind, (await userIdsOf(draft))[0] ?? accounts.member.user.id, accounts);
  for (const name of ["Authorization", "X-API-Key", "Cookie"]) draft.headers.delete(name);
  for (const [name, value] of Object.entries(given)) draft.headers.set(name, value);
  const after = cookieOf(draft);
  if (after !== undefined) replaceCsrf(draft, before, csrfTokenOf(after));
}

function replaceCsrf(draft: Draft, secret: string | undefined, token: string): void {
  if (draft.body === undefined || secret === undefined) return;
  const fields = fieldsOf(draft);
  if (fields?.has("csrf")) fields.set("csrf", token);
  setText(draft, fields?.toString() ?? textOf(draft).replace(csrfTokenOf(secret), token));
}
