/** The mechanism of quotas, on quotas and a table of its own. */
import { createExecutionContext, env } from "cloudflare:test";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { AppLocals } from "../../src/env.ts";
import { type Guard, setup } from "../../src/http/index.ts";
import { deleteUser } from "../../src/identity/users/users.ts";
import { requireQuota } from "../../src/limits/guards/require-quota.ts";
import { findExceeded, fitsQuota, type Quota, quotaExceeded, selectUsage } from "../../src/limits/quotas.ts";
import { describePolicy } from "../../src/web/app/policy.ts";
import { route } from "../../src/web/app/scope.ts";
import { createAccount, unreadable } from "../harness.ts";
import { supplyLocals } from "../supply-locals.ts";
import { leaveRoom, quotaProblem, usageOf } from "./quota-usage.ts";

const STAMPS: Quota = {
  name: "stamps",
  limit: 1000,
  unit: "stamps",
  refusal: "You have 1,000 stamps. Delete some, then try again.",
};
const GRAMS: Quota = { name: "stamp_Grams2", limit: 5 * 1024 ** 3, unit: "g", refusal: "Your stamps are too heavy." };
const NONE: Quota = { name: "none", limit: 0, unit: "things", refusal: "You may not have any." };

/** A table with a counter for each quota, as a feature's migration makes it. */
const SCHEMA = [
  "CREATE TABLE stamps (owner_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE, grams INTEGER NOT NULL)",
  `CREATE TRIGGER stamps_insert AFTER INSERT ON stamps BEGIN
     INSERT INTO quota_usage VALUES (NEW.owner_id, 'stamps', 1), (NEW.owner_id, 'stamp_Grams2', NEW.grams)
     ON CONFLICT (user_id, quota) DO UPDATE SET used = used + excluded.used;
   END`,
  `CREATE TRIGGER stamps_delete AFTER DELETE ON stamps BEGIN
     UPDATE quota_usage SET used = used - iif(quota = 'stamps', 1, OLD.grams)
     WHERE user_id = OLD.owner_id AND quota IN ('stamps', 'stamp_Grams2');
   END`,
];

beforeAll(async () => {
  await env.DB.batch(SCHEMA.map((sql) => env.DB.prepare(sql)));
});

/** @returns Whether the stamp was added. */
async function addStamp(ownerId: string, grams: number): Promise<boolean> {
  const insert = env.DB.prepare(
    `INSERT INTO stamps SELECT ?1, ?2 WHERE ${fitsQuota(STAMPS, { userId: "?1", adding: "1" })}
       AND ${fitsQuota(GRAMS, { userId: "?1", adding: "?2" })}`,
  );
  return (await insert.bind(ownerId, grams).run()).meta.changes > 0;
}

const countStamps = (ownerId: string) =>
  env.DB.prepare("SELECT count(*) AS count FROM stamps WHERE owner_id = ?").bind(ownerId).first("count");

describe.each([STAMPS, GRAMS, NONE])("the quota $name", (quota) => {
  const { limit, refusal } = quota;
  const c = { request: new Request("http://localhost/api/x"), locals: { requestId: "12345678" } };

  test("is refused with a problem that names it, for the API", async () => {
    const response = quotaExceeded(c, quota);
    expect([response.status, response.headers.get("Content-Type")]).toEqual([422, "application/problem+json"]);
    expect(await response.json()).toEqual(quotaProblem(quota));
  });

  test("is refused with a message for HTMX", async () => {
    const headers = { Accept: "text/html", "HX-Request": "true" };
    const part = quotaExceeded({ ...c, request: new Request("http://localhost/x", { headers }) }, quota);
    expect([part.status, part.headers.get("HX-Reswap")]).toEqual([422, "none"]);
    expect(part.headers.get("HX-Trigger")).toBe(JSON.stringify({ refused: refusal }));
    expect(await part.json()).toEqual(quotaProblem(quota));
  });

  const CASES = [
    [0, 0, true],
    [limit - 1, 1, true],
    [limit - 1, 2, false],
    [limit, 1, false],
    [limit, 0, true],
    [limit + 1, 1, false],
  ] as const;

  test.each(CASES)("with %i used and %i more fits: %s", async (used, adding, fits) => {
    const { user } = await createAccount();
    const condition = fitsQuota(quota, { userId: "?1", adding: "?2" });
    const ask = (more: number) => env.DB.prepare(`SELECT ${condition} AS fits`).bind(user.id, more).first("fits");
    expect([await ask(limit), await ask(limit + 1)], "without a counter").toEqual([1, 0]);
    await leaveRoom(user.id, quota, limit - used);
    expect(await ask(adding)).toBe(Number(fits));
    const { results } = await selectUsage(env.DB, user.id).all<{ quota: string; used: number }>();
    expect(findExceeded(results, new Map([[quota, adding]]))).toBe(fits ? undefined : quota);
  });

  test("has a guard, which denies before the body is read once the quota is used up", async () => {
    const { user } = await createAccount();
    const supplyUser: Guard<AppLocals, { user: { id: string } }> = () => ({ allow: true, locals: { user } });
    const resolve = () => new Response("done");
    const guarded = setup({
      onRequest: supplyLocals,
      handlers: [
        route.post("/strict", { guards: [supplyUser, requireQuota([quota])], resolve }),
        route.post("/lenient", { guards: [supplyUser, requireQuota([quota], { allowRetries: true })], resolve }),
      ],
    });
    const post = async (path: string, headers: Record<string, string> = {}) => {
      const request = new Request(`http://localhost${path}`, { method: "POST", headers, body: unreadable() });
      return guarded.fetch(request, env, createExecutionContext());
    };
    const KEYED = { "Idempotency-Key": "a" };
    const statuses = async () => [
      (await post("/strict")).status,
      (await post("/strict", KEYED)).status,
      (await post("/lenient")).status,
      (await post("/lenient", KEYED)).status,
    ];
    await leaveRoom(user.id, quota, 1);
    expect(await statuses(), "room for one").toEqual([200, 200, 200, 200]);
    await leaveRoom(user.id, quota, 0);
    expect(await statuses(), "full").toEqual([422, 422, 422, 200]);
    expect(await (await post("/strict")).json()).toEqual(quotaProblem(quota));
    const rows = describePolicy(guarded.handlers, { env }).map(({ guards }) => guards[1]);
    const limits = [{ name: quota.name, max: quota.limit, unit: quota.unit }];
    const facts = { name: "requireQuota", phase: "input", denies: [422], limits };
    expect(rows).toMatchObject([
      { ...facts, detail: quota.name },
      { ...facts, detail: `${quota.name}; retries pass` },
    ]);
  });
});

test("a guard of several quotas states all of their names and limits, and denies with the first that is used up", async () => {
  const { user } = await createAccount();
  const supplyUser: Guard<AppLocals, { user: { id: string } }> = () => ({ allow: true, locals: { user } });
  const guards = [supplyUser, requireQuota([STAMPS, GRAMS])] as const;
  const guarded = setup({
    onRequest: supplyLocals,
    handlers: [route.post("/", { guards, resolve: () => new Response() })],
  });
  expect(describePolicy(guarded.handlers, { env })[0]?.guards[1]).toMatchObject({
    detail: "stamps, stamp_Grams2",
    limits: [
      { name: "stamps", max: 1000, unit: "stamps" },
      { name: "stamp_Grams2", max: 5 * 1024 ** 3, unit: "g" },
    ],
  });
  const post = () => guarded.fetch(new Request("http://localhost/", { method: "POST" }), env, createExecutionContext());
  expect((await post()).status).toBe(200);
  await leaveRoom(user.id, GRAMS, 0);
  expect(await (await post()).json()).toEqual(quotaProblem(GRAMS));
  await leaveRoom(user.id, STAMPS, 0);
  expect(await (await post()).json()).toEqual(quotaProblem(STAMPS));
});

describe("SQL is made only of", () => {
  const TERMS = { userId: "?1", adding: "1" };

  test.each(["a", "fileBytes", "api_keys", "Z9"])("the plain identifier %j as a name", (name) => {
    expect(fitsQuota({ name, limit: 1, unit: "", refusal: "" }, TERMS)).toContain(`quota = '${name}'`);
  });

  const NAMES = ["", " ", "a b", "a'", "' OR 1 --", "a\n", "\na", "1a", "_a", "a-b", "a.b", "ä", "a;", 'a"', "a\\"];
  test.each(NAMES)("names such as notes, and not of %j", (name) => {
    expect(() => fitsQuota({ name, limit: 1, unit: "", refusal: "" }, TERMS)).toThrow("not a plain identifier");
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 1.5, 2 ** 53])("integers as limits, and not of %d", (limit) => {
    expect(() => fitsQuota({ name: "a", limit, unit: "", refusal: "" }, TERMS)).toThrow("not an integer");
  });
});

test("a counter belongs to one quota of one user", async () => {
  const [{ user }, { user: bystander }] = [await createAccount(), await createAccount()];
  await leaveRoom(user.id, STAMPS, 0);
  expect([await addStamp(user.id, 1), await addStamp(bystander.id, 1)]).toEqual([false, true]);
  expect([await usageOf(user.id), await usageOf(bystander.id)]).toEqual([
    { stamps: STAMPS.limit },
    { stamps: 1, stamp_Grams2: 1 },
  ]);
});

test("a user who is deleted leaves no counter", async () => {
  const { user } = await createAccount();
  await addStamp(user.id, 7);
  expect(await deleteUser(env.DB, user.id)).toMatchObject({ id: user.id });
  expect([await usageOf(user.id), await countStamps(user.id)]).toEqual([{}, 0]);
});

test("after any sequence of writes the counters equal the rows, and only writes that do not fit are refused", async () => {
  const STEP = fc.oneof(
    fc.record({ kind: fc.constant("add" as const), grams: fc.integer({ min: 0, max: 2 * 1024 ** 3 }) }),
    fc.record({ kind: fc.constant("delete" as const), grams: fc.constant(0) }),
  );
  const ROOM = 3;
  const run = async (steps: readonly { kind: "add" | "delete"; grams: number }[]) => {
    const { user } = await createAccount();
    await leaveRoom(user.id, STAMPS, ROOM);
    const stamps: number[] = [];
    for (const { kind, grams } of steps) {
      const total = stamps.reduce((sum, each) => sum + each, 0);
      if (kind === "add") {
        const fits = stamps.length < ROOM && total + grams <= GRAMS.limit;
        expect(await addStamp(user.id, grams)).toBe(fits);
        if (fits) stamps.push(grams);
      } else if (stamps.length > 0) {
        const sql = "DELETE FROM stamps WHERE rowid = (SELECT min(rowid) FROM stamps WHERE owner_id = ?)";
        await env.DB.prepare(sql).bind(user.id).run();
        stamps.shift();
      }
      const expected = {
        stamps: STAMPS.limit - ROOM + stamps.length,
        stamp_Grams2: stamps.reduce((sum, each) => sum + each, 0),
      };
      expect({ stamp_Grams2: 0, ...(await usageOf(user.id)) }).toEqual(expected);
    }
  };
  await fc.assert(fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 15 }), run), { numRuns: 40 });
}, 60_000);

test("20 writes at once with room for 5 are 5 rows", async () => {
  const { user } = await createAccount();
  await leaveRoom(user.id, STAMPS, 5);
  const added = await Promise.all(Array.from({ length: 20 }, () => addStamp(user.id, 1)));
  expect([added.filter(Boolean).length, await countStamps(user.id)]).toEqual([5, 5]);
  expect(await usageOf(user.id)).toEqual({ stamps: STAMPS.limit, stamp_Grams2: 5 });
});
