/** Identifies the sender of a request. */
import type { AppContext, AppLocals, RequestDatabase } from "../../env.ts";
import { verifyAccessToken } from "../tokens/access-token.ts";
import { findApiKey, touchApiKey } from "../tokens/api-keys.ts";
import { readTokenKeys } from "../tokens/token-keys.ts";
import type { SignedIn } from "../users/user.ts";
import { sessionCookie } from "./cookies.ts";
import { type FoundSession, findSession, keptPartOf, touchSession } from "./sessions.ts";

/** The reason why a request is unauthenticated. */
export type IdentityProblem =
  | "no credential"
  | "invalid token"
  | "expired token"
  | "ended session"
  | "unknown key"
  | "expired key";

/** The sender of a request. */
export interface Identity {
  /** Undefined if the request is unauthenticated; `problem` says why. */
  readonly signedIn?: SignedIn | undefined;
  readonly problem?: IdentityProblem | undefined;
  /** The session of the cookie; a visitor's session, too. */
  readonly session?: (FoundSession & { readonly secret: string }) | undefined;
}

interface KnownIdentity {
  readonly identity: Promise<Identity>;
  readonly isFromPrimary: boolean;
}

const identities = new WeakMap<Request, KnownIdentity>();

/**
 * Identifies the sender by `Authorization: Bearer`, else by `X-API-Key`, else by the session cookie. The first one
 * present decides, even if it is invalid. Queries the database once per request, so that a deletion, a demotion or a
 * sign-out takes effect from the next request on; for a client that reads from a replica, as soon as the replica has it.
 */
export function identify({ request, locals }: AppContext): Promise<Identity> {
  const { isPrimary } = locals.db;
  const known = identities.get(request);
  if (known && (known.isFromPrimary || !isPrimary)) return known.identity;
  const identity = findIdentity(request, locals);
  identities.set(request, { identity, isFromPrimary: isPrimary });
  return identity;
}

/** The sender, if a guard has identified it; undefined if that would need the database. */
export function identified({ request }: Pick<AppContext, "request">): Promise<Identity> | undefined {
  return identities.get(request)?.identity;
}

/** Identifies the sender by the latest state of the database, which all later statements of the request use, too. */
export function identifyAtPrimary(c: AppContext): Promise<Identity> {
  c.locals.db.usePrimary();
  return identify(c);
}

/** Looks a credential up. A replica may not have a new one yet, so one that it lacks is looked up at the primary. */
async function lookUp<T>(db: RequestDatabase, find: () => Promise<T | undefined>): Promise<T | undefined> {
  const found = await find();
  if (found !== undefined || db.isPrimary) return found;
  db.usePrimary();
  return find();
}

/** The credential that identifies a request, as the client sent it. */
export function credentialOf({ request, locals }: AppContext) {
  const { headers } = request;
  return headers.get("Authorization") ?? headers.get("X-API-Key") ?? sessionCookie.read(request, locals.env);
}

const claimsByRequest = new WeakMap<Request, ReturnType<typeof verifyAccessToken>>();

/** The claims of the access token, which is verified once for each request. Its session may have ended. */
export async function tokenClaimsOf({ request, locals }: AppContext) {
  const [, token] = /^Bearer +([\w.~+/-]+=*)$/i.exec(request.headers.get("Authorization") ?? "") ?? [];
  if (token === undefined) return undefined;
  const claims = claimsByRequest.get(request) ?? verifyAccessToken(readTokenKeys(locals.env.TOKEN_KEYS), token);
  claimsByRequest.set(request, claims);
  return claims;
}

async function findIdentity(request: Request, locals: AppLocals): Promise<Identity> {
  if (request.headers.has("Authorization")) return identifyBearer(request, locals);
  const apiKey = request.headers.get("X-API-Key");
  if (apiKey !== null) return identifyApiKey(apiKey, locals);
  const secret = sessionCookie.read(request, locals.env);
  if (secret === undefined) return { problem: "no credential" };
  const session = await lookUp(locals.db, () => findSession(locals.db, { secret }));
  if (!session) return { problem: "ended session" };
  touchIfStale(session, locals);
  const { user, id: sessionId, authenticatedAt } = session;
  if (!user) return { problem: "no credential", session: { ...session, secret } };
  const keptSecret = keptPartOf(secret);
  const auth = { via: "session", sessionId, keptSecret, authenticatedAt: authenticatedAt ?? 0 } as const;
  return { signedIn: { user, auth }, session: { ...session, secret } };
}

async function identifyApiKey(key: string, { db, ctx }: AppLocals): Promise<Identity> {
  const found = await lookUp(db, () => findApiKey(db, key));
  if (!found) return { problem: "unknown key" };
  const { user, keyId, permissions, isExpired, isStale } = found;
  if (isExpired) return { problem: "expired key" };
  if (isStale) ctx.waitUntil(touchApiKey(db, keyId));
  return { signedIn: { user, auth: { via: "key", keyId, permissions } } };
}

async function identifyBearer(request: Request, locals: AppLocals): Promise<Identity> {
  const claims = await tokenClaimsOf({ request, locals });
  if (claims === undefined) return { problem: "invalid token" };
  if (typeof claims === "string") return { problem: claims === "expired" ? "expired token" : "invalid token" };
  const session = await lookUp(locals.db, () => findSession(locals.db, claims));
  if (!session?.user) return { problem: "ended session" };
  touchIfStale(session, locals);
  const { user, id: sessionId, authenticatedAt } = session;
  return { signedIn: { user, auth: { via: "token", sessionId, authenticatedAt: authenticatedAt ?? 0 } } };
}

function touchIfStale({ id, isStale }: FoundSession, { db, ctx }: AppLocals): void {
  if (isStale) ctx.waitUntil(touchSession(db, id));
}
