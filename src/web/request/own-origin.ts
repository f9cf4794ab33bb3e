/** The app's own origins: `PUBLIC_ORIGIN`, and the origin of the request's URL. */
import type { Env } from "../../env.ts";

type Variables = Pick<Env, "ENVIRONMENT" | "PUBLIC_ORIGIN">;

/** `localhost` and its subdomains (RFC 6761 §6.3), 127.0.0.0/8 and ::1, as `URL` normalizes them. */
const LOOPBACK = /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** The origins of the app's own pages: `PUBLIC_ORIGIN`, if set, and the origin of the request's URL. */
export function ownOrigins(request: Request, { PUBLIC_ORIGIN }: Pick<Env, "PUBLIC_ORIGIN">): readonly string[] {
  const { origin } = new URL(request.url);
  return PUBLIC_ORIGIN ? [PUBLIC_ORIGIN, origin] : [origin];
}

/** @param origin From a header, such as `https://example.com`. An empty string or `null` is never our own. */
export function isOwnOrigin(request: Request, env: Pick<Env, "PUBLIC_ORIGIN">, origin: string): boolean {
  return ownOrigins(request, env).includes(origin);
}

/**
 * The origin for absolute addresses, such as links in e-mails. A client controls the host of its requests, so the request's
 * origin is used only in development and only for a loopback host.
 *
 * @throws If `PUBLIC_ORIGIN` is empty in any other case.
 *
 * @example
 * const link = new URL("/verify-email", publicOrigin(request, env));
 */
export function publicOrigin(request: Request, { ENVIRONMENT, PUBLIC_ORIGIN }: Variables): string {
  if (PUBLIC_ORIGIN) return PUBLIC_ORIGIN;
  if (ENVIRONMENT === "development" && isLoopback(request)) return new URL(request.url).origin;
  throw new Error("PUBLIC_ORIGIN is empty. Set it to the app's origin, such as https://example.com");
}

/** Whether the request's host is a loopback name or address. */
export function isLoopback({ url }: Pick<Request, "url">): boolean {
  return LOOPBACK.test(new URL(url).hostname);
}
