/** A request's turn in the hashing queue, with which it hashes passwords. */

/** Hashes passwords, synchronously. */
export interface PasswordHasher {
  /** @param stored The stored hash; undefined for an unknown account, which takes the same time. */
  verify(password: string, stored: string | undefined): boolean;
  /** @returns A hash in PHC string format. */
  hash(password: string): string;
}

/**
 * The right to hash the passwords of one request. The turn ends after the first hash. A second hash (a new password, or
 * a rehash) does not queue again; the isolate's only thread still computes one at a time.
 */
export interface HashingTurn extends PasswordHasher {
  /** Ends a turn in which nothing was hashed, so that the next one begins immediately. Otherwise does nothing. */
  end(): void;
  /** Settles when the turn ends. Keep the request alive until then (`ctx.waitUntil`), even if its client has disconnected. */
  readonly ended: Promise<void>;
}

/** For a request that hashes nothing and therefore did not queue. Its methods throw. */
export const NO_TURN: HashingTurn = { verify: refuse, hash: refuse, end() {}, ended: Promise.resolve() };

function refuse(): never {
  throw new Error("This request has no hashing turn, because its input is invalid or contains no password");
}
