/** The rows of open sockets: how many a user may have, and what becomes of them. */
import { env } from "cloudflare:test";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { Env } from "../../../src/env.ts";
import { IDLE_MS } from "../../../src/identity/sessions/sessions.ts";
import {
  closeSockets,
  openSocket,
  RESERVED_MS,
  recheckSockets,
  renewSockets,
  type UserSocket,
} from "../../../src/identity/sessions/sockets.ts";
import { createAccount } from "../../harness.ts";
import { TEST_SOCKETS } from "../../socket-holder.ts";
import { sweepAll } from "../../sweep.ts";

const LIMITS = { perUser: 20, perObject: 10 };
const MINUTE_MS = 60_000;

let userId: string;
let sessionId: string;
beforeEach(async () => {
  userId = (await createAccount()).user.id;
  sessionId = await sessionOf(userId);
});

async function sessionOf(user: string): Promise<string> {
  const id = await env.DB.prepare("SELECT id FROM sessions WHERE user_id = ?").bind(user).first<string>("id");
  return id ?? "";
}

const socketTo = (objectName: string): UserSocket => ({
  id: crypto.randomUUID(),
  userId,
  sessionId,
  binding: TEST_SOCKETS,
  objectName,
});
const openAll = (names: readonly string[]) =>
  Promise.all(names.map((name) => openSocket(env.DB, socketTo(name), LIMITS)));
const countOpen = (outcomes: readonly string[]) => outcomes.filter((outcome) => outcome === "open").length;
const names = (count: number, name: (n: number) => string) => Array.from({ length: count }, (_, n) => name(n));
const rows = async () => {
  const { results } = await env.DB.prepare("SELECT id, live_until AS liveUntil FROM sockets WHERE user_id = ?")
    .bind(userId)
    .all<{ id: string; liveUntil: number }>();
  return results;
};
const setLiveUntil = (ms: number) =>
  env.DB.prepare("UPDATE sockets SET live_until = ? WHERE user_id = ?").bind(ms, userId).run();

describe("openSocket", () => {
  const cases: Readonly<Record<string, readonly [objects: string[], admitted: number]>> = {
    "one object": [names(30, () => "a"), 10],
    "objects of their own": [names(40, (n) => `object ${n}`), 20],
    "two objects": [names(40, (n) => `object ${n % 2}`), 20],
    "three objects": [names(60, (n) => `object ${n % 3}`), 20],
  };

  test.each(Object.entries(cases))("to %s, many at once, admits exactly its limit", async (_, [objects, admitted]) => {
    expect(countOpen(await openAll(objects))).toBe(admitted);
    const counts = Map.groupBy(
      (
        await env.DB.prepare("SELECT object_name AS name FROM sockets WHERE user_id = ?")
          .bind(userId)
          .all<{ name: string }>()
      ).results,
      ({ name }) => name,
    );
    expect(Math.max(...[...counts.values()].map(({ length }) => length))).toBeLessThanOrEqual(10);
  });

  test("counts neither other users' sockets nor lapsed ones, and has room again when one closes", async () => {
    await openAll(names(20, (n) => `object ${n}`));
    const [first] = await rows();
    expect(await openAll(["x"])).toEqual(["too many"]);
    await closeSockets(env.DB, [first?.id ?? ""]);
    expect(await openAll(["x"])).toEqual(["open"]);
    await setLiveUntil(Date.now() - 1);
    expect(countOpen(await openAll(names(20, (n) => `object ${n}`)))).toBe(20);
    userId = (await createAccount()).user.id;
    sessionId = await sessionOf(userId);
    expect(await openAll(["x"])).toEqual(["open"]);
  });

  const endings: Readonly<Record<string, string>> = {
    "was deleted": "DELETE FROM sessions WHERE id = ?",
    "was revoked": "UPDATE sessions SET expires_at = 0 WHERE id = ?",
    "goes on under another id": "UPDATE sessions SET id = id || 'x' WHERE id = ?",
    "was not used for too long": `UPDATE sessions SET used_at = ${Date.now() - IDLE_MS - 1_000} WHERE id = ?`,
  };

  test.each(Object.entries(endings))("opens nothing for a session that %s", async (_, sql) => {
    await env.DB.prepare(sql).bind(sessionId).run();
    expect(await openAll(["x"])).toEqual(["session ended"]);
    expect(await rows()).toEqual([]);
  });

  test("reserves the row for 90 seconds", async () => {
    await openAll(["x"]);
    const [row] = await rows();
    expect((row?.liveUntil ?? 0) - Date.now()).toBeGreaterThan(RESERVED_MS - 5_000);
    expect((row?.liveUntil ?? 0) - Date.now()).toBeLessThanOrEqual(RESERVED_MS);
  });
});

describe("renewSockets", () => {
  test("keeps rows alive, brings lost ones back, and says when their sessions end", async () => {
    const sockets = [socketTo("a"), socketTo("b")];
    await openSocket(env.DB, sockets[0] ?? socketTo("a"), LIMITS);
    const ends = await renewSockets(env.DB, [...sockets, { ...socketTo("c"), sessionId: "nobody's" }]);
    expect((await rows()).map(({ liveUntil }) => liveUntil - Date.now() > 10 * MINUTE_MS)).toEqual([true, true, true]);
    expect([...ends.keys()]).toEqual([sessionId]);
    expect(Math.abs((ends.get(sessionId) ?? 0) - Date.now() - IDLE_MS)).toBeLessThan(10_000);
    const soon = Date.now() + 5_000;
    await env.DB.prepare("UPDATE sessions SET expires_at = ? WHERE id = ?").bind(soon, sessionId).run();
    expect((await renewSockets(env.DB, sockets)).get(sessionId)).toBe(soon);
  });

  test("writes nothing while a row has more than eight minutes left", async () => {
    const socket = socketTo("a");
    await renewSockets(env.DB, [socket]);
    const before = Date.now() + 9 * MINUTE_MS;
    await setLiveUntil(before);
    await renewSockets(env.DB, [socket]);
    expect((await rows()).map(({ liveUntil }) => liveUntil)).toEqual([before]);
    await setLiveUntil(Date.now() + 7 * MINUTE_MS);
    await renewSockets(env.DB, [socket]);
    expect((await rows())[0]?.liveUntil).toBeGreaterThan(Date.now() + 14 * MINUTE_MS);
  });
});

test("a row that is renewed every five minutes never lapses, and is written every ten", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const socket = socketTo("a");
  const ends = new Set<number>();
  for (let n = 0; n < 13; n++) {
    await renewSockets(env.DB, [socket]);
    const [row] = await rows();
    ends.add(row?.liveUntil ?? 0);
    // As late as an alarm may come.
    vi.setSystemTime(Date.now() + 5 * MINUTE_MS + 30_000);
    expect(row?.liveUntil).toBeGreaterThan(Date.now());
  }
  expect(ends.size).toBe(7);
});

describe("recheckSockets", () => {
  /** Rooms that hold nothing: what was asked of each. */
  function watchRooms(answer: (ids: readonly string[], call: number) => Promise<string[]>) {
    const asked: [name: string, ids: readonly string[]][] = [];
    const holder = {
      idFromName: (name: string) => name,
      get: (name: string) => ({
        recheckSessions: (ids: readonly string[]) => {
          asked.push([name, ids]);
          return answer(ids, asked.length);
        },
      }),
    };
    return { asked, env: Object.assign({}, env, { [TEST_SOCKETS]: holder }) as unknown as Env };
  }

  test("asks each object of the user once, and no other", async () => {
    await openAll(["a", "a", "b"]);
    const mine = userId;
    userId = (await createAccount()).user.id;
    sessionId = await sessionOf(userId);
    await openAll(["c"]);
    const rooms = watchRooms(async (ids) => [...ids]);
    await recheckSockets({ env: rooms.env, db: env.DB }, mine);
    expect(rooms.asked.map(([name, ids]) => [name, ids.length]).sort()).toEqual([
      ["a", 2],
      ["b", 1],
    ]);
  });

  test("also asks the objects of a deleted user, and of lapsed rows", async () => {
    await openAll(["a"]);
    await setLiveUntil(Date.now() - 1);
    await env.DB.prepare("DELETE FROM users WHERE id = ?").bind(userId).run();
    const rooms = watchRooms(async (ids) => [...ids]);
    await recheckSockets({ env: rooms.env, db: env.DB }, userId);
    expect(rooms.asked.map(([name]) => name)).toEqual(["a"]);
  });

  const lives: Readonly<Record<string, readonly [leftMs: number, isHeld: boolean, stays: boolean]>> = {
    "that was renewed and is held": [10 * MINUTE_MS, true, true],
    "that was renewed and is not held": [10 * MINUTE_MS, false, false],
    "that lapsed and is held": [-1_000, true, true],
    "that lapsed and is not held": [-1_000, false, false],
    "of a handshake under way": [RESERVED_MS - 1_000, false, true],
  };

  test.each(Object.entries(lives))("of a row %s", async (_, [leftMs, isHeld, stays]) => {
    await openAll(["a"]);
    await setLiveUntil(Date.now() + leftMs);
    await recheckSockets({ env: watchRooms(async (ids) => (isHeld ? [...ids] : [])).env, db: env.DB }, userId);
    expect((await rows()).length).toBe(Number(stays));
  });

  test.each([1, 3])("asks again until an object answers: %i calls fail", async (failing) => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    await openAll(["a"]);
    const flaky = watchRooms(async (ids, call) => {
      if (call <= failing) throw new Error("reset");
      return [...ids];
    });
    const startedAt = Date.now();
    await recheckSockets({ env: flaky.env, db: env.DB }, userId);
    expect(Date.now() - startedAt).toBeLessThan(5_000);
    expect([flaky.asked.length, log.mock.calls.length]).toEqual([failing + 1, 0]);
    log.mockRestore();
  });

  test("asks again if the database fails", async () => {
    await openAll(["a"]);
    const rooms = watchRooms(async (ids) => [...ids]);
    let calls = 0;
    const prepare = (sql: string) => {
      calls += 1;
      if (calls === 1) throw new Error("The connection was lost");
      return env.DB.prepare(sql);
    };
    await recheckSockets({ env: rooms.env, db: { prepare, batch: env.DB.batch } }, userId);
    expect(rooms.asked).toHaveLength(1);
  });

  test("asks the others if an object fails for good, which it logs, and keeps its rows", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    await openAll(["a", "b"]);
    await setLiveUntil(Date.now() + 10 * MINUTE_MS);
    const away = watchRooms(() => Promise.reject(new Error("away for good")));
    await recheckSockets({ env: away.env, db: env.DB }, userId, [0]);
    expect(away.asked.map(([name]) => name).sort()).toEqual(["a", "a", "b", "b"]);
    expect([log.mock.calls.length, log.mock.calls.join().includes("away for good")]).toEqual([2, true]);
    expect((await rows()).length).toBe(2);
    log.mockRestore();
  });

  test("survives a binding that is not there any more, and a database that is away", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    await openAll(["a"]);
    await env.DB.prepare("UPDATE sockets SET binding = 'REMOVED' WHERE user_id = ?").bind(userId).run();
    await recheckSockets({ env, db: env.DB }, userId);
    expect(log).not.toHaveBeenCalled();
    const prepare = () => {
      throw new Error("The database is away");
    };
    await recheckSockets({ env, db: { prepare, batch: prepare } }, userId, [0]);
    expect(log.mock.calls.join()).toContain("The database is away");
    log.mockRestore();
  });
});

test("the sweep removes rows that have lapsed, and no others", async () => {
  await openAll(["a", "b"]);
  const [first] = await rows();
  await env.DB.prepare("UPDATE sockets SET live_until = ? WHERE id = ?")
    .bind(Date.now() - 1, first?.id)
    .run();
  await sweepAll();
  expect((await rows()).map(({ id }) => id)).not.toContain(first?.id);
  expect((await rows()).length).toBe(1);
});
