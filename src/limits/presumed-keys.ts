/** The keys that credentials have had in this isolate, so that a request is counted while its sender is identified. */

const MAX_CREDENTIALS = 10_000;
const PRESUMED_MS = 60_000;
/** The lifetime of an access token: how long a wrong presumption is remembered. */
const DOUBTED_MS = 15 * 60_000;

interface Presumption {
  readonly key: string | undefined;
  readonly since: number;
  readonly until: number;
}

/** Presumptions by credential, each with its expiry. */
export class PresumedKeys {
  readonly #byCredential = new Map<string, Presumption>();

  /** @returns Undefined if nothing is known. Its `key` is undefined if nothing must be presumed of the credential. */
  find(credential: string): Pick<Presumption, "key"> | undefined {
    const known = this.#byCredential.get(credential);
    const now = Date.now();
    if (known && known.since <= now && now < known.until) return known;
    this.#byCredential.delete(credential);
    return undefined;
  }

  /**
   * Remembers the key that a request was counted for, and forgets the oldest of 10,000 credentials.
   *
   * @param key Undefined if the presumption was wrong, as for a token whose session has ended.
   */
  remember(credential: string, key: string | undefined): void {
    this.#byCredential.delete(credential);
    const [oldest] = this.#byCredential.keys();
    if (oldest !== undefined && this.#byCredential.size >= MAX_CREDENTIALS) this.#byCredential.delete(oldest);
    const since = Date.now();
    this.#byCredential.set(credential, { key, since, until: since + (key === undefined ? DOUBTED_MS : PRESUMED_MS) });
  }
}
