/** The events of an account, and the credentials, links and sockets that each of them ends. */
import { v7 as uuidv7 } from "uuid";
import type { AppLocals } from "../../env.ts";
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
import { readTokenKeys } from "../tokens/token-keys.ts";
import { normalizeEmail } from "./account-schema.ts";
import * as credentials from "./credentials.ts";
import type { Role, SessionAuth, User } from "./user.ts";
import { type Credentials, claimFirstAdministrator, deleteUser, type Refusal, setRole, toPublicUser } from "./users.ts";

interface Cause {
  readonly locals: AppLocals;
}

/** What a client holds of a session that was renewed: a cookie's secret, or tokens. */
export type RenewedSecrets =
  | { readonly via: "session"; readonly sessionId: string; readonly secret: string; readonly deviceToken: string }
  | { readonly via: "token"; readonly session: TokenSession; readonly deviceToken: string };

/** The address was proved by a link. @returns Undefined where the link does not work any more. */
export async function confirmAddress({ locals }: Cause, { token, user }: Link): Promise<User | undefined> {
  if (!(await credentials.confirmAddress(locals.env.DB, user.id, token))) return undefined;
  return becomeFirstAdministrator(locals, { ...toPublicUser(user), emailVerified: true });
}

/** The password was reset by a link. @returns A device token; undefined where the link does not work any more. */
export async function resetPassword(
  { locals }: Cause,
  { token, user }: Link,
  passwordHash: string,
): Promise<string | undefined> {
  const { env } = locals;
  if (!(await credentials.resetPassword(env.DB, user.id, token, passwordHash))) return undefined;
  sessionsEnded(locals, user.id);
  await clearAccountLimit(locals, user.email);
  sendNotice(locals, user, { event: "password reset" });
  await becomeFirstAdministrator(locals, { ...user, emailVerified: true });
  const owner = { id: user.id, credentialEpoch: user.credentialEpoch + 1 };
  return signDeviceToken(readTokenKeys(env.TOKEN_KEYS), owner, createDeviceId());
}

/** The user changed the password. @returns Undefined where the session or the password before is not good any more. */
export async function changePassword(
  { locals }: Cause,
  { user, auth }: { readonly user: Credentials; readonly auth: SessionAuth },
  passwordHash: string,
  options: { readonly keepApiKeys: boolean },
): Promise<RenewedSecrets | undefined> {
  const { env } = locals;
  const { session, secretsFor } = renew(auth, user, createDeviceId());
  if (!(await credentials.changePassword(env.DB, user, passwordHash, session, options))) return undefined;
  sessionsEnded(locals, user.id);
  sendNotice(locals, user, { event: "password changed" });
  return secretsFor(env, { ...user, credentialEpoch: user.credentialEpoch + 1 }, session.deviceId ?? "");
}

/** A user signed in with a client of the API. @returns Undefined where the password has changed meanwhile. */
export async function startTokens(
  { request, locals }: Cause & { readonly request: Request },
  user: Credentials,
  deviceId: string,
): Promise<Extract<RenewedSecrets, { via: "token" }> | undefined> {
  const { DB, TOKEN_KEYS } = locals.env;
  const session = await createTokenSession(DB, { user, device: deviceOf(request), deviceId });
  if (!session) return undefined;
  if (session.hasEvicted) sessionsEnded(locals, user.id);
  return { via: "token", session, deviceToken: signDeviceToken(readTokenKeys(TOKEN_KEYS), user, deviceId) };
}

/** A user signed in with a browser. @returns Headers that set the cookies; undefined where the password has changed. */
export async function startBrowserSession(
  c: { readonly request: Request; readonly locals: AppLocals & SessionLocals },
  user: Credentials,
  deviceId: string,
): Promise<Headers | undefined> {
  const before = c.locals.session.user;
  const started = await signInBrowser(c, user, deviceId);
  if (!started) return undefined;
  if (before) sessionsEnded(c.locals, before.id);
  if (started.hasEvicted) sessionsEnded(c.locals, user.id);
  return started.headers;
}

/** The user gave the password again. @returns Undefined where the session or the password is not good any more. */
export async function confirmPassword(
  { locals }: Cause,
  { user, auth }: { readonly user: Credentials; readonly auth: SessionAuth },
): Promise<RenewedSecrets | undefined> {
  const { env } = locals;
  const { session, secretsFor } = renew(auth, user, null);
  const deviceId = await credentials.renewSessionSecrets(env.DB, user, session);
  if (deviceId === undefined) return undefined;
  sessionsEnded(locals, user.id);
  return secretsFor(env, user, deviceId);
}

/** The user made an API key. @returns The key, which nobody can see again; or why there is none. */
export async function makeApiKey(
  { locals }: Cause,
  { user, auth }: { readonly user: User; readonly auth: SessionAuth },
  given: NewApiKey,
): Promise<(ApiKey & { readonly key: string }) | "too many" | "session ended"> {
  const { DB } = locals.env;
  const { sessionId } = auth;
  const key = await createApiKey(DB, user.id, { ...given, sessionId });
  if (!key) return (await isLiveSession(DB, sessionId)) ? "too many" : "session ended";
  sendNotice(locals, user, { event: "API key created", keyName: key.name });
  return key;
}

/** A role was given or taken. */
export async function changeRole({ locals }: Cause, id: string, role: Role): Promise<User | Refusal> {
  const changed = await setRole(locals.env.DB, id, role);
  if (typeof changed === "string") return changed;
  if (changed.isNew) sendNotice(locals, changed.user, { event: "role changed", role });
  return changed.user;
}

/** An administrator deleted the account. */
export async function deleteAccount({ locals }: Cause, id: string): Promise<User | Refusal> {
  const deleted = await deleteUser(locals.env.DB, id);
  if (typeof deleted === "string") return deleted;
  sessionsEnded(locals, id);
  sendNotice(locals, deleted, { event: "account deleted" });
  return deleted;
}

/** A user ended a session, this one or another. @returns Whether there was such a session of this user. */
export async function endSession({ locals }: Cause, userId: string, sessionId: string): Promise<boolean> {
  const isEnded = await endSessionOf(locals.env.DB, userId, sessionId);
  if (isEnded) sessionsEnded(locals, userId);
  return isEnded;
}

/** A user ended all sessions but this one. */
export async function endAllOtherSessions({ locals }: Cause, userId: string, kept: string | null): Promise<void> {
  await endOtherSessions(locals.env.DB, userId, kept);
  sessionsEnded(locals, userId);
}

/** A refresh token was used; one that was used before ends its session. @returns Undefined where it is not good. */
export async function refreshSession({ locals }: Cause, refreshToken: string): Promise<TokenSession | undefined> {
  const { DB, TOKEN_KEYS } = locals.env;
  const refreshed = await useRefreshToken(DB, readTokenKeys(TOKEN_KEYS), refreshToken);
  if (!refreshed || "sessionId" in refreshed) return refreshed;
  sessionsEnded(locals, refreshed.endedSessionOf);
  return undefined;
}

/** The user's sockets whose sessions have ended are closed, once the response is on its way. */
export function sessionsEnded({ env, ctx }: AppLocals, userId: string): void {
  ctx.waitUntil(recheckSockets(env, userId));
}

/** @returns The user, as the first administrator where `ADMIN_EMAIL` names the account and there is none yet. */
export async function becomeFirstAdministrator<TUser extends User>(locals: AppLocals, user: TUser): Promise<TUser> {
  const { DB, ADMIN_EMAIL } = locals.env;
  const mayClaim = user.emailVerified && user.role !== "admin" && normalizeEmail(ADMIN_EMAIL) === user.email;
  const admin = mayClaim ? await claimFirstAdministrator(DB, user.id, user.email) : undefined;
  if (!admin) return user;
  sendNotice(locals, admin, { event: "role changed", role: admin.role });
  return { ...user, role: admin.role };
}

/** New secrets for a session, and what becomes of them once they are stored. */
function renew(auth: SessionAuth, user: Credentials, deviceId: string | null) {
  const newId = uuidv7();
  const { refreshToken, ...refreshHashes } = createRefreshToken();
  // The kept part ties forms to a session. It changes with the password, and stays when the password is confirmed.
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
