/** Counts the requests and checks of a campaign, in workerd, and adds up the counts of all shards, in Node. */

declare module "vitest" {
  interface TaskMeta {
    /** The counts of a shard, for the reporter. */
    campaign?: Tally;
  }
}

export interface Tally {
  requests: number;
  /** Requests with a 2xx or 3xx response. */
  successes: number;
  readonly statuses: Record<string, number>;
  /** The requests that passed all guards, by the label of the route. */
  readonly reaches: Record<string, number>;
  /** The number of refused requests for which the whole state was compared. */
  stateChecks: number;
  /** How often the state was compared for each kind of refusal (route, status and guard). */
  readonly refusals: Record<string, number>;
  frames: number;
}

export function createTally(): Tally {
  return { requests: 0, successes: 0, statuses: {}, reaches: {}, stateChecks: 0, refusals: {}, frames: 0 };
}

export function increase(counts: Record<string, number>, name: string, by = 1): void {
  counts[name] = (counts[name] ?? 0) + by;
}

export function addTallies(tallies: readonly Tally[]): Tally {
  const sum = createTally();
  for (const tally of tallies) {
    sum.requests += tally.requests;
    sum.successes += tally.successes;
    sum.stateChecks += tally.stateChecks;
    sum.frames += tally.frames;
    for (const name of ["statuses", "reaches", "refusals"] as const)
      for (const [key, count] of Object.entries(tally[name])) increase(sum[name], key, count);
  }
  return sum;
}

/** Formats the counts in a few lines. */
export function formatTally({ requests, successes, statuses, reaches, stateChecks, refusals, frames }: Tally): string {
  const share = ((100 * successes) / Math.max(1, requests)).toFixed(1);
  const byStatus = Object.entries(statuses).map(([status, count]) => `${status}: ${count}`);
  const [[route, least] = ["-", 0]] = Object.entries(reaches).sort(([, a], [, b]) => a - b);
  return [
    `${requests} requests, ${share} % of the responses 2xx or 3xx; ${frames} frames`,
    `by status: ${byStatus.join(", ")}`,
    `${Object.keys(reaches).length} routes; at least ${least} requests passed the guards of each (fewest: ${route})`,
    `${stateChecks} comparisons of the state around a refused request, of ${Object.keys(refusals).length} kinds of refusal`,
  ].join("\n");
}
