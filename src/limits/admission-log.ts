/** The admissions of a rate limiter: in memory to decide by, and in its table to survive an eviction. */

/** Times in milliseconds. The table has one row for each time, with the number of admissions at that time. */
export class AdmissionLog {
  readonly #sql: SqlStorage;
  #times: number[] = [];
  #hasTable: boolean;

  /** Reads what an earlier life of the object has stored. An object that admits nothing stores nothing. */
  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#hasTable = [...sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'admissions'")].length > 0;
    if (!this.#hasTable) return;
    const rows = sql.exec<{ at: number; count: number }>("SELECT at, count FROM admissions ORDER BY at");
    this.#times = [...rows].flatMap(({ at, count }) => Array<number>(count).fill(at));
  }

  /** When each request was admitted, oldest first. */
  get times(): readonly number[] {
    return this.#times;
  }

  /** @param at Not before the latest admission. */
  add(at: number): void {
    if (!this.#hasTable) {
      this.#sql.exec("CREATE TABLE admissions (at INTEGER PRIMARY KEY, count INTEGER NOT NULL)");
      this.#hasTable = true;
    }
    this.#times.push(at);
    this.#sql.exec("INSERT INTO admissions VALUES (?, 1) ON CONFLICT (at) DO UPDATE SET count = count + 1", at);
  }

  /** Removes one admission of that time; there must be one. */
  remove(at: number): void {
    this.#times.splice(this.#times.lastIndexOf(at), 1);
    if (this.#times.includes(at)) this.#sql.exec("UPDATE admissions SET count = count - 1 WHERE at = ?", at);
    else this.#sql.exec("DELETE FROM admissions WHERE at = ?", at);
  }

  /** Removes every admission up to that time. */
  removeUntil(until: number): void {
    const firstKept = this.#times.findIndex((at) => at > until);
    const removed = firstKept < 0 ? this.#times.length : firstKept;
    if (removed === 0) return;
    this.#times.splice(0, removed);
    this.#sql.exec("DELETE FROM admissions WHERE at <= ?", until);
  }

  /** Forgets everything, for a storage that is about to be deleted. */
  reset(): void {
    this.#times = [];
    this.#hasTable = false;
  }
}
