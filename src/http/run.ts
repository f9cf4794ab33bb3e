/** The state of one request on its way through dispatch. */
import type { Composed } from "./compose.ts";
import type { Facts } from "./context.ts";
import { describeValue } from "./describe-value.ts";
import { labelsOf } from "./handler.ts";
import type { Outcome, Phase } from "./hooks.ts";

export type Failed = Extract<Outcome, { readonly kind: "failed" }>;

export interface Run {
  readonly facts: Facts;
  route: Composed;
  phase: Phase;
  /** The number of the route's guards that have allowed the request so far. */
  passed: number;
  outcome: Exclude<Outcome, Failed>;
}

/** The names of the route, for messages. */
export function labelOf({ route }: Run): string {
  return labelsOf(route).join(", ");
}

/** @throws TypeError If a step of the run gave something other than a response. */
export function requireResponse(value: unknown, run: Run, step: string = run.phase): Response {
  if (value instanceof Response) return value;
  throw new TypeError(`${step} of ${labelOf(run)} returned ${describeValue(value)}. Return a Response.`);
}
