/** Decides when requests are sent: one after another on each connection, or at a fixed rate. */
import { setTimeout } from "node:timers/promises";

/** The source of time. Tests supply their own clock. */
export interface Clock {
  /** Milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<unknown>;
}

export const CLOCK: Clock = { now: () => performance.now(), sleep: (milliseconds) => setTimeout(milliseconds) };

export interface Schedule {
  readonly seconds: number;
  /** Maximum requests in flight. */
  readonly concurrency: number;
  /**
   * Requests per second, sent without waiting for earlier responses. If undefined, each connection sends its next
   * request after the response to the previous one.
   */
  readonly rate: number | undefined;
  readonly maxRequests: number;
  readonly clock?: Clock;
  /** Ends the schedule early. */
  readonly signal?: AbortSignal;
}

export interface Sent {
  readonly sent: number;
  /** Requests that were due at the fixed rate and not sent, because all connections were busy until the end. */
  readonly unsent: number;
}

/**
 * Sends requests until the time has passed or the maximum number is reached, and waits for the last response.
 *
 * @param send Sends one request. Its response time counts from `dueAt`, so a stall of the server affects the times of
 * all requests that were due meanwhile (no coordinated omission).
 */
export async function runSchedule(schedule: Schedule, send: (dueAt: number) => Promise<void>): Promise<Sent> {
  const { seconds, concurrency, rate, maxRequests, clock = CLOCK, signal } = schedule;
  const start = clock.now();
  const end = start + seconds * 1000;
  let [next, sent] = [0, 0];
  const run = async () => {
    while (next < maxRequests && !signal?.aborted) {
      const dueAt = rate === undefined ? clock.now() : start + (next * 1000) / rate;
      if (dueAt >= end) return;
      next += 1;
      if (dueAt > clock.now()) await clock.sleep(dueAt - clock.now());
      if (clock.now() >= end) return;
      sent += 1;
      await send(dueAt);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, run));
  const due = rate === undefined || signal?.aborted ? sent : Math.min(maxRequests, Math.ceil(rate * seconds));
  return { sent, unsent: due - sent };
}
