/** Runs the sweeps as the platform does every night. */
import { createScheduledController, env } from "cloudflare:test";
import type { Env } from "../src/env.ts";
import worker from "../src/index.ts";

/** @param bindings Bindings that differ from the tests' own. */
export async function sweepAll(bindings: Partial<Env> = {}): Promise<void> {
  await worker.scheduled(createScheduledController(), { ...env, ...bindings });
}
