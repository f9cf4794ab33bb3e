/** The Durable Object that counts the requests of a key: it never admits more than the limit in any rolling window. */
import { DurableObject } from "cloudflare:workers";
import type { Env, RateLimiterObject, Reservation, Ruling } from "../env.ts";
import { ensureAlarm, isAlarmWithin } from "../web/platform/ensure-alarm.ts";
import { AdmissionLog } from "./admission-log.ts";
import { SteadyClock } from "./steady-clock.ts";

/** The keys under which storage holds the clock's offset and the window. */
const OFFSET = "offset";
const WINDOW = "windowMs";

/** A reservation that is still unsettled after this time counts as failed. */
const SETTLE_TIMEOUT_MS = 10_000;

/**
 * Remembers when each request of the window was admitted. Every admission is in storage before its response leaves (the
 * platform's output gate), so an eviction loses none. Unsettled admissions are known only in memory, so all of them
 * count after an eviction. After the window, an alarm deletes the object's storage.
 */
export class RateLimiter extends DurableObject<Env> implements RateLimiterObject {
  readonly #clock: SteadyClock;
  readonly #admissions: AdmissionLog;
  /** The times of unsettled admissions, by reservation, oldest first. */
  readonly #unsettled = new Map<number, number>();
  /** Starts at a random number, so that reservations from before and after an eviction are not confused. */
  #nextReservation = Math.floor(Math.random() * 2 ** 52);
  #windowMs: number;
  /** The time of the alarm by the machine's clock; 0 while unknown. */
  #alarmAt = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#admissions = new AdmissionLog(ctx.storage.sql);
    this.#windowMs = ctx.storage.kv.get<number>(WINDOW) ?? 0;
    this.#clock = new SteadyClock(ctx.storage.kv.get<number>(OFFSET) ?? 0, this.#admissions.times.at(-1));
  }

  /** @param windowMs Milliseconds. The caller passes the policy, which may change with a deployment. */
  async take(limit: number, windowMs: number): Promise<Ruling> {
    const now = this.#readClock("nowForRequest");
    const ruling = this.#rule(now, limit, windowMs);
    if (ruling.isAdmitted) await this.#ensureAlarm(windowMs);
    return ruling;
  }

  async reserve(limit: number, windowMs: number): Promise<Reservation> {
    const now = this.#readClock("nowForRequest");
    const ruling = this.#rule(now, limit, windowMs);
    if (!ruling.isAdmitted) {
      const isUnsettled = this.#admissions.times.length - this.#unsettled.size < limit;
      return { ...ruling, reservation: null, isUnsettled };
    }
    const reservation = this.#nextReservation++;
    this.#unsettled.set(reservation, now);
    await this.#ensureAlarm(windowMs);
    return { ...ruling, reservation, isUnsettled: false };
  }

  async settle(reservation: number, outcome: "count" | "refund"): Promise<void> {
    if (!this.#unsettled.has(reservation)) return;
    this.#forget(this.#readClock("now"), this.#windowMs);
    const at = this.#unsettled.get(reservation);
    this.#unsettled.delete(reservation);
    if (at !== undefined && outcome === "refund") this.#admissions.remove(at);
  }

  async clear(): Promise<void> {
    this.#unsettled.clear();
    await this.#deleteStorage();
  }

  override async alarm(): Promise<void> {
    this.#forget(this.#readClock("now"), this.#windowMs);
    if (this.#admissions.times.length === 0) return this.#deleteStorage();
    await this.#setAlarm(this.#windowMs);
  }

  #readClock(method: "now" | "nowForRequest"): number {
    const before = this.#clock.offset;
    const now = this.#clock[method]();
    if (this.#clock.offset !== before) this.ctx.storage.kv.put(OFFSET, this.#clock.offset);
    return now;
  }

  #rule(now: number, limit: number, windowMs: number): Ruling {
    this.#forget(now, windowMs);
    const { times } = this.#admissions;
    const isAdmitted = times.length < limit;
    if (isAdmitted) this.#admissions.add(now);
    const oldest = times.at(isAdmitted ? 0 : -limit) ?? now;
    return { isAdmitted, remaining: Math.max(0, limit - times.length), resetMs: oldest + windowMs - now };
  }

  /** Forgets the admissions that have left the window, and the reservations that are no longer open. */
  #forget(now: number, windowMs: number): void {
    this.#admissions.removeUntil(now - windowMs);
    for (const [reservation, at] of this.#unsettled) {
      if (at > now - windowMs && at >= now - SETTLE_TIMEOUT_MS) break;
      this.#unsettled.delete(reservation);
    }
  }

  /** Sets the alarm if there is none, if it is overdue, or if the window has changed. */
  async #ensureAlarm(windowMs: number): Promise<void> {
    if (windowMs !== this.#windowMs) {
      this.#windowMs = windowMs;
      this.ctx.storage.kv.put(WINDOW, windowMs);
      return this.#setAlarm(windowMs);
    }
    if (isAlarmWithin(this.#alarmAt, windowMs)) return;
    this.#alarmAt = await ensureAlarm(this.ctx.storage, windowMs);
  }

  async #setAlarm(delayMs: number): Promise<void> {
    this.#alarmAt = Date.now() + delayMs;
    await this.ctx.storage.setAlarm(this.#alarmAt);
  }

  async #deleteStorage(): Promise<void> {
    this.#admissions.reset();
    this.#windowMs = 0;
    this.#alarmAt = 0;
    this.#clock.offset = 0;
    await this.ctx.storage.deleteAll();
  }
}
