/** Cross-origin access for pages of the configured origins (Fetch standard, CORS protocol). */
import type { AppLocals, Env } from "../../env.ts";
import type { Handler, Outcome, RouteProperties } from "../../http/index.ts";
import { route } from "../app/scope.ts";

declare module "../../http/index.ts" {
  interface RouteProperties {
    /** Pages of the origins in `CORS_ORIGINS` may send requests and read the responses. Default: false. */
    readonly cors?: boolean;
  }
}

/** Headers that a page may send and read beyond the safelisted ones. Cookies are not allowed: use tokens or keys. */
const REQUEST_HEADERS =
  "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, If-Range, Last-Event-ID, Range, X-API-Key, X-D1-Bookmark, X-Request-Id";
const RESPONSE_HEADERS =
  "Accept-Ranges, Content-Disposition, Content-Range, ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-D1-Bookmark, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id";

interface ResponseContext {
  readonly request: Request;
  readonly route: RouteProperties | undefined;
  readonly locals: Partial<AppLocals>;
}

/** Whether pages of the configured origins may use a route. */
export function hasCors({ cors = false }: RouteProperties): boolean {
  return cors;
}

/** Allows pages of configured origins to read a response, if its route has CORS or no route matched. */
export function allowOrigin({ request, route, locals: { env } }: ResponseContext, headers: Headers, outcome: Outcome) {
  const listed = listOrigins(env);
  if (listed.length === 0 || !isShared(route, outcome)) return;
  headers.append("Vary", "Origin");
  const origin = request.headers.get("Origin");
  if (origin === null || !listed.includes(origin)) return;
  headers.set("Access-Control-Allow-Origin", origin);
  headers.set("Access-Control-Expose-Headers", RESPONSE_HEADERS);
}

/** Without a route, a response reveals nothing but the mistake: 404, a method that is not allowed, or an early error. */
function isShared(route: ResponseContext["route"], outcome: Outcome): boolean {
  if (route) return hasCors(route);
  // Paths with CORS have a preflight route.
  if (outcome.kind === "unmatched" && outcome.allowedMethods.length > 0)
    return outcome.allowedMethods.includes("OPTIONS");
  return true;
}

/** The variable may be malformed: the response to that error is sealed, too. */
function listOrigins(env: Pick<Env, "CORS_ORIGINS"> | undefined): string[] {
  return `${env?.CORS_ORIGINS ?? ""}`.split(" ").filter((origin) => origin !== "");
}

/** Creates an OPTIONS route for each path with CORS, which responds to preflights and sends `Allow`. */
export function preflightRoutes(routes: readonly Handler<never>[]) {
  // Paths that differ only in the names of parameters are the same.
  const byShape = Map.groupBy(routes, ({ path }) => path.replace(/:\w+/g, ":"));
  const shared = [...byShape.values()].map((same) => same.filter(hasCors)).filter(([first]) => first);
  return shared.map((same) => {
    const methods = same
      .flatMap(({ method }) => method)
      .flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : method));
    const allow = [...new Set([...methods, "OPTIONS"])].sort().join(", ");
    return route.on("OPTIONS", same[0]?.path ?? "", { cors: true, resolve: (c) => respondToPreflight(c, allow) });
  });
}

function respondToPreflight({ request, locals }: { request: Request; locals: AppLocals }, allow: string): Response {
  const isListed = listOrigins(locals.env).includes(request.headers.get("Origin") ?? "");
  const isPreflight = request.headers.has("Access-Control-Request-Method") && isListed;
  const headers = {
    "Access-Control-Allow-Methods": allow,
    "Access-Control-Allow-Headers": REQUEST_HEADERS,
    "Access-Control-Max-Age": "7200",
  };
  return new Response(null, { status: 204, headers: { Allow: allow, ...(isPreflight && headers) } });
}
