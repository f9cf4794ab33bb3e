/** Cookies of the app. The `__Host-` prefix binds each to this host, https and the root path (RFC 6265bis §4.1.3.2). */
import { Cookie, SetCookie } from "@remix-run/headers";
import type { Env } from "../../env.ts";

type Environment = Pick<Env, "ENVIRONMENT">;

export interface HostCookie {
  /** @returns The value in the request; undefined without one. */
  read(request: Request, env: Environment): string | undefined;
  /** Sets the cookie. @param value Null removes it. */
  set(request: Request, env: Environment, headers: Headers, value: string | null): void;
}

/**
 * Creates the cookie `__Host-<name>`. In development over http, a plain cookie accompanies it, since some browsers
 * reject a Secure cookie there, even on localhost.
 */
export function createHostCookie(name: string, maxAge: number): HostCookie {
  const names = { host: `__Host-${name}`, local: name };
  return {
    read(request, env) {
      const cookie = new Cookie(request.headers.get("Cookie") ?? "");
      return cookie.get(names.host) || (isLocal(request, env) && cookie.get(names.local)) || undefined;
    },
    set(request, env, headers, value) {
      const common = {
        value: value ?? "",
        path: "/",
        maxAge: value === null ? 0 : maxAge,
        httpOnly: true,
        sameSite: "Lax",
      } as const;
      headers.append("Set-Cookie", new SetCookie({ ...common, name: names.host, secure: true }).toString());
      if (!isLocal(request, env)) return;
      headers.append("Set-Cookie", new SetCookie({ ...common, name: names.local }).toString());
    },
  };
}

function isLocal(request: Request, { ENVIRONMENT }: Environment): boolean {
  return ENVIRONMENT === "development" && request.url.startsWith("http:");
}
