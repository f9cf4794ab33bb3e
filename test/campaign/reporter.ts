/** Adds up the counts of all shards, prints them with the seed, and fails the run if the campaign was too small. */
import type { Reporter, TestModule } from "vitest/node";
import type { CampaignOptions } from "./options.ts";
import { addTallies, formatTally, type Tally } from "./tally.ts";

const MIN_SUCCESS_SHARE = 0.4;

export class CampaignReporter implements Reporter {
  readonly #options: Omit<CampaignOptions, "shard" | "shards">;
  readonly #startedAt = Date.now();

  constructor(options: Omit<CampaignOptions, "shard" | "shards">) {
    this.#options = options;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const { seed, requests, reaches, path } = this.#options;
    if (path !== undefined) return;
    const tests = modules.flatMap(({ children }) => [...children.allTests()]);
    const sum = addTallies(tests.flatMap((test) => test.meta().campaign ?? []));
    const seconds = Math.round((Date.now() - this.#startedAt) / 1000);
    console.log(`\nSeed ${seed}, ${seconds} s\n${formatTally(sum)}`);
    const missing = shortcomingsOf(sum, requests, reaches);
    for (const sentence of missing) console.log(sentence);
    if (missing.length > 0) process.exitCode = 1;
  }
}

function shortcomingsOf(sum: Tally, requests: number, reaches: number): string[] {
  const rare = Object.entries(sum.reaches).filter(([, count]) => count < reaches);
  return [
    ...(sum.requests < requests ? [`Only ${sum.requests} of ${requests} requests were sent.`] : []),
    ...(sum.successes < MIN_SUCCESS_SHARE * sum.requests ? ["Too few responses were 2xx or 3xx."] : []),
    ...rare.map(([label, count]) => `${label} was reached only ${count} times.`),
  ];
}
