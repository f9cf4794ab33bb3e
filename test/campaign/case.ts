/** Cases: sequences of requests to one route, as data that fast-check generates and shrinks. */
import fc from "fast-check";
import type { Change } from "./change.ts";
import { harmlessChange, hostileChange } from "./changes.ts";
import { type FrameChange, frameChange } from "./frames.ts";
import type { Target } from "./target.ts";

/** A request: the prepared request with these changes. */
export interface Step {
  readonly harmless: readonly Change[];
  readonly hostile: readonly Change[];
  /** Frames to send, if the response opens a socket. */
  readonly frames: readonly FrameChange[];
}

export interface Case {
  readonly steps: readonly Step[];
  /** Whether the state is compared around each request. */
  readonly isWatched: boolean;
}

/** The prepared request itself. Every case ends with it. */
export const PLAIN: Step = { harmless: [], hostile: [], frames: [] };

export function caseOf({ handler }: Target): fc.Arbitrary<Case> {
  const hostile = fc.array(hostileChange(handler), { minLength: 1, maxLength: 2 });
  // After a write, another request must be prepared, which costs more than the request itself.
  const [valid, invalid] = isSafe(handler) ? [13, 7] : [6, 14];
  const step = fc.record<Step>({
    harmless: fc.array(harmlessChange(handler), { maxLength: 3 }),
    hostile: fc.oneof({ weight: valid, arbitrary: fc.constant([]) }, { weight: invalid, arbitrary: hostile }),
    frames: fc.array(frameChange, { maxLength: 6 }),
  });
  const isWatched = fc.oneof(
    { weight: 11, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  );
  return fc.record({ steps: fc.array(step, { minLength: 1, maxLength: 8, size: "max" }), isWatched });
}

/** Whether the route changes nothing, so that its prepared request can be sent again and again. */
export function isSafe({ method }: Pick<Target["handler"], "method">): boolean {
  return [method].flat().every((name) => name === "GET" || name === "HEAD");
}
