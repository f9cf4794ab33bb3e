/** The middleware of the measured paths in Hono: its own middleware where it exists. */
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { cors } from "hono/cors";
import { secureHeaders } from "hono/secure-headers";
import type { Env, RequestDatabase, Ruling } from "../../../src/env.ts";
import { type FoundSession, findSession, touchSession } from "../../../src/identity/sessions/sessions.ts";
import { verifyAccessToken } from "../../../src/identity/tokens/access-token.ts";
import { readTokenKeys } from "../../../src/identity/tokens/token-keys.ts";
import type { User } from "../../../src/identity/users/user.ts";
import { rateLimitHeaders } from "../../../src/limits/rate-limit-headers.ts";
import { LIMITER_DEADLINE_MS, limiterOf } from "../../../src/limits/rate-limit-policy.ts";
import { openDatabase } from "../../../src/web/platform/bookmark.ts";
import { withDeadline } from "../../../src/web/platform/transient.ts";
import { clientAddress } from "../../../src/web/request/client-address.ts";

export interface Types {
  readonly Bindings: Env;
  readonly Variables: { requestId: string; db: RequestDatabase; user: User; secret: string };
}

type Middleware = MiddlewareHandler<Types>;
export type C = Context<Types>;

/** Headers that Hono sets by default, but the app does not, are turned off. */
const HEADERS: NonNullable<Parameters<typeof secureHeaders>[0]> = {
  crossOriginOpenerPolicy: "same-origin",
  crossOriginResourcePolicy: "same-origin",
  permissionsPolicy: { camera: [], geolocation: [], microphone: [] },
  referrerPolicy: "same-origin",
  strictTransportSecurity: false,
  xContentTypeOptions: "nosniff",
  xFrameOptions: "DENY",
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
};

const none = ["'none'"];
const self = ["'self'"];

/** The policy of the API and of files; pages have `securePage`. */
export const secure = secureHeaders({
  ...HEADERS,
  contentSecurityPolicy: { defaultSrc: none, baseUri: none, formAction: none, frameAncestors: none },
});
export const securePage = secureHeaders({
  ...HEADERS,
  contentSecurityPolicy: {
    defaultSrc: none,
    styleSrc: self,
    imgSrc: self,
    scriptSrc: self,
    connectSrc: self,
    formAction: self,
    baseUri: none,
    frameAncestors: none,
  },
});

/** An origin whose pages may call the API. */
export const ORIGIN = "https://other.example";
export const share = cors({ origin: [ORIGIN] });

/** One line of JSON, as the app logs it. */
export const log: Middleware = async (c, next) => {
  const startedAt = Date.now();
  await next();
  const user = c.get("user");
  console.log(
    JSON.stringify({
      level: c.res.status >= 400 ? "warn" : "info",
      requestId: c.get("requestId"),
      protocol: c.req.raw.cf?.httpProtocol ?? null,
      method: c.req.method,
      route: c.req.path,
      status: c.res.status,
      duration: Date.now() - startedAt,
      userId: user?.id ?? null,
    }),
  );
};

const BOOKMARK_COOKIE = { prefix: "host", maxAge: 86_400, httpOnly: true, sameSite: "Lax", path: "/" } as const;

export const openStorage: Middleware = async (c, next) => {
  c.set("db", openDatabase(c.req.raw, c.env));
  await next();
  const { bookmark } = c.get("db");
  if (bookmark !== undefined) {
    if (c.req.path.startsWith("/api/")) c.header("X-D1-Bookmark", bookmark);
    else if (!getCookie(c, "bookmark", "host")) setCookie(c, "bookmark", bookmark, BOOKMARK_COOKIE);
  }
  if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
};

export const limitAddress: Middleware = async (c, next) => {
  const { success } = await c.env.ADDRESS_LIMIT.limit({ key: clientAddress(c.req.raw) });
  return success ? next() : problem(c, 429, "Too many requests from your network address.");
};

/** When the denial of each credential ends, in milliseconds since the epoch. */
const denials = new Map<string, number>();

/** Refuses a denied credential without storage; for others, calls the user's limiter. */
export const limitUser: Middleware = async (c, next) => {
  const credential = c.req.header("Authorization") ?? c.req.header("Cookie") ?? "";
  const until = denials.get(credential) ?? 0;
  if (until > Date.now()) return deny(c, { isAdmitted: false, remaining: 0, resetMs: until - Date.now() });
  const refusal = await identify(c);
  if (refusal) return refusal;
  const limiter = limiterOf(c.env, `api user ${c.get("user").id}`);
  const ruling = await withDeadline(limiter.take(c.env.API_RATE_LIMIT, 60_000), LIMITER_DEADLINE_MS);
  if (!ruling.isAdmitted) {
    denials.set(credential, Date.now() + ruling.resetMs);
    return deny(c, ruling);
  }
  await next();
  for (const [name, value] of Object.entries(limitHeaders(c, ruling))) c.header(name, value);
};

async function identify(c: C): Promise<Response | undefined> {
  const [db, header] = [c.get("db"), c.req.header("Authorization")];
  let session: FoundSession | undefined;
  if (header !== undefined) {
    const claims = await verifyAccessToken(readTokenKeys(c.env.TOKEN_KEYS), header.replace(/^Bearer +/i, ""));
    session = typeof claims === "string" ? undefined : await findSession(db, claims);
  } else {
    const secret = getCookie(c, "session", "host") ?? "";
    session = await findSession(db, { secret });
    c.set("secret", secret);
  }
  if (!session?.user) return problem(c, 401, "Sign in.");
  if (session.isStale) c.executionCtx.waitUntil(touchSession(db, session.id));
  c.set("user", session.user);
  return undefined;
}

function limitHeaders({ env }: C, ruling: Ruling): Record<string, string> {
  return rateLimitHeaders([{ ...ruling, name: "api", limit: env.API_RATE_LIMIT, windowSeconds: 60 }]);
}

function deny(c: C, ruling: Ruling): Response {
  const seconds = Math.max(1, Math.ceil(ruling.resetMs / 1000));
  const wait = seconds === 60 ? "1 minute" : `${seconds} seconds`;
  const detail = `Limit: ${c.env.API_RATE_LIMIT} request per 60 seconds. Try again in ${wait}.`;
  return problem(c, 429, detail, { ...limitHeaders(c, ruling), "Retry-After": String(seconds) });
}

export function problem(c: C, status: 401 | 404 | 429, detail: string, headers: Record<string, string> = {}): Response {
  const title = { 401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests" }[status];
  const body = { type: "about:blank", title, status, detail, requestId: c.get("requestId") };
  return c.json(body, status, { "Content-Type": "application/problem+json", ...headers });
}
