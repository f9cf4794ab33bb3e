/** The events of an account, and the credentials, links and sockets that each of them ends. */
import { v7 as uuidv7 } from "uuid";
import type { AppContext, AppLocals } from "../../env.ts";
import type { Database } from "../../web/platform/request-database.ts";
import type { Link } from "../guards/require-link.ts";
import { clearAccountLimit } from "../limits.ts";
import { sendNotice } from "../mail/notices.ts";
import { type SessionLocals, signInBrowser } from "../sessions/page-session.ts";
import { endOtherSessions, endSessionOf } from "../sessions/session-list.ts";
import { createCookieSecret, deviceOf, isLiveSession } from "../sessions/sessions.ts";
import { recheckSockets } from "../sessions/sockets.ts";
import { type ApiKey, createApiKey, type NewApiKey } from "../tokens/api-keys.ts";
import { createDeviceId, signDeviceToken } from "../tokens/device-token.ts";
import { createRefreshToken, createTokenSession, type TokenSession, useRefreshToken } from "../tokens/refresh-token.ts";
import { hashSecret } from "../tokens/secret.ts";
import { createSubmittedKey, type KeySubmission, type SubmittedKey } from "../tokens/submitted-key.ts";
import { readTokenKeys } from "../tokens/token-keys.ts";
import { normalizeEmail } from "./account-schema.ts";
import * as credentials from "./credentials.ts";
import { eraseUser } from "./erasure.ts";
import type { Role, SessionAuth, User } from "./user.ts";
import {
  type Credentials,
  claimFirstAdministrator,
  deleteUser,
  setRole,
  toPublicUser,
  type UserRefusal,
} from "./users.ts";

interface EventContext {
  readonly locals: AppLocals;
}

/** The new secrets of a session: for a browser's cookies, or as tokens. */
export type RenewedSecrets =
  | { readonly via: "session"; readonly sessionId: string; readonly secret: string; readonly deviceToken: string }
  | { readonly via: "token"; readonly session: TokenSession; readonly deviceToken: string };

/** Confirms an address by a link. @returns Undefined if the link is no longer valid. */
export async function confirmAddress({ locals }: EventContext, { token, user }: Link): Promise<User | undefined> {
  if (!(await credentials.confirmAddress(locals.db, user.id, token))) return undefined;
  return becomeFirstAdministrator(locals, { ...toPublicUser(user), emailVerified: true });
}

/** Resets a password by a link. @returns A device token; undefined if the link is no longer valid. */
export async function resetPassword(
  { locals }: EventContext,
  { token, user }: Link,
  passwordHash: string,
): Promise<string | undefined> {
  const { db, env } = locals;
  if (!(await credentials.resetPassword(db, user.id, token, passwordHash))) return undefined;
  closeEndedSockets(locals, user.id);
  await clearAccountLimit(locals, user.email);
  sendNotice(locals, user, { event: "password reset" });
  await becomeFirstAdministrator(locals, { ...user, emailVerified: true });
  const owner = { id: user.id, credentialEpoch: user.credentialEpoch + 1 };
  return signDeviceToken(readTokenKeys(env.TOKEN_KEYS), owner, createDeviceId());
}

/** Changes a password. @returns Undefined if the session or the previous password is no longer valid. */
export async function changePassword(
  { locals }: EventContext,
  { user, auth }: { readonly user: Credentials; readonly auth: SessionAuth },
  passwordHash: string,
  options: { readonly keepApiKeys: boolean },
): Promise<RenewedSecrets | undefined> {
  const { db, env } = locals;
  const { session, secretsFor } = renew(auth, user, createDeviceId());
  if (!(await credentials.changePassword(db, user, passwordHash, session, options))) return undefined;
  closeEndedSockets(locals, user.id);
  sendNotice(locals, user, { event: "password changed" });
  return secretsFor(env, { ...user, credentialEpoch: user.credentialEpoch + 1 }, session.deviceId ?? "");
}

/** Signs a user in, in an API client. @returns Undefined if the password has changed meanwhile. */
export async function startApiSession(
  { request, locals }: AppContext,
  user: Credentials,
  deviceId: string,
): Promise<Extract<RenewedSecrets, { via: "token" }> | undefined> {
  const { TOKEN_KEYS } = locals.env;
  const session = await createTokenSession(locals.db, { user, device: deviceOf(request), deviceId });
  if (!session) return undefined;
  if (session.hasEvicted) closeEndedSockets(locals, user.id);
  return { via: "token", session, deviceToken: signDeviceToken(readTokenKeys(TOKEN_KEYS), user, deviceId) };
}

/** Signs a user in, in a browser. @returns Headers that set the cookies; undefined if the password has changed. */
export async function startBrowserSession(
  c: AppContext<SessionLocals>,
  user: Credentials,
  deviceId: string,
): Promise<Headers | undefined> {
  const before = c.locals.session.user;
  const started = await signInBrowser(c, user, deviceId);
  if (!started) return undefined;
  if (before) closeEndedSockets(c.locals, before.id);
  if (started.hasEvicted) closeEndedSockets(c.locals, user.id);
  return started.headers;
}

/** Renews a session after its user has confirmed the password. @returns Undefined if either is no longer valid. */
export async function confirmPassword(
  { locals }: EventContext,
  { user, auth }: { readonly user: Credentials; readonly auth: SessionAuth },
): Promise<RenewedSecrets | undefined> {
  const { db, env } = locals;
  const { session, secretsFor } = renew(auth, user, null);
  const deviceId = await credentials.renewSessionSecrets(db, user, session);
  if (deviceId === undefined) return undefined;
  closeEndedSockets(locals, user.id);
  return secretsFor(env, user, deviceId);
}

/**
 * Creates an API key: with a submission, only once for each in a session. Sends one notice for each key.
 *
 * @returns The key, new or created by an earlier attempt, or the reason why there is no key to show.
 */
export async function issueApiKey(
  { locals }: EventContext,
  { user, auth }: { readonly user: User; readonly auth: SessionAuth },
  given: NewApiKey,
  submission: KeySubmission | undefined,
): Promise<IssuedKey | "too many" | "session ended" | "deleted" | "not shown"> {
  const { db, env } = locals;
  const { sessionId } = auth;
  const all = { ...given, sessionId };
  // Without the session, anybody who stole another one could be shown a key that exists, without a notice. The id of a
  // browser's session changes when its user confirms the password, so that a form could create a second key.
  const session = auth.via === "session" ? auth.keptSecret : sessionId;
  const result = submission
    ? await createSubmittedKey(db, readTokenKeys(env.TOKEN_KEYS), user.id, all, {
        ...submission,
        content: [session, ...submission.content],
      })
    : await createUnsubmittedKey(db, user.id, all);
  if (result.kind === "refused") return (await isLiveSession(db, sessionId)) ? "too many" : "session ended";
  if (!("key" in result)) return result.kind;
  if (result.needsNotice) sendNotice(locals, user, { event: "API key created", keyName: result.key.name });
  return { key: result.key, isRepeated: result.kind === "repeated" };
}

async function createUnsubmittedKey(db: Database, userId: string, given: NewApiKey): Promise<SubmittedKey> {
  const key = await createApiKey(db, userId, given);
  return key ? { kind: "created", key, needsNotice: true } : { kind: "refused" };
}

/** A key with its secret, which only the response to its creation shows. */
interface IssuedKey {
  readonly key: ApiKey & { readonly key: string };
  /** Whether an earlier attempt created it. */
  readonly isRepeated: boolean;
}

/** Changes a user's role. */
export async function changeRole({ locals }: EventContext, id: string, role: Role): Promise<User | UserRefusal> {
  const changed = await setRole(locals.db, id, role);
  if (typeof changed === "string") return changed;
  if (changed.isNew) sendNotice(locals, changed.user, { event: "role changed", role });
  return changed.user;
}

/** Deletes an account on behalf of an administrator. */
export async function deleteAccount({ locals }: EventContext, id: string): Promise<User | UserRefusal> {
  const deleted = await deleteUser(locals.db, id);
  if (typeof deleted === "string") return deleted;
  closeEndedSockets(locals, id);
  locals.ctx.waitUntil(eraseUser(locals, id));
  sendNotice(locals, deleted, { event: "account deleted" });
  return deleted;
}

/** Ends one of a user's sessions. @returns Whether the user had such a session. */
export async function endSession({ locals }: EventContext, userId: string, sessionId: string): Promise<boolean> {
  const isEnded = await endSessionOf(locals.db, userId, sessionId);
  if (isEnded) closeEndedSockets(locals, userId);
  return isEnded;
}

/** Ends all of a user's sessions except one. */
export async function endAllOtherSessions(
  { locals }: EventContext,
  userId: string,
  kept: string | null,
): Promise<void> {
  await endOtherSessions(locals.db, userId, kept);
  closeEndedSockets(locals, userId);
}

/** Uses a refresh token; reuse ends its session. @returns Undefined for an invalid or reused token. */
export async function refreshSession(
  { locals }: EventContext,
  refreshToken: string,
): Promise<TokenSession | undefined> {
  const { TOKEN_KEYS } = locals.env;
  const refreshed = await useRefreshToken(locals.db, readTokenKeys(TOKEN_KEYS), refreshToken);
  if (!refreshed || "sessionId" in refreshed) return refreshed;
  closeEndedSockets(locals, refreshed.endedSessionOf);
  return undefined;
}

/** Closes, after the response, the user's sockets whose sessions have ended. */
export function closeEndedSockets(locals: AppLocals, userId: string): void {
  locals.ctx.waitUntil(recheckSockets(locals, userId));
}

/** Makes the account of `ADMIN_EMAIL` an administrator if there is none. @returns The user, with the current role. */
export async function becomeFirstAdministrator<TUser extends User>(locals: AppLocals, user: TUser): Promise<TUser> {
  const { ADMIN_EMAIL } = locals.env;
  const mayClaim = user.emailVerified && user.role !== "admin" && normalizeEmail(ADMIN_EMAIL) === user.email;
  const admin = mayClaim ? await claimFirstAdministrator(locals.db, user.id, user.email) : undefined;
  if (!admin) return user;
  sendNotice(locals, admin, { event: "role changed", role: admin.role });
  return { ...user, role: admin.role };
}

/** Creates new secrets for a session: their hashes to store, and a function that returns them to the client. */
function renew(auth: SessionAuth, user: Credentials, deviceId: string | null) {
  const newId = uuidv7();
  const { refreshToken, ...refreshHashes } = createRefreshToken();
  // Forms are bound to the kept part. It changes with the password, but not when the password is confirmed.
  const kept = auth.via === "session" && deviceId === null ? auth.keptSecret : undefined;
  const secret = createCookieSecret(kept);
  const hashes = auth.via === "session" ? { secretHash: hashSecret(secret), refreshHash: null } : refreshHashes;
  return {
    session: { id: auth.sessionId, newId, ...hashes, deviceId },
    secretsFor({ TOKEN_KEYS }: AppLocals["env"], owner: Credentials, device: string): RenewedSecrets {
      const deviceToken = signDeviceToken(readTokenKeys(TOKEN_KEYS), owner, device);
      if (auth.via === "session") return { via: "session", sessionId: newId, secret, deviceToken };
      return {
        via: "token",
        deviceToken,
        session: { sessionId: newId, userId: user.id, role: user.role, refreshToken },
      };
    },
  };
}
