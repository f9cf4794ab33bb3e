/** Finds out who a request is from. */
import type { AppLocals } from "../env.ts";
import { verifyAccessToken } from "./access-token.ts";
import { findApiKey } from "./api-keys.ts";
import { readSessionCookie } from "./session-cookie.ts";
import { type FoundSession, findSession, markUsed } from "./sessions.ts";
import { readTokenKeys } from "./token-keys.ts";
import type { SignedIn } from "./user.ts";

/** What is known of whoever sent a request. */
export interface Identity {
  /** Undefined for a stranger, and for whoever shows something that is no good. */
  readonly signedIn?: SignedIn | undefined;
  /** The session of the cookie, also a visitor's. */
  readonly session?: (FoundSession & { readonly secret: string }) | undefined;
}

const identities = new WeakMap<Request, Promise<Identity>>();

/**
 * Identifies by `Authorization: Bearer`, else by `X-API-Key`, else by the session cookie; the first that
 * is there counts, good or not. Asks the database anew for each request, once, so that whoever is
 * deleted, demoted or signed out is so from the next request on.
 */
export function identify({
  request,
  locals,
}: {
  readonly request: Request;
  readonly locals: AppLocals;
}): Promise<Identity> {
  const known = identities.get(request);
  if (known) return known;
  const identity = findIdentity(request, locals);
  identities.set(request, identity);
  return identity;
}

async function findIdentity(request: Request, locals: AppLocals): Promise<Identity> {
  const { DB } = locals.env;
  const authorization = request.headers.get("Authorization");
  if (authorization !== null) return { signedIn: await identifyBearer(authorization, locals) };
  const apiKey = request.headers.get("X-API-Key");
  if (apiKey !== null) {
    const found = await findApiKey(DB, apiKey);
    return {
      signedIn: found && { user: found.user, auth: { via: "key", keyId: found.keyId, permissions: found.permissions } },
    };
  }
  const secret = readSessionCookie(request, locals.env);
  const session = secret === undefined ? undefined : await findSession(DB, { secret });
  if (!secret || !session) return {};
  noteUse(session, locals);
  const signedIn = session.user
    ? { user: session.user, auth: { via: "session", sessionId: session.id } as const }
    : undefined;
  return { signedIn, session: { ...session, secret } };
}

async function identifyBearer(authorization: string, locals: AppLocals): Promise<SignedIn | undefined> {
  const [, token] = /^Bearer +([\w.~+/-]+=*)$/i.exec(authorization) ?? [];
  if (token === undefined) return undefined;
  const claims = await verifyAccessToken(readTokenKeys(locals.env.TOKEN_KEYS), token);
  const session = claims && (await findSession(locals.env.DB, claims));
  if (!session?.user) return undefined;
  noteUse(session, locals);
  return { user: session.user, auth: { via: "token", sessionId: session.id } };
}

function noteUse({ id, isStale }: FoundSession, { env, ctx }: AppLocals): void {
  if (isStale) ctx.waitUntil(markUsed(env.DB, id));
}
