/** The app's own origins: the canonical one that `PUBLIC_ORIGIN` names, and the one that a request was sent to. */
import type { Env } from "../../env.ts";

type Variables = Pick<Env, "ENVIRONMENT" | "PUBLIC_ORIGIN">;

/** `localhost` and the names below it (RFC 6761 §6.3), 127.0.0.0/8 and ::1, as `URL` writes them. */
const LOOPBACK = /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** The origins whose pages are the app's own: `PUBLIC_ORIGIN`, where it is set, and that of the request's URL. */
export function ownOrigins(request: Request, { PUBLIC_ORIGIN }: Pick<Env, "PUBLIC_ORIGIN">): readonly string[] {
  const { origin } = new URL(request.url);
  return PUBLIC_ORIGIN ? [PUBLIC_ORIGIN, origin] : [origin];
}

/** @param origin As a header has it, such as `https://example.com`. Neither an empty text nor `null` is ever our own. */
export function isOwnOrigin(request: Request, env: Pick<Env, "PUBLIC_ORIGIN">, origin: string): boolean {
  return ownOrigins(request, env).includes(origin);
}

/**
 * The origin for addresses that leave the app, such as links in mails. A client chooses the host that it sends a
 * request to, so the request's origin serves only in development and only for a loopback host.
 *
 * @throws Where `PUBLIC_ORIGIN` is empty and the request's origin does not serve.
 *
 * @example
 * const link = new URL("/verify-email", publicOrigin(request, env));
 */
export function publicOrigin(request: Request, { ENVIRONMENT, PUBLIC_ORIGIN }: Variables): string {
  if (PUBLIC_ORIGIN) return PUBLIC_ORIGIN;
  if (ENVIRONMENT === "development" && isLoopback(request)) return new URL(request.url).origin;
  throw new Error("PUBLIC_ORIGIN is empty: set it to the app's origin, such as https://example.com");
}

/** Whether the request was sent to a name or an address of this machine. */
export function isLoopback({ url }: Pick<Request, "url">): boolean {
  return LOOPBACK.test(new URL(url).hostname);
}
