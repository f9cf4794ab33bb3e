/** The counters of quotas, read and set by tests: nobody creates 100,000 notes to see the next one refused. */
import { env } from "cloudflare:test";
import { expect } from "vitest";
import type { Quota } from "../../src/limits/quotas.ts";

/** Sets a user's counter so that `room` of the quota is left. */
export async function leaveRoom(userId: string, { name, limit }: Quota, room: number): Promise<void> {
  await env.DB.prepare("INSERT OR REPLACE INTO quota_usage (user_id, quota, used) VALUES (?, ?, ?)")
    .bind(userId, name, limit - room)
    .run();
}

/** A user's counters by the names of quotas; an unused quota may be missing. */
export async function usageOf(userId: string): Promise<Readonly<Record<string, number>>> {
  const { results } = await env.DB.prepare("SELECT quota, used FROM quota_usage WHERE user_id = ?")
    .bind(userId)
    .all<{ quota: string; used: number }>();
  return Object.fromEntries(results.map(({ quota, used }) => [quota, used]));
}

/** The problem with which an exceeded quota is refused. */
export function quotaProblem({ name, refusal }: Quota): object {
  return {
    type: "about:blank",
    title: "Unprocessable Content",
    status: 422,
    detail: refusal,
    requestId: expect.any(String),
    quota: name,
  };
}
