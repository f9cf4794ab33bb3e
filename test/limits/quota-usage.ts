/** The counters of quotas, read and set by tests: nobody makes 100,000 notes to see the next one refused. */
import { env } from "cloudflare:test";
import { expect } from "vitest";
import { QUOTAS, type Quota } from "../../src/limits/quotas.ts";

/** Pretends that a user has used a quota but for `room`. */
export async function leaveRoom(userId: string, quota: Quota, room: number): Promise<void> {
  await env.DB.prepare("INSERT OR REPLACE INTO quota_usage VALUES (?, ?, ?)")
    .bind(userId, quota, QUOTAS[quota] - room)
    .run();
}

/** What the counters say; a quota without a row is unused. */
export async function usageOf(userId: string): Promise<Partial<Record<Quota, number>>> {
  const { results } = await env.DB.prepare("SELECT quota, used FROM quota_usage WHERE user_id = ?")
    .bind(userId)
    .all<{ quota: Quota; used: number }>();
  return Object.fromEntries(results.map(({ quota, used }) => [quota, used]));
}

/** Says the limit of a quota as its message does. */
export const LIMIT_TEXTS: Readonly<Record<Quota, string>> = {
  notes: "100,000 notes",
  files: "10,000 files",
  fileBytes: "5 GiB for all files",
  apiKeys: "20 API keys",
  sockets: "20 open connections",
};

/** The problem with which an exceeded quota is refused. */
export function quotaProblem(quota: Quota): object {
  return {
    type: "about:blank",
    title: "Unprocessable Content",
    status: 422,
    detail: expect.stringMatching(new RegExp(`limit of ${LIMIT_TEXTS[quota]}\\. .* then try again\\.$`)),
    requestId: expect.any(String),
    quota,
  };
}
