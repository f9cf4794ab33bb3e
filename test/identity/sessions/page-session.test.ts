import { env } from "cloudflare:test";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Session } from "../../../src/identity/sessions/page-session.ts";
import { type Jar, visit } from "./visit.ts";

// Many requests or hashes a test: on a slow machine they take their time.
vi.setConfig({ testTimeout: 60_000 });

const DAY = 24 * 60 * 60 * 1000;

const count = () => env.DB.prepare("SELECT count(*) AS n FROM sessions").first<number>("n");
const get = async (jar: Jar, key: string) => (await visit(jar, (session) => session.get(key))).given;

afterEach(() => {
  vi.useRealTimers();
});

test("deleting a missing value starts no session", async () => {
  const [jar, before] = [{ cookie: "" }, await count()];
  await visit(jar, (session) => session.delete("nothing"));
  expect([jar.cookie, await count()]).toEqual(["", before]);
});

describe("data", () => {
  test("stays from request to request until it is deleted", async () => {
    const jar = { cookie: "" };
    await visit(jar, (session) => session.set("cart", ["tea"]));
    expect(await get(jar, "cart")).toEqual(["tea"]);
    await visit(jar, (session) => session.delete("cart"));
    expect(await get(jar, "cart")).toBeUndefined();
  });

  test("can be read in the request that sets it, and set to undefined to delete it", async () => {
    const read = (session: Session) => {
      session.set("a", 1);
      session.set("b", 2);
      session.set("b", undefined);
      return [session.get("a"), session.get("b"), session.data];
    };
    expect((await visit({ cookie: "" }, read)).given).toEqual([1, undefined, { a: 1 }]);
  });

  test("an object that is set takes the place of the one before, whole", async () => {
    const jar = { cookie: "" };
    await visit(jar, (session) => session.set("filter", { a: { b: 1 }, c: 2 }));
    await visit(jar, (session) => session.set("filter", { a: { d: null } }));
    expect(await get(jar, "filter")).toEqual({ a: { d: null } });
  });

  test("is any JSON value, exactly, under any key", async () => {
    const jar = { cookie: "" };
    await visit(jar, (session) => session.set("first", 0));
    const key = fc.oneof(
      fc.stringMatching(/^[\w-]{1,20}$/),
      fc.constantFrom("0", "-", "_", "__proto__", "constructor"),
    );
    const changes = fc.dictionary(key, fc.jsonValue({ noUnicodeString: false }), { minKeys: 1, maxKeys: 5 });
    const property = fc.asyncProperty(changes, async (values) => {
      const names = Object.keys(values);
      await visit(jar, (session) => {
        for (const name of names) session.set(name, values[name]);
      });
      const { given } = await visit(jar, (session) => names.map((name) => session.get(name)));
      expect(given).toEqual(JSON.parse(JSON.stringify(Object.values(values))));
    });
    await fc.assert(property, { numRuns: 50 });
  });

  test.each(["", "a b", "a.b", 'a"b', "ä", "a\n"])("under the key %j is refused at once", async (key) => {
    expect((await visit({ cookie: "" }, (session) => session.set(key, 1))).response.status).toBe(500);
  });

  test.each(["constructor", "toString", "__proto__"])("%s is nothing until it is set", async (key) => {
    expect(await get({ cookie: "" }, key)).toBeUndefined();
  });

  test("of two requests at once that set different keys, both stay", async () => {
    const jar = { cookie: "" };
    await visit(jar, (session) => session.set("kept", 0));
    const both = Promise.withResolvers<void>();
    let here = 0;
    const meet = async (session: Session, key: string) => {
      if (++here === 2) both.resolve();
      await both.promise;
      session.set(key, key);
    };
    await Promise.all(["a", "b"].map((key) => visit({ ...jar }, (session) => meet(session, key))));
    expect((await visit(jar, ({ data }) => data)).given).toEqual({ kept: 0, a: "a", b: "b" });
  });
});

describe("a visitor", () => {
  test("without a change gets no session and no cookie", async () => {
    const before = await count();
    const { response } = await visit({ cookie: "" }, (session) => [session.get("a"), session.takeFlashes()]);
    expect([response.headers.getSetCookie(), await count()]).toEqual([[], before]);
  });

  test("gets one with the first change, and no cookie again with the next", async () => {
    const [jar, before] = [{ cookie: "" }, (await count()) ?? 0];
    const first = await visit(jar, (session) => session.set("a", 1));
    expect([first.response.headers.getSetCookie().length > 0, await count()]).toEqual([true, before + 1]);
    const second = await visit(jar, (session) => session.set("a", 2));
    expect([second.response.headers.getSetCookie(), await count()]).toEqual([[], before + 1]);
  });

  test("with a made-up cookie gets another one", async () => {
    for (const cookie of [`__Host-session=${"A".repeat(43)}`, "__Host-session=x", "__Host-session="]) {
      const jar = { cookie };
      const { response } = await visit(jar, (session) => session.set("a", 1));
      expect([response.status, jar.cookie]).toEqual([
        200,
        expect.stringMatching(/^__Host-session=[\w-]{43}\.[\w-]{43}$/),
      ]);
      expect(jar.cookie).not.toBe(cookie);
    }
  });
});

describe("a flash", () => {
  test("is shown by the next page, once", async () => {
    const jar = { cookie: "" };
    await visit(jar, (session) => {
      session.flash("done", "one");
      session.flash("failed", "two");
      return session.takeFlashes();
    });
    const take = async () => (await visit(jar, (session) => session.takeFlashes())).given;
    const flashes = [
      { kind: "done", text: "one" },
      { kind: "failed", text: "two" },
    ];
    expect([await take(), await take()]).toEqual([flashes, []]);
  });

  test.each(["before", "after"])("that is shown %s the next is left makes room for that one alone", async (order) => {
    const jar = { cookie: "" };
    await visit(jar, (session) => session.flash("done", "old"));
    await visit(jar, (session) => {
      if (order === "before") session.takeFlashes();
      session.flash("done", "new");
      if (order === "after") expect(session.takeFlashes()).toEqual([{ kind: "done", text: "old" }]);
    });
    expect((await visit(jar, (session) => session.takeFlashes())).given).toEqual([{ kind: "done", text: "new" }]);
  });
});

describe("time", () => {
  const isThere = async (jar: Jar) => (await get(jar, "a")) === 1;

  async function begin(): Promise<Jar> {
    vi.useFakeTimers({ toFake: ["Date"] });
    const jar = { cookie: "" };
    await visit(jar, (session) => session.set("a", 1));
    return jar;
  }

  const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

  test("an unused session ends after 7 days", async () => {
    const [used, unused] = [await begin(), await begin()];
    later(7 * DAY - 1);
    expect(await isThere(used)).toBe(true);
    later(1);
    expect([await isThere(used), await isThere(unused)]).toEqual([true, false]);
  });

  test("however it is used, it ends after 30 days", async () => {
    const jar = await begin();
    for (let day = 6; day < 30; day += 6) {
      later(6 * DAY);
      expect(await isThere(jar)).toBe(true);
    }
    later(6 * DAY - 1);
    expect(await isThere(jar)).toBe(true);
    later(1);
    expect(await isThere(jar)).toBe(false);
  });
});

test("the database has the hash of a session's secret, never the secret", async () => {
  const jar = { cookie: "" };
  await visit(jar, (session) => session.set("a", 1));
  const { results } = await env.DB.prepare("SELECT * FROM sessions ORDER BY id DESC LIMIT 1").all();
  const secret = jar.cookie.replace("__Host-session=", "");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret));
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest))).replace(/=+$/, "");
  expect(JSON.stringify(results)).toContain(hash.replaceAll("+", "-").replaceAll("/", "_"));
  expect(JSON.stringify(results)).not.toContain(secret);
});
