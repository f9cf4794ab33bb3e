import { env, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Ruling } from "../../src/env.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

interface Admission {
  readonly at: number;
  isOpen: boolean;
}

/** What the limiter must do, as a plain list of admissions. */
class Model {
  now = 0;
  #admissions: Admission[] = [];
  readonly #limit: number;
  readonly #windowMs: number;

  constructor({ limit, windowMs }: { limit: number; windowMs: number }) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  take(): Ruling {
    return this.#admit(false).ruling;
  }

  reserve(): { ruling: Ruling; isUnsettled: boolean; admission: Admission | undefined } {
    const settled = this.#inWindow().filter((admission) => !this.#isOpen(admission)).length;
    const { ruling, admission } = this.#admit(true);
    return { ruling, isUnsettled: !ruling.isAdmitted && settled < this.#limit, admission };
  }

  settle(admission: Admission | undefined, outcome: "count" | "refund"): void {
    if (!admission || !this.#isOpen(admission) || !this.#inWindow().includes(admission)) return;
    admission.isOpen = false;
    if (outcome === "refund") this.#admissions = this.#admissions.filter((other) => other !== admission);
  }

  clear(): void {
    this.#admissions = [];
  }

  restart(): void {
    for (const admission of this.#admissions) admission.isOpen = false;
  }

  /** How many admissions count now. */
  count(): number {
    return this.#inWindow().length;
  }

  #admit(isOpen: boolean) {
    const isAdmitted = this.#room() > 0;
    const admission = isAdmitted ? { at: this.now, isOpen } : undefined;
    if (admission) this.#admissions.push(admission);
    const remaining = this.#room();
    const changes = this.#admissions.map(({ at }) => at + this.#windowMs - this.now).filter((ms) => ms > 0);
    const resetMs = changes.find((ms) => this.#room(this.now + ms) > remaining) ?? Number.NaN;
    return { ruling: { isAdmitted, remaining, resetMs }, admission };
  }

  #isOpen({ at, isOpen }: Admission): boolean {
    return isOpen && this.now - at <= 10_000;
  }

  #room(at = this.now): number {
    return Math.max(0, this.#limit - this.#inWindow(at).length);
  }

  #inWindow(now = this.now): Admission[] {
    return this.#admissions.filter(({ at }) => at > now - this.#windowMs);
  }
}

const milliseconds = fc.oneof(
  fc.integer({ min: 1, max: 50 }),
  fc.integer({ min: 1, max: 70_000 }),
  fc.constantFrom(999, 1_000, 10_000, 10_001),
);
const times = fc.integer({ min: 1, max: 8 });

/** Time passes, for the clock and for the object; or the clock alone is set: back, or ahead by more than 10 s. */
const events = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ take: times }) },
    { weight: 4, arbitrary: fc.record({ reserve: times }) },
    {
      weight: 6,
      arbitrary: fc.record({ settle: fc.nat(1_000), outcome: fc.constantFrom("count" as const, "refund" as const) }),
    },
    { weight: 4, arbitrary: fc.record({ pass: milliseconds }) },
    { weight: 3, arbitrary: fc.constantFrom("restart" as const, "alarm" as const, "clear" as const) },
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

test("the limiter admits what a plain list of admissions would, and reports the same remaining room", {
  timeout: 600_000,
}, async () => {
  const property = fc.asyncProperty(policies, events, async (policy, sequence) => {
    const { limit, windowMs } = policy;
    const name = `limiter ${made++}`;
    const limiter = () => env.RATE_LIMITER.get(env.RATE_LIMITER.idFromName(name));
    const model = new Model(policy);
    const reservations: { readonly id: number; readonly admission: Admission | undefined }[] = [];
    const take = async () => {
      expect(await limiter().take(limit, windowMs)).toEqual(model.take());
      expect(model.count()).toBeLessThanOrEqual(limit);
    };
    const reserve = async () => {
      const { reservation, ...answer } = await limiter().reserve(limit, windowMs);
      const { ruling, isUnsettled, admission } = model.reserve();
      expect(answer).toEqual({ ...ruling, isUnsettled });
      expect(reservation !== null).toBe(ruling.isAdmitted);
      expect(model.count()).toBeLessThanOrEqual(limit);
      if (reservation !== null) reservations.push({ id: reservation, admission });
    };
    for (const event of sequence) {
      if (event === "restart") {
        // Only a running object can be evicted.
        await runInDurableObject(limiter(), () => {});
        await evictDurableObject(limiter());
        model.restart();
      } else if (event === "alarm") await runDurableObjectAlarm(limiter());
      else if (event === "clear") {
        await limiter().clear();
        model.clear();
      } else if ("take" in event) for (let i = 0; i < event.take; i++) await take();
      else if ("reserve" in event) for (let i = 0; i < event.reserve; i++) await reserve();
      else if ("settle" in event) {
        // Any reservation there ever was: also one that is settled, too old, cleared, or made before a restart.
        const settled = reservations[event.settle % Math.max(1, reservations.length)];
        await limiter().settle(settled?.id ?? event.settle, event.outcome);
        model.settle(settled?.admission, event.outcome);
      } else if ("pass" in event) {
        await vi.advanceTimersByTimeAsync(event.pass);
        model.now += event.pass;
      } else {
        // The object notices a jump between two readings, of which the first is not for an occasional request.
        for (let i = 0; i < 2; i++) await take();
        vi.setSystemTime(Date.now() + event.setClock);
        await take();
      }
    }
  });
  await fc.assert(property, { numRuns: 400 });
});
