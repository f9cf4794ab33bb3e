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

/** The session with which somebody came. @throws For an API key, which has none: `requireAuth` lets it no further than to routes that name a permission. */
export function sessionIdOf(auth: Auth): string {
  if (auth.via === "key") throw new TypeError("An API key has no session");
  return auth.sessionId;
}
