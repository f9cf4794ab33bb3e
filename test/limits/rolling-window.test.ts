import { env, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Ruling } from "../../src/env.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** What the limiter is to do: every admission with its time, and nothing clever. */
class Model {
  now = 0;
  readonly #admitted: number[] = [];
  readonly #limit: number;
  readonly #windowMs: number;

  constructor({ limit, windowMs }: { limit: number; windowMs: number }) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  take(): Ruling {
    const isAdmitted = this.#room() > 0;
    if (isAdmitted) this.#admitted.push(this.now);
    const remaining = this.#room();
    const changes = this.#admitted.map((at) => at + this.#windowMs - this.now).filter((ms) => ms > 0);
    const resetMs = changes.find((ms) => this.#room(this.now + ms) > remaining) ?? Number.NaN;
    return { isAdmitted, remaining, resetMs };
  }

  #room(at = this.now): number {
    return this.#limit - this.#admitted.filter((time) => time > at - this.#windowMs).length;
  }
}

const milliseconds = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 70_000 }));

/** Time passes, for the clock and for the object; or the clock alone is set: back, or ahead by more than 10 s. */
const events = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ take: fc.integer({ min: 1, max: 8 }) }) },
    { weight: 4, arbitrary: fc.record({ pass: milliseconds }) },
    { weight: 1, arbitrary: fc.constant({ restart: true } as const) },
    { weight: 1, arbitrary: fc.constant({ alarm: true } as const) },
    {
      weight: 1,
      arbitrary: fc.record({
        setClock: fc.oneof(
          milliseconds.map((ms) => -ms),
          fc.integer({ min: 10_001, max: 1e9 }),
        ),
      }),
    },
  ),
  { minLength: 1, maxLength: 40 },
);

const policies = fc.record({
  limit: fc.integer({ min: 1, max: 12 }),
  windowMs: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(1_000, 10_000, 60_000)),
});

let made = 0;

test("the limiter admits what a plain list of admissions would, and says the same of what is left", {
  timeout: 600_000,
}, async () => {
  const property = fc.asyncProperty(policies, events, async (policy, sequence) => {
    const name = `limiter ${made++}`;
    const limiter = () => env.RATE_LIMITER.get(env.RATE_LIMITER.idFromName(name));
    const model = new Model(policy);
    const admitted: number[] = [];
    const take = async () => {
      const ruling = await limiter().take(policy.limit, policy.windowMs);
      expect(ruling).toEqual(model.take());
      if (ruling.isAdmitted) admitted.push(model.now);
    };
    for (const event of sequence) {
      if ("take" in event) for (let i = 0; i < event.take; i++) await take();
      else if ("pass" in event) {
        await vi.advanceTimersByTimeAsync(event.pass);
        model.now += event.pass;
      } else if ("restart" in event) {
        // Only what runs can be evicted.
        await runInDurableObject(limiter(), () => {});
        await evictDurableObject(limiter());
      } else if ("alarm" in event) await runDurableObjectAlarm(limiter());
      else {
        // The object sees a jump only between two looks at the clock.
        await take();
        vi.setSystemTime(Date.now() + event.setClock);
        await take();
      }
    }
    for (const end of admitted) {
      const inWindow = admitted.filter((at) => at > end - policy.windowMs && at <= end);
      expect(inWindow.length).toBeLessThanOrEqual(policy.limit);
    }
  });
  await fc.assert(property, { numRuns: 200 });
});
