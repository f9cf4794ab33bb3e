/** What the running Worker logs of requests: one JSON object each. */
import { expect } from "vitest";
import type { RunningWorker } from "./worker.ts";

export interface Sent {
  readonly method?: string;
  readonly path: string;
  /** Instead of those that all others have. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The guards in front of every route that reaches storage. */
export const LIMITS = ["rateLimit(address)", "rateLimit(api)"];

/**
 * Sends requests to a Worker that has logged nothing yet.
 *
 * @param secrets What may stand in no line.
 * @returns The lines, in the order of the requests.
 */
export async function readLog(
  worker: RunningWorker,
  requests: readonly Sent[],
  usual: Readonly<Record<string, string>>,
  secrets: readonly string[],
): Promise<unknown[]> {
  for (const { path, headers = usual, ...init } of requests) {
    await (await worker.fetch(path, { ...init, headers, redirect: "manual" })).arrayBuffer();
  }
  await expect.poll(() => worker.lines.length).toBeGreaterThanOrEqual(requests.length);
  expect(worker.lines).toHaveLength(requests.length);
  expect(worker.lines.filter((line) => line.includes("\n"))).toEqual([]);
  for (const secret of secrets) expect(worker.lines.join("\n")).not.toContain(secret);
  return worker.lines.map((line) => JSON.parse(line));
}

export function lineOf(method: string, route: string | null, status: number, more: object = {}) {
  return {
    level: status >= 500 ? "error" : status >= 400 ? "warn" : "info",
    requestId: expect.stringMatching(/^[\w-]{8,64}$/),
    protocol: "HTTP/1.1",
    method,
    route,
    status,
    duration: expect.any(Number),
    outcome: route === null ? "unmatched" : "resolved",
    phase: null,
    passed: [],
    denied: null,
    userId: null,
    ...more,
  };
}
