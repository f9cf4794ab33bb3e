/** Cross-origin access to the API for pages of the configured origins (Fetch standard, CORS protocol). */
import type { AppLocals, Env } from "../../env.ts";
import { route } from "../app/scope.ts";

/** Headers that a page may send and read beyond the safelisted ones. Cookies are not allowed: use tokens or keys. */
const REQUEST_HEADERS =
  "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-API-Key, X-Request-Id";
const RESPONSE_HEADERS =
  "ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id";

/** Whether pages of the configured origins may call a path: those of the API. @param path Or a route's pattern. */
export function hasCors(path: string): boolean {
  return path.startsWith("/api/");
}

/** Allows pages of configured origins to read responses of the API. */
export function allowOrigin(request: Request, headers: Headers, env: Pick<Env, "CORS_ORIGINS"> | undefined): void {
  if (!hasCors(new URL(request.url).pathname)) return;
  headers.append("Vary", "Origin");
  if (!isListed(request, env)) return;
  headers.set("Access-Control-Allow-Origin", request.headers.get("Origin") ?? "");
  headers.set("Access-Control-Expose-Headers", RESPONSE_HEADERS);
}

function isListed(request: Request, env: Pick<Env, "CORS_ORIGINS"> | undefined): boolean {
  const origin = request.headers.get("Origin");
  // The variable may be malformed: the response to that error passes through here, too.
  return Boolean(origin) && `${env?.CORS_ORIGINS ?? ""}`.split(" ").includes(origin ?? "");
}

interface RouteFacts {
  readonly path: string;
  readonly method: string | readonly string[];
}

/** Creates an OPTIONS route for each path of the API, which answers preflights and sends `Allow`. */
export function preflightRoutes(routes: readonly RouteFacts[]) {
  const ofApi = routes.filter(({ path }) => hasCors(path));
  // Paths that differ only in the names of parameters are the same.
  const byShape = Map.groupBy(ofApi, ({ path }) => path.replace(/:\w+/g, ":"));
  return [...byShape.values()].map((same) => {
    const methods = same.flatMap(({ method }) => method);
    const allow = [...new Set([...methods, "OPTIONS"])].sort().join(", ");
    return route.on("OPTIONS", same[0]?.path ?? "", { resolve: (c) => answerPreflight(c, allow) });
  });
}

function answerPreflight({ request, locals }: { request: Request; locals: AppLocals }, allow: string): Response {
  const isPreflight = request.headers.has("Access-Control-Request-Method") && isListed(request, locals.env);
  const answer = {
    "Access-Control-Allow-Methods": allow,
    "Access-Control-Allow-Headers": REQUEST_HEADERS,
    "Access-Control-Max-Age": "7200",
  };
  return new Response(null, { status: 204, headers: { Allow: allow, ...(isPreflight && answer) } });
}
