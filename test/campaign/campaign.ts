/**
 * Runs the campaign against one route: it plays cases until enough requests have been sent, and enough of them have
 * passed the guards.
 */
import fc from "fast-check";
import { type Case, caseOf } from "./case.ts";
import { Fixture } from "./fixture.ts";
import { runCase } from "./run-case.ts";
import type { Tally } from "./tally.ts";
import type { Target } from "./target.ts";

export interface Extent {
  /** The minimum number of requests. */
  readonly requests: number;
  /** The minimum number of requests that pass all guards of the route. */
  readonly reaches: number;
  /** The time limit for reducing a failed case. Default: 45 s. */
  readonly maxRoundMs?: number;
}

/** A failure to replay. */
export interface Replay {
  readonly seed: number;
  readonly path: string;
}

/** Cases that share a fixture, before an empty one replaces it. */
const CASES_PER_FIXTURE = 20;

/** If this many times the requests do not reach a route often enough, its prepared request is not useful. */
const MAX_REQUEST_RATIO = 3;

/** @throws Error if a case fails. It contains the smallest failing case, and the command that replays it. */
export async function attack(target: Target, seed: number, extent: Extent, tally: Tally): Promise<void> {
  const start = tally.requests;
  const sent = () => tally.requests - start;
  const reached = () => tally.reaches[target.label] ?? 0;
  for (let round = 0; sent() < extent.requests || reached() < extent.reaches; round += 1) {
    if (sent() > MAX_REQUEST_RATIO * extent.requests + 100)
      throw new Error(`${target.label} was reached only ${reached()} times by ${sent()} requests`);
    const remaining = extent.requests - sent();
    const numRuns = Math.min(CASES_PER_FIXTURE, Math.max(1, Math.ceil(remaining / 6)));
    await check(target, { seed: seed + round, numRuns, interruptAfterTimeLimit: extent.maxRoundMs ?? 45_000 }, tally);
  }
}

/** Repeats a failed case. */
export function replay(target: Target, { seed, path }: Replay, tally: Tally): Promise<void> {
  return check(target, { seed, path, numRuns: CASES_PER_FIXTURE }, tally);
}

async function check(target: Target, parameters: fc.Parameters<[Case]>, tally: Tally): Promise<void> {
  const fixture = await Fixture.open(target, tally);
  const property = fc.asyncProperty(caseOf(target), (given) => runCase(fixture, given));
  const details = await fc.check(property, parameters);
  if (!details.failed) return;
  const { seed, counterexamplePath, counterexample, errorInstance, numShrinks } = details;
  const command = `CAMPAIGN_SEED=${seed} CAMPAIGN_PATH="${target.label} ${counterexamplePath}" npm run test:campaign`;
  throw new Error(
    [
      `${target.label} failed. The case was reduced ${numShrinks} times. Replay it with:`,
      command,
      "",
      errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
      "",
      `The case: ${fc.stringify(counterexample)}`,
    ].join("\n"),
  );
}
