/** The rate limits that routes share. Address and account have separate limits: a combined key would limit neither. */
import type { AppLocals } from "../env.ts";
import type { Context, HeadContext } from "../http/index.ts";
import { limitAddress } from "../limits/limit-address.ts";
import { clearLimit, limitAttempts } from "../limits/limit-attempts.ts";
import { type LimitNeeds, rateLimit, rateLimitInput } from "../limits/rate-limit.ts";
import { clientAddress } from "../web/request/client-address.ts";
import { fieldOf, hasValidInput, type ParsedForm } from "../web/request/parsed-input.ts";
import { isSafeMethod } from "../web/request/safe-method.ts";
import { deviceCookie } from "./sessions/cookies.ts";
import { credentialOf, identify, tokenClaimsOf } from "./sessions/identify.ts";
import { isDeviceToken, verifyDeviceToken } from "./tokens/device-token.ts";
import { readTokenKeys } from "./tokens/token-keys.ts";
import type { SignedIn } from "./users/user.ts";
import { type Credentials, findCredentials } from "./users/users.ts";

const QUARTER_HOUR_SECONDS = 15 * 60;

/** Requests per minute to the API and the pages: per user, or for unauthenticated writes per client address. */
export const limitApi = rateLimit({
  name: "api",
  limit: (env) => env.API_RATE_LIMIT,
  windowSeconds: 60,
  key: keyOfCaller,
  isCounted: ({ methods, locals }) => locals.user !== undefined || !methods.every(isSafeMethod),
  credential: credentialOf,
  presume: presumeFromToken,
  fallbackKey: keyOfAddress,
  whenUnavailable: "allow",
});

/** The first guards of every route that reaches storage. */
export const commonLimits = [limitAddress, limitApi] as const;

/** Sign-ins, registrations, and requests for or with mailed links: per minute and client address. */
export const limitSignIn = rateLimit({
  name: "sign-in",
  limit: (env) => env.SIGN_IN_RATE_LIMIT,
  windowSeconds: 60,
  key: ({ request }) => clientAddress(request),
  whenUnavailable: "deny",
});

/** E-mails caused by one client address. Invalid input causes none. */
export const limitMails = rateLimitInput({
  name: "mail-sender",
  limit: 10,
  windowSeconds: QUARTER_HOUR_SECONDS,
  key: (c: LimitContext<Partial<SignedIn>>) => {
    const isSent = hasValidInput(c) && c.locals.user?.emailVerified !== true;
    return isSent ? clientAddress(c.request) : undefined;
  },
  whenUnavailable: "deny",
});

/**
 * Changes by one user that cause a notice by e-mail. Notices are always sent, so the changes are limited: otherwise a
 * stranger could register another person's address and flood the mailbox with notices.
 */
export const limitNotices = rateLimitInput({
  name: "notices",
  limit: 30,
  windowSeconds: QUARTER_HOUR_SECONDS,
  key: (c: LimitContext<SignedIn>) => (hasValidInput(c) ? keyOfUser(c.locals.user.id) : undefined),
  whenUnavailable: "deny",
});

const ACCOUNT_POLICY = "account";

/**
 * Wrong passwords for one e-mail address, whether or not it has an account. An attempt with a device token of the
 * account counts for that device instead, so that strangers cannot lock the owner out.
 */
export const limitAccount = limitAttempts({
  name: ACCOUNT_POLICY,
  limit: (env) => env.ACCOUNT_RATE_LIMIT,
  windowSeconds: QUARTER_HOUR_SECONDS,
  key: keyOfAttempt,
  whenUnavailable: "deny",
});

/** Forgets the wrong passwords for an account, after its owner has proved ownership. */
export async function clearAccountLimit({ env }: AppLocals, email: string): Promise<void> {
  await clearLimit(env, ACCOUNT_POLICY, keyOfEmail(email));
}

/** Wrong passwords in one session, which then ends. */
export const limitSessionPassword = limitAttempts({
  name: "session-password",
  limit: 5,
  windowSeconds: QUARTER_HOUR_SECONDS,
  key: (c: LimitContext<SignedIn>) => {
    const { auth } = c.locals;
    return auth.via === "key" || !hasValidInput(c) ? undefined : auth.sessionId;
  },
  whenUnavailable: "deny",
});

type LimitContext<TLocals> = Context<unknown, unknown, unknown, LimitNeeds & ParsedForm & TLocals>;

/** `identify` keeps its result for the guard that authenticates later, so the database is read once. */
async function keyOfCaller(c: HeadContext<AppLocals>): Promise<string | undefined> {
  const { signedIn } = await identify(c);
  return signedIn ? keyOfUser(signedIn.user.id) : keyOfAddress(c);
}

/** The session of the token may have ended, which only `identify` knows. */
async function presumeFromToken(c: HeadContext<AppLocals>) {
  const claims = await tokenClaimsOf(c);
  if (typeof claims !== "object") return undefined;
  // Not the header, which can be written in many ways.
  return { key: keyOfUser(claims.userId), source: `session ${claims.sessionId}` };
}

function keyOfUser(id: string): string {
  return `user ${id}`;
}

function keyOfAddress({ request }: HeadContext<AppLocals>): string | undefined {
  return isSafeMethod(request.method) ? undefined : `address ${clientAddress(request)}`;
}

/** The account of a link, if a guard has looked it up. */
interface LinkOwner {
  readonly link?: { readonly user: Credentials; readonly isOwnerSignedIn: boolean };
}

async function keyOfAttempt(c: LimitContext<LinkOwner>): Promise<string | undefined> {
  const { db, env, link } = c.locals;
  if (!fieldOf(c, "password") || link?.isOwnerSignedIn) return undefined;
  const email = link?.user.email ?? fieldOf(c, "email") ?? "";
  const token = fieldOf(c, "deviceToken") ?? deviceCookie.read(c.request, env);
  if (!isDeviceToken(token)) return keyOfEmail(email);
  const owner = link?.user ?? (await findCredentials(db, { email }));
  const deviceId = owner && verifyDeviceToken(readTokenKeys(env.TOKEN_KEYS), owner, token);
  return deviceId === undefined ? keyOfEmail(email) : `device ${deviceId}`;
}

function keyOfEmail(email: string): string {
  return `email ${email}`;
}
