/** The cookie that carries a page's session. */
import { Cookie, SetCookie } from "@remix-run/headers";
import type { Env } from "../env.ts";
import { SESSION_MS } from "./sessions.ts";

/** The prefix binds it to this host, to https and to every path (RFC 6265bis §4.1.3.2). */
const NAME = "__Host-session";

/** Beside it in development over http: not every browser takes a Secure cookie there, not even on localhost. */
const LOCAL_NAME = "session";

/** @returns The secret in the request's cookie. */
export function readSessionCookie(request: Request, env: Pick<Env, "ENVIRONMENT">): string | undefined {
  const cookie = new Cookie(request.headers.get("Cookie") ?? "");
  return cookie.get(NAME) || (isLocal(request, env) && cookie.get(LOCAL_NAME)) || undefined;
}

/** Sets the cookie. @param secret Null removes it. */
export function setSessionCookie(
  request: Request,
  env: Pick<Env, "ENVIRONMENT">,
  headers: Headers,
  secret: string | null,
): void {
  const common = {
    value: secret ?? "",
    path: "/",
    maxAge: secret === null ? 0 : SESSION_MS / 1000,
    httpOnly: true,
    sameSite: "Lax",
  } as const;
  headers.append("Set-Cookie", new SetCookie({ ...common, name: NAME, secure: true }).toString());
  if (isLocal(request, env)) headers.append("Set-Cookie", new SetCookie({ ...common, name: LOCAL_NAME }).toString());
}

function isLocal(request: Request, { ENVIRONMENT }: Pick<Env, "ENVIRONMENT">): boolean {
  return ENVIRONMENT === "development" && request.url.startsWith("http:");
}
