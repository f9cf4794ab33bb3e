/** Who somebody is, and how we know. */

export type Role = "user" | "admin";

/** An account, as its owner and administrators see it. */
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
  /** When the password was last given, in milliseconds since the epoch. */
  readonly authenticatedAt: number;
}

/** A session that a request came with: of an access token, or of a browser's cookie. */
export type SessionAuth =
  | (SessionFacts & { readonly via: "token" })
  /** `keptSecret` is the part of the cookie that its forms are bound to. */
  | (SessionFacts & { readonly via: "session"; readonly keptSecret: string });

/** How a request proved whose it is. */
export type Auth =
  | SessionAuth
  | { readonly via: "key"; readonly keyId: string; readonly permissions: readonly string[] };

/** A user that a request was recognised as, and how. */
export interface SignedIn {
  readonly user: User;
  readonly auth: Auth;
}

/** The session that a request came with; null for a program with a key, which has none. */
export function sessionIdOf(auth: Auth): string | null {
  return auth.via === "key" ? null : auth.sessionId;
}
