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

/** How a request proved who it is from. */
export type Auth =
  | { readonly via: "session"; readonly sessionId: string }
  | { readonly via: "token"; readonly sessionId: string }
  | { readonly via: "key"; readonly keyId: string; readonly permissions: readonly string[] };

/** Somebody who was recognised. */
export interface SignedIn {
  readonly user: User;
  readonly auth: Auth;
}

/** The session that a request came with; null for a program with a key, which has none. */
export function sessionIdOf(auth: Auth): string | null {
  return auth.via === "key" ? null : auth.sessionId;
}
