/** The Durable Object that counts for one key of one policy: never more than the limit in any rolling window. */
import { DurableObject } from "cloudflare:workers";
import type { Env, RateLimiterObject, Ruling } from "../env.ts";
import { SteadyClock } from "./steady-clock.ts";

/** Where storage keeps the clock's offset and the window, besides the table of admissions. */
const OFFSET = "offset";
const WINDOW = "windowMs";

/**
 * Remembers when each request of the window was admitted. What it decides stands in storage
 * before the answer leaves (the platform's output gate), so an eviction forgets nothing. When the
 * window has passed, an alarm removes the object's storage.
 */
export class RateLimiter extends DurableObject<Env> implements RateLimiterObject {
  readonly #clock: SteadyClock;
  /** The times of the clock at which requests were admitted, the oldest first. */
  #admitted: number[];
  #windowMs: number;
  #hasTable = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#createTable();
    this.#admitted = [
      ...ctx.storage.sql.exec<{ at: number; count: number }>("SELECT * FROM admissions ORDER BY at"),
    ].flatMap(({ at, count }) => Array<number>(count).fill(at));
    this.#windowMs = ctx.storage.kv.get<number>(WINDOW) ?? 0;
    this.#clock = new SteadyClock(ctx.storage.kv.get<number>(OFFSET) ?? 0, this.#admitted.at(-1));
  }

  /** @param windowMs Milliseconds. Whoever asks gives the policy, which may change with a deploy. */
  async take(limit: number, windowMs: number): Promise<Ruling> {
    const now = this.#readClock();
    this.#forget(now - windowMs);
    const isAdmitted = this.#admitted.length < limit;
    if (isAdmitted) await this.#admit(now, windowMs);
    const oldest = this.#admitted.at(isAdmitted ? 0 : -limit) ?? now;
    return { isAdmitted, remaining: Math.max(0, limit - this.#admitted.length), resetMs: oldest + windowMs - now };
  }

  override async alarm(): Promise<void> {
    this.#forget(this.#readClock() - this.#windowMs);
    if (this.#admitted.length > 0) return this.ctx.storage.setAlarm(Date.now() + this.#windowMs);
    await this.ctx.storage.deleteAll();
    this.#hasTable = false;
    this.#windowMs = 0;
    // Storage says so by now, and is what the next life of the object begins with.
    this.#clock.offset = 0;
  }

  #readClock(): number {
    const before = this.#clock.offset;
    const now = this.#clock.now();
    if (this.#clock.offset !== before) this.ctx.storage.kv.put(OFFSET, this.#clock.offset);
    return now;
  }

  async #admit(now: number, windowMs: number): Promise<void> {
    this.#createTable();
    this.#admitted.push(now);
    this.ctx.storage.sql.exec(
      "INSERT INTO admissions VALUES (?, 1) ON CONFLICT (at) DO UPDATE SET count = count + 1",
      now,
    );
    if (windowMs === this.#windowMs) return;
    this.#windowMs = windowMs;
    this.ctx.storage.kv.put(WINDOW, windowMs);
    await this.ctx.storage.setAlarm(Date.now() + windowMs);
  }

  /** Forgets the admissions up to a time. */
  #forget(until: number): void {
    const firstKept = this.#admitted.findIndex((at) => at > until);
    const forgotten = firstKept < 0 ? this.#admitted.length : firstKept;
    if (forgotten === 0) return;
    this.#admitted.splice(0, forgotten);
    this.ctx.storage.sql.exec("DELETE FROM admissions WHERE at <= ?", until);
  }

  #createTable(): void {
    if (this.#hasTable) return;
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS admissions (at INTEGER PRIMARY KEY, count INTEGER NOT NULL)");
    this.#hasTable = true;
  }
}
