/** The platform's rate limit of client addresses, on the built Worker. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningWorker, startWorker } from "../worker.ts";

const LIMIT = 20;

let worker: RunningWorker;
beforeAll(async () => {
  worker = await startWorker({ addressLimit: LIMIT });
});
afterAll(() => worker.stop());

async function flood(address: string, path: string, times: number): Promise<number[]> {
  const headers = { "CF-Connecting-IP": address };
  const responses = await Promise.all(Array.from({ length: times }, () => worker.fetch(path, { headers })));
  return responses.map(({ status }) => status);
}

test("a flood from one address is denied with 429, and another address is served", async () => {
  // The local limit counts by windows of the clock: of twice as many and one more, some are denied in any case.
  const statuses = await flood("203.0.113.1", "/robots.txt", 2 * LIMIT + 1);
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
  expect(statuses.filter((status) => status !== 429).length).toBeGreaterThanOrEqual(LIMIT);
  expect(await flood("203.0.113.2", "/robots.txt", 1)).not.toContain(429);
});

test("the addresses of one IPv6 subnet count as one", async () => {
  const statuses: number[] = [];
  for (let i = 0; i <= 2 * LIMIT; i++) statuses.push(...(await flood(`2001:db8::${i}`, "/robots.txt", 1)));
  expect(statuses).toContain(429);
  expect(await flood("2001:db8:0:1::1", "/robots.txt", 1)).not.toContain(429);
});
