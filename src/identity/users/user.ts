/** Users, and how a request was authenticated. */

declare module "../../web/app/guard-facts.ts" {
  interface VisitorLocals {
    readonly user: User;
    readonly auth: Auth;
  }
}

export type Role = "user" | "admin";

/** An account as its owner and administrators see it. */
export interface User {
  readonly id: string;
  /** In lower case. */
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly emailVerified: boolean;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

interface SessionFacts {
  readonly sessionId: string;
  /** When the password was last entered, in milliseconds since the epoch. */
  readonly authenticatedAt: number;
}

/** Authentication by a session: with an access token or a browser's cookie. */
export type SessionAuth =
  | (SessionFacts & { readonly via: "token" })
  /** `keptSecret` is the part of the cookie's secret to which forms are bound. */
  | (SessionFacts & { readonly via: "session"; readonly keptSecret: string });

/** How a request was authenticated. */
export type Auth =
  | SessionAuth
  | { readonly via: "key"; readonly keyId: string; readonly permissions: readonly string[] };

/** The authenticated user of a request. */
export interface SignedIn {
  readonly user: User;
  readonly auth: Auth;
}

/** The id of the session; null for an API key, which has no session. */
export function sessionIdOf(auth: Auth): string | null {
  return auth.via === "key" ? null : auth.sessionId;
}
