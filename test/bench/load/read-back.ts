/** Reads every acknowledged write back. */
import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { StoredBy } from "./run-load.ts";
import type { Target } from "./target.ts";
import type { Received, Stored } from "./types.ts";

const CONCURRENCY = 8;
const MAX_DENIALS = 120;

/** @returns A sentence for each acknowledged write that cannot be read. */
export async function readBack(target: Target, stored: Iterable<StoredBy>): Promise<string[]> {
  const missing: string[] = [];
  // The connections share the iterator.
  const all = [...stored].values();
  const run = async () => {
    for (const { account, ...expected } of all) {
      const response = await get(target, expected.path, account);
      if (!isAsExpected(response, expected)) missing.push(`${expected.path}: ${response.status} ${response.body}`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, run));
  return missing;
}

/** Repeats the request while the rate limit of the account denies it. */
async function get(target: Target, path: string, { bearer, address }: StoredBy["account"]): Promise<Received> {
  for (let denials = 0; ; denials += 1) {
    const response = await target.send({ path, headers: bearer }, address);
    if (response.status !== 429 || denials === MAX_DENIALS) return response;
    await setTimeout(1000);
  }
}

export function isAsExpected({ status, body }: Received, expected: Stored): boolean {
  if (status !== expected.status) return false;
  if (expected.text !== undefined && !body.includes(expected.text)) return false;
  return expected.sha256 === undefined || createHash("sha256").update(body).digest("hex") === expected.sha256;
}
