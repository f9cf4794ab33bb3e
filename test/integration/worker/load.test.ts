/** The requests that features contribute to the load get the responses that they expect, so a load shows no errors. */
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toAccounts } from "../../bench/load/accounts.ts";
import { loadFeatures } from "../../bench/load/mix.ts";
import { seedAccounts, startOwnWorker, storageOf } from "../../bench/load/own-worker.ts";
import { isAsExpected } from "../../bench/load/read-back.ts";
import { openTarget, type Target } from "../../bench/load/target.ts";
import type { Account, FeatureLoad, LoadRequest, Stored } from "../../bench/load/types.ts";
import type { RunningWorker } from "../worker.ts";

let worker: RunningWorker;
let target: Target;
let features: readonly FeatureLoad[];
let accounts: readonly Account[];
beforeAll(async () => {
  worker = await startOwnWorker();
  target = openTarget(await worker.url(), 4);
  features = await loadFeatures();
  // The first is an administrator.
  accounts = toAccounts(await seedAccounts(worker, 2));
});
afterAll(async () => {
  await target.close();
  await worker.stop();
});

const stored = new Map<string, Stored>();

/** @returns The status; undefined if no account has the data that the request needs. */
async function send({ make, isForAdmin }: LoadRequest): Promise<number | undefined> {
  for (const account of accounts.filter(({ isAdmin }) => isAdmin || !isForAdmin)) {
    const outgoing = make(account);
    if (!outgoing) continue;
    const response = await target.send(outgoing, account.address);
    const written = outgoing.onResponse?.(response);
    if (written) stored.set(written.path, written);
    return response.status;
  }
  return undefined;
}

test("each request gets the status that it expects", async () => {
  const requests = features.flatMap((feature) => feature.requests ?? []);
  const creations = requests.filter(({ kind, status }) => kind !== "denied" && status === 201);
  const inOrder = [...Array<LoadRequest[]>(5).fill(creations).flat(), ...requests];
  const statuses: [string, number | undefined][] = [];
  for (const request of inOrder) statuses.push([request.name, await send(request)]);
  expect(statuses).toEqual(inOrder.map(({ name, status }) => [name, status]));
});

test("acknowledged writes can be read", async () => {
  const { bearer } = accounts[0] as Account;
  for (const expected of stored.values()) {
    const response = await target.send({ path: expected.path, headers: bearer });
    expect([expected.path, isAsExpected(response, expected)]).toEqual([expected.path, true]);
  }
});

test("the background work and the storage have no faults", async () => {
  const recorded: string[] = [];
  const context = {
    accounts,
    origin: () => target.origin(),
    addressOf: ({ address }: Account) => target.addressHeaders(address),
    record: (kind: string) => recorded.push(kind),
  };
  const starts = features.flatMap(({ start }) => start ?? []);
  const backgrounds = await Promise.all(starts.map((start) => start(context)));
  while (recorded.length < 2 * backgrounds.length) await setTimeout(50);
  const counts = await Promise.all(backgrounds.map((background) => background.stop()));
  const found = await Promise.all(features.map(({ findFaults }) => findFaults?.(storageOf(worker))));
  for (const faults of [...counts, ...found]) {
    for (const [name, count] of Object.entries(faults ?? {})) expect([name, count]).toEqual([name, 0]);
  }
});
