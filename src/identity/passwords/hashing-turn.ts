/** What a request hashes passwords with: its turn in the hashing queue. */

/** Hashes passwords, synchronously. */
export interface PasswordHasher {
  /** @param stored Undefined for an account that does not exist, which takes the same time. */
  verify(password: string, stored: string | undefined): boolean;
  /** @returns A hash in PHC string format. */
  hash(password: string): string;
}

/**
 * The right to hash the passwords of one request. It ends after the first hash; a second one (the new password, or a
 * rehash) does not queue again, and the isolate's one thread still makes one at a time.
 */
export interface HashingTurn extends PasswordHasher {
  /** Ends a turn in which nothing was hashed, so that the next one begins at once. Otherwise does nothing. */
  end(): void;
  /** Settles once the turn is over. The request must live until then (`ctx.waitUntil`), even if its client is gone. */
  readonly ended: Promise<void>;
}

/** For a request that hashes nothing: it waited for no turn, and hashing throws. */
export const NO_TURN: HashingTurn = { verify: refuse, hash: refuse, end() {}, ended: Promise.resolve() };

function refuse(): never {
  throw new Error("This request has no hashing turn, because its input does not fit or contains no password");
}
