/** The admissions of a rate limiter: in memory for decisions, and in a table to survive an eviction. */

/** Times in milliseconds. The table has one row for each time, with the number of admissions at that time. */
export class AdmissionLog {
  readonly #sql: SqlStorage;
  #times: number[] = [];
  #hasTable: boolean;

  /** Reads the stored admissions. An object that has admitted nothing stores nothing, not even a table. */
  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#hasTable = [...sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'admissions'")].length > 0;
    if (!this.#hasTable) return;
    const rows = sql.exec<{ at: number; count: number }>("SELECT at, count FROM admissions ORDER BY at");
    this.#times = [...rows].flatMap(({ at, count }) => Array<number>(count).fill(at));
  }

  /** The time of each admission, oldest first. */
  get times(): readonly number[] {
    return this.#times;
  }

  /** @param at Must not be earlier than the latest admission. */
  add(at: number): void {
    if (!this.#hasTable) {
      this.#sql.exec("CREATE TABLE admissions (at INTEGER PRIMARY KEY, count INTEGER NOT NULL)");
      this.#hasTable = true;
    }
    this.#times.push(at);
    const insert = "INSERT INTO admissions (at, count) VALUES (?, 1)";
    this.#sql.exec(`${insert} ON CONFLICT (at) DO UPDATE SET count = count + 1`, at);
  }

  /** Removes one admission at a time that has at least one. */
  remove(at: number): void {
    this.#times.splice(this.#times.lastIndexOf(at), 1);
    if (this.#times.includes(at)) this.#sql.exec("UPDATE admissions SET count = count - 1 WHERE at = ?", at);
    else this.#sql.exec("DELETE FROM admissions WHERE at = ?", at);
  }

  /** Removes every admission up to and including a time. */
  removeUntil(until: number): void {
    const firstKept = this.#times.findIndex((at) => at > until);
    const removed = firstKept < 0 ? this.#times.length : firstKept;
    if (removed === 0) return;
    this.#times.splice(0, removed);
    this.#sql.exec("DELETE FROM admissions WHERE at <= ?", until);
  }

  /** Forgets everything, because the storage is about to be deleted. */
  reset(): void {
    this.#times = [];
    this.#hasTable = false;
  }
}
