/**
 * Whatever the owner of an address and a stranger have done: once the owner takes the account back by a mail, nothing
 * that the stranger holds is of use, and nothing that the stranger does keeps the owner out.
 *
 * `npm run test:long` tries thousands of stories. A failure prints the seed and the path of a lane: with them in
 * `ACCOUNT_MODEL_SEED` and `ACCOUNT_MODEL_PATH`, only that story is told again.
 */
import { env } from "cloudflare:test";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createAccount } from "../../harness.ts";
import { opensAccount } from "../../identity/credential-app.ts";
import { attack } from "./account-attack.ts";
import { LIMITS } from "./account-requests.ts";
import { type Story, story } from "./account-steps.ts";
import { AccountWorld } from "./account-world.ts";

const { log } = console;
// The app writes a line for each of the requests. A spy would keep them all.
console.log = () => {};

/** Stories that are told at the same time. */
const LANES = 8;
const { seed = Date.now() % 2 ** 31, path } = env.ACCOUNT_MODEL;
const runs = env.LONG ? 3000 : 120;

/** How many stories in all gave the stranger something of a kind: the model would be idle without. */
const held: Record<string, number> = {};

async function tell({ before, after }: Story): Promise<void> {
  const world = new AccountWorld();
  const { owner } = world.hands;
  try {
    for (const step of before) {
      const status = await world.take(step);
      if (step.does === "confirm the address" && step.proof === "nothing") expect(status ?? 401).not.toBe(200);
      expect(status ?? 200, step.does).toBeLessThan(500);
    }
    expect(await world.takeBack(), "the owner takes the account back").toBe(200);
    const deviceToken = owner.deviceTokens.at(-1);
    for (const step of after) expect((await world.take(step)) ?? 200, step.does).toBeLessThan(500);
    note(world);
    const state = await world.snapshot();
    expect(await attack(world), "what the stranger can do").toEqual([]);
    expect(await world.snapshot()).toEqual(state);
    const latest = owner.deviceTokens.at(-1) ?? deviceToken;
    expect(await world.signIn("owner", "api", world.secrets.at(-1) ?? "", latest), "the owner signs in").toBe(200);
    expect(await opensAccount(owner.sessions.at(-1)?.headers ?? {}, LIMITS), "the owner reads the account").toBe(true);
  } finally {
    await world.end();
  }
}

function note({ hands: { stranger } }: AccountWorld): void {
  const { links, ...others } = stranger;
  const kinds = { ...others, verify: links.verify, reset: links.reset };
  for (const [kind, { length }] of Object.entries(kinds)) held[kind] = (held[kind] ?? 0) + Number(length > 0);
}

// There is another one, so that the account of a story is never the last administrator.
await createAccount({ role: "admin" });

test(`a stranger keeps nothing, and keeps nobody out (${runs} stories)`, {
  timeout: 60_000 + runs * 1_000,
}, async () => {
  const lanes = path === undefined ? LANES : 1;
  const startedAt = Date.now();
  const told = Array.from({ length: lanes }, (_, lane) =>
    fc.assert(fc.asyncProperty(story, tell), {
      seed: seed + lane,
      numRuns: Math.ceil(runs / lanes),
      ...(path !== undefined && { path }),
    }),
  );
  await Promise.all(told);
  log(`${runs} stories from seed ${seed} in ${Date.now() - startedAt} ms; the stranger held:`, held);
  if (path === undefined) expect(Object.values(held).filter((stories) => stories === 0)).toEqual([]);
});
