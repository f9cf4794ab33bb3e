/**
 * Sends generated requests to every route: nothing fails, nothing leaks, and a refused request changes nothing.
 * `npm test` runs a short form. `npm run test:campaign` sends at least 100,000 requests; for each route, at least 200
 * of them pass its guards.
 */
import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { app } from "../../src/app.ts";
import { labelsOf, routeRequests } from "../route-requests.ts";
import { attack, replay } from "./campaign.ts";
import { createTally, formatTally } from "./tally.ts";
import { captureLog, removeLimits, type Target } from "./target.ts";

removeLimits();
const { log } = console;
captureLog();

const SHORT = { seed: Math.trunc(Math.random() * 2 ** 31), requests: 1_500, reaches: 1, shard: 0, shards: 1 };
const { seed, requests, reaches, shard, shards, path } = env.CAMPAIGN ?? { ...SHORT, path: undefined };
const isFull = reaches > SHORT.reaches;

const labels = labelsOf(app.handlers);
const [chosen, counterexample] = /^(.*) (\S+)$/.exec(path ?? "")?.slice(1) ?? [];
const own = labels.filter((label, index) => (path === undefined ? index % shards === shard : label === chosen));
const tally = createTally();

function targetOf(label: string): Target {
  const handler = app.handlers.find((one) => labelsOf([one]).includes(label));
  const prepare = routeRequests[label];
  if (!handler || !prepare)
    throw new Error(`There is no request for ${label}. Add one to requests.ts in the tests of its feature`);
  return { app, label, handler, prepare };
}

/** Reads are cheap. */
const weightOf = (label: string) => (label.startsWith("GET ") ? 2 : 1);
const totalWeight = labels.reduce((sum, label) => sum + weightOf(label), 0);

const timeout = isFull ? 3_600_000 : 120_000;

test.skipIf(own.length === 0).each(own)("%s", { timeout }, async (label) => {
  const target = targetOf(label);
  if (path !== undefined && counterexample !== undefined) return replay(target, { seed, path: counterexample }, tally);
  const extent = { requests: Math.ceil((requests * weightOf(label)) / totalWeight), reaches };
  await attack(target, seed + 1_000 * labels.indexOf(label), extent, tally);
});

test.skipIf(path !== undefined)("the requests of all routes", ({ task }) => {
  task.meta.campaign = tally;
  log(`Seed ${seed}\n${formatTally(tally)}`);
  expect(tally.successes / tally.requests).toBeGreaterThan(0.4);
});
