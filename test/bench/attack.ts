/** Simulates clients that sign in one after another while an attacker keeps the queue full. */
import { setTimeout } from "node:timers/promises";

export interface AttackResponse {
  readonly status: number;
  /** From sending the request to the end of the response. */
  readonly milliseconds: number;
}

export interface Attack {
  /** Each sends one request. The requests are spread evenly over `overMs`. */
  readonly clients: readonly (() => Promise<AttackResponse>)[];
  readonly overMs: number;
  /** Milliseconds between the requests of the attacker, who does not wait for responses. Undefined for no attacker. */
  readonly attackerMs: number | undefined;
  readonly sendAttack: () => Promise<AttackResponse>;
}

export async function attack({ clients, overMs, attackerMs, sendAttack }: Attack) {
  const end = performance.now() + overMs;
  const attacker = async () => {
    const responses: Promise<AttackResponse>[] = [];
    while (attackerMs !== undefined && performance.now() < end) {
      responses.push(sendAttack());
      await setTimeout(attackerMs);
    }
    return Promise.all(responses);
  };
  // The attacker starts first.
  const attackers = attacker();
  await setTimeout(attackerMs === undefined ? 0 : 5 * attackerMs);
  const gapMs = (end - performance.now()) / clients.length;
  const others = await Promise.all(
    clients.map(async (client, index) => {
      await setTimeout(index * gapMs);
      return client();
    }),
  );
  return { others, attackers: await attackers };
}

export const ATTACK_HEADING =
  "| Logins over 22 s | Sent | Hashed | Median, ms | Longest, ms | 503 | Longest 503, ms |\n|---|---|---|---|---|---|---|";

/** @returns A table row below `ATTACK_HEADING`. */
export function toRow(who: string, responses: readonly AttackResponse[]): string {
  const timesOf = (isRefused: boolean) =>
    responses
      .filter(({ status }) => (status === 503) === isRefused)
      .map(({ milliseconds }) => Math.round(milliseconds))
      .sort((a, b) => a - b);
  const [hashed, refused] = [timesOf(false), timesOf(true)];
  const median = hashed[hashed.length >> 1] ?? "–";
  const figures = [
    responses.length,
    hashed.length,
    median,
    hashed.at(-1) ?? "–",
    refused.length,
    refused.at(-1) ?? "–",
  ];
  return `| ${[who, ...figures].join(" | ")} |`;
}
