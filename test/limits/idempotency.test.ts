import { createExecutionContext, env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { AppLocals, Env } from "../../src/env.ts";
import { type Guard, setup } from "../../src/http/index.ts";
import { idempotency } from "../../src/limits/idempotency.ts";
import { route } from "../../src/web/app/scope.ts";
import { databaseWith } from "../databases.ts";
import { type Account, createAccount, createKey, send, sendJson } from "../harness.ts";
import { supplyLocals } from "../supply-locals.ts";
import { sweepAll } from "../sweep.ts";
import { PERMISSION, type Thing, WRITE_PERMISSION } from "../things.ts";

const HOUR = 3_600_000;

vi.spyOn(console, "log").mockImplementation(() => {});
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

const moveClock = (ms: number) => vi.setSystemTime(Date.now() + ms);

/** A user with an API key, which does not expire when a test goes a day ahead. */
async function createClient() {
  const { user } = await createAccount();
  const { key } = await createKey({ user }, [PERMISSION, WRITE_PERMISSION]);
  const headers = { "X-API-Key": key };
  const post = (key: string, body: unknown = { title: "t" }, bindings: Partial<Env> = {}) =>
    sendJson("POST", "/api/things", body, { ...headers, "Idempotency-Key": key }, bindings);
  const titles = async () => {
    const { items } = await (await send("/api/things", { headers })).json<{ items: Thing[] }>();
    return items.map(({ title }) => title);
  };
  return { headers, post, titles };
}

/** The database, where a statement that matches waits, or fails, before it runs. */
function interruptAt(pattern: RegExp, interrupt: () => Promise<void>): Pick<Env, "DB"> {
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      first: () => interrupt().then(() => statement.first()),
      run: () => interrupt().then(() => statement.run()),
    };
    return wrapped as unknown as D1PreparedStatement;
  };
  const prepare = (sql: string) =>
    (pattern.test(sql) ? wrap : (same: D1PreparedStatement) => same)(env.DB.prepare(sql));
  return { DB: databaseWith({ prepare }) };
}

const fail = () => Promise.reject(new Error("the database is away"));

/** Holds a statement until it is let go; `reached` tells that it has come so far. */
function holdAt(pattern: RegExp) {
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const bindings = interruptAt(pattern, () => {
    reached.resolve();
    return released.promise;
  });
  return { bindings, reached: reached.promise, release: released.resolve };
}

const WORK = /^INSERT INTO things/;
const RECORD = /^UPDATE idempotency_keys SET status/;

const isReplayed = ({ headers }: Response) => headers.get("Idempotency-Replayed") === "true";
const idOf = async (response: Response) => (await response.json<Thing>()).id;

describe("the same request again", () => {
  test("gets the first response again and makes nothing", async () => {
    const { post, titles } = await createClient();
    const [first, again] = [await post("a"), await post("a")];
    expect([first.status, isReplayed(first)]).toEqual([201, false]);
    expect([again.status, isReplayed(again)]).toEqual([201, true]);
    for (const name of ["Location", "ETag", "Content-Type", "Cache-Control"]) {
      expect(again.headers.get(name), name).toBe(first.headers.get(name));
    }
    expect(again.headers.get("Location")).toMatch(/^\/api\/things\/.{36}$/);
    expect(await again.text()).toBe(await first.text());
    expect(await titles()).toEqual(["t"]);
  });

  test("may spell a UUID in capitals", async () => {
    const { post, titles } = await createClient();
    const key = crypto.randomUUID();
    expect((await post(key.toUpperCase())).status).toBe(201);
    for (const same of [key, key.toUpperCase(), `"${key.toUpperCase()}"`])
      expect(isReplayed(await post(same))).toBe(true);
    expect(await titles()).toEqual(["t"]);
  });

  test("is another one with a key in another case that is no UUID", async () => {
    const { post, titles } = await createClient();
    for (const key of ["key-a", "KEY-A"]) expect(isReplayed(await post(key))).toBe(false);
    expect(await titles()).toEqual(["t", "t"]);
  });

  test("has a request id and a rate limit of its own", async () => {
    const { post } = await createClient();
    const [first, again] = [await post("a"), await post("a")];
    expect(again.headers.get("X-Request-Id")).not.toBe(first.headers.get("X-Request-Id"));
    expect(again.headers.get("RateLimit")).toBe('"api";r=598;t=60');
  });

  test("may have its key in quotes and its JSON laid out otherwise", async () => {
    const { post } = await createClient();
    const first = await post("a", '{"title":"t","body":"b"}');
    const again = await post('"a"', ' { "title": "t",\n"body": "b" } ');
    expect([isReplayed(again), await idOf(again)]).toEqual([true, await idOf(first)]);
  });

  test.each(['{"title":""}', "{", "[]"])("is another when %s, which does not fit, was put right", async (misfit) => {
    const { post, titles } = await createClient();
    for (let i = 0; i < 2; i++) expect((await post("a", misfit)).status).toBe(400);
    expect([(await post("a")).status, isReplayed(await post("a")), await titles()]).toEqual([201, true, ["t"]]);
    expect((await post("a", misfit)).status, "and does no harm to the first response").toBe(400);
  });

  test("makes another thing under another key, or under none", async () => {
    const { headers, post, titles } = await createClient();
    for (const key of ["a", "b"]) expect((await post(key)).status).toBe(201);
    for (let i = 0; i < 2; i++) await sendJson("POST", "/api/things", { title: "none" }, headers);
    expect(await titles()).toEqual(["none", "none", "t", "t"]);
  });

  test("of another user is another request", async () => {
    const [ada, grace] = [await createClient(), await createClient()];
    const [hers, theirs] = [await ada.post("a"), await grace.post("a", { title: "mine" })];
    expect([theirs.status, isReplayed(theirs)]).toEqual([201, false]);
    expect(await idOf(theirs)).not.toBe(await idOf(hers));
    expect([await ada.titles(), await grace.titles()]).toEqual([["t"], ["mine"]]);
  });
});

test("another body under the same key is 422, and the first response stays", async () => {
  const { post, titles } = await createClient();
  const first = await post("a");
  const other = await post("a", { title: "other" });
  expect([other.status, other.headers.get("Content-Type")]).toEqual([422, "application/problem+json"]);
  expect(await idOf(await post("a"))).toBe(await idOf(first));
  expect(await titles()).toEqual(["t"]);
});

test.each(["", '"', '""', "two words", "x".repeat(256), 'a"b'])("the key %j is 400", async (key) => {
  const { post, titles } = await createClient();
  expect((await post(key)).status).toBe(400);
  expect(await titles()).toEqual([]);
});

describe("while the first request runs", () => {
  test("the same is 409 with Retry-After, and another body 422", async () => {
    const { post, titles } = await createClient();
    const hold = holdAt(WORK);
    const first = post("a", { title: "t" }, hold.bindings);
    await hold.reached;
    const again = await post("a");
    expect([again.status, again.headers.get("Retry-After")]).toEqual([409, "1"]);
    expect((await post("a", { title: "other" })).status).toBe(422);
    hold.release();
    expect((await first).status).toBe(201);
    expect(isReplayed(await post("a"))).toBe(true);
    expect(await titles()).toEqual(["t"]);
  });

  test("20 at once make one thing", async () => {
    const { post, titles } = await createClient();
    const responses = await Promise.all(Array.from({ length: 20 }, () => post("a")));
    expect(responses.filter((response) => response.status === 201 && !isReplayed(response))).toHaveLength(1);
    for (const { status } of responses) expect([201, 409]).toContain(status);
    expect(await titles()).toEqual(["t"]);
  });
});

describe("after a failure", () => {
  test("before the work a retry does it at once", async () => {
    const { post, titles } = await createClient();
    expect((await post("a", { title: "t" }, interruptAt(WORK, fail))).status).toBe(500);
    const retry = await post("a");
    expect([retry.status, isReplayed(retry), await titles()]).toEqual([201, false, ["t"]]);
  });

  test("between the work and its record a retry does not do it twice", async () => {
    const { post, titles } = await createClient();
    expect((await post("a", { title: "t" }, interruptAt(RECORD, fail))).status).toBe(500);
    expect(await titles()).toEqual(["t"]);
    const [retry, again] = [await post("a"), await post("a")];
    expect([retry.status, isReplayed(retry), isReplayed(again)]).toEqual([201, false, true]);
    expect(await idOf(again)).toBe(await idOf(retry));
    expect(await titles()).toEqual(["t"]);
  });

  test("that nobody heard of, a retry waits a minute, and does not do the work twice", async () => {
    const { headers, post, titles } = await createClient();
    const hold = holdAt(RECORD);
    const first = post("a", { title: "t" }, hold.bindings);
    await hold.reached;
    moveClock(59_999);
    expect((await post("a")).status).toBe(409);
    moveClock(1);
    expect((await post("a", { title: "other" })).status).toBe(422);
    const { id } = (await (await send("/api/things", { headers })).json<{ items: [Thing] }>()).items[0];
    await sendJson("PATCH", `/api/things/${id}`, { title: "new" }, headers);
    const retry = await post("a");
    expect([retry.status, retry.headers.get("Location"), await titles()]).toEqual([201, `/api/things/${id}`, ["new"]]);
    hold.release();
    expect((await (await first).json<Thing>()).title).toBe("t");
    expect((await (await post("a")).json<Thing>()).title, "the record of the retry stays").toBe("new");
  });

  test("a retry has a lease of its own", async () => {
    const { post, titles } = await createClient();
    const [dead, slow] = [holdAt(WORK), holdAt(WORK)];
    const requests = [post("a", { title: "t" }, dead.bindings)];
    await dead.reached;
    moveClock(61_000);
    requests.push(post("a", { title: "t" }, slow.bindings));
    await slow.reached;
    moveClock(59_000);
    expect((await post("a")).status).toBe(409);
    for (const { release } of [dead, slow]) release();
    const [one, other] = await Promise.all(requests.map(async (request) => idOf(await request)));
    expect(one).toBe(other);
    expect(await titles()).toEqual(["t"]);
  });
});

describe("a key", () => {
  test("is kept for 24 hours and is then free, for another body, too", async () => {
    const { post, titles } = await createClient();
    await post("a");
    moveClock(24 * HOUR - 1);
    expect(isReplayed(await post("a"))).toBe(true);
    moveClock(1);
    const fresh = await post("a", { title: "other" });
    expect([fresh.status, isReplayed(fresh)]).toEqual([201, false]);
    moveClock(24 * HOUR - 1);
    expect(await idOf(await post("a", { title: "other" }))).toBe(await idOf(fresh));
    expect(await titles()).toEqual(["other", "t"]);
  });

  test("is swept when it has expired, and not before", async () => {
    const { post } = await createClient();
    await post("old");
    moveClock(12 * HOUR);
    await post("young");
    moveClock(12 * HOUR);
    await sweepAll();
    const { results } = await env.DB.prepare("SELECT key FROM idempotency_keys WHERE key IN ('old', 'young')").all();
    expect(results).toEqual([{ key: "young" }]);
    expect(isReplayed(await post("young"))).toBe(true);
  });
});

describe("a response of a handler of one's own", () => {
  const responses: (() => Response)[] = [];
  const owner = createAccount();
  const supplyUser: Guard<AppLocals, Pick<Account, "user">> = async () => ({ allow: true, locals: await owner });
  const app = setup({
    onRequest: supplyLocals,
    handlers: [
      route.post("/work", {
        guards: [supplyUser, idempotency.guard],
        resolve: () => responses.shift()?.() ?? new Response("done twice"),
        onResponse: idempotency.onResponse,
        onError: idempotency.onError,
      }),
    ],
  });
  const post = (key: string) =>
    app.fetch(
      new Request("http://localhost/work", { method: "POST", headers: { "Idempotency-Key": key } }),
      env,
      createExecutionContext(),
    );

  test.each([400, 422, 500, 503])("is not kept where it is %i", async (status) => {
    responses.push(
      () => new Response("not now", { status }),
      () => new Response("done"),
    );
    const key = `refused with ${status}`.replaceAll(" ", "-");
    const texts = [await post(key), await post(key), await post(key)].map((response) => response.text());
    expect(await Promise.all(texts)).toEqual(["not now", "done", "done"]);
  });

  test("is kept where it refuses", async () => {
    responses.push(() => new Response("spent", { status: 409 }));
    const [first, again] = [await post("4xx"), await post("4xx")];
    expect([first.status, again.status, isReplayed(again), await again.text()]).toEqual([409, 409, true, "spent"]);
  });

  test("is kept with several headers of one name", async () => {
    const headers = new Headers([
      ["Set-Cookie", "a=1"],
      ["Set-Cookie", "b=2"],
    ]);
    responses.push(() => new Response("done", { headers }));
    await post("cookies");
    expect((await post("cookies")).headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  });

  test("is kept without a body where it has none", async () => {
    responses.push(() => new Response(null, { status: 204 }));
    const [first, again] = [await post("204"), await post("204")];
    expect([first.status, again.status, isReplayed(again), again.body]).toEqual([204, 204, true, null]);
  });
});
