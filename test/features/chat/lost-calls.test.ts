/** What a room does when it is not told that a session has ended. */
import { env, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RESERVED_MS } from "../../../src/identity/sessions/sockets.ts";
import { type Account, createAccount } from "../../harness.ts";
import { enter, message, newRoom, objectOf, presenceIs } from "./chat.ts";

let ada: Account;
let grace: Account;
let room: string;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  ada = await createAccount({ name: "Ada" });
  grace = await createAccount({ name: "Grace" });
  room = newRoom();
});
afterEach(() => void vi.useRealTimers());

const pass = (ms: number) => void vi.setSystemTime(Date.now() + ms);
/** Ends the sessions of an account, and tells no room. */
const end = ({ user }: Account) => env.DB.prepare("DELETE FROM sessions WHERE user_id = ?").bind(user.id).run();
const history = () => objectOf(room).history(0, 100);

const countRows = (userId: string, condition: string) =>
  env.DB.prepare(`SELECT count(*) AS n FROM sockets WHERE user_id = ?1 AND ${condition}`)
    .bind(userId, Date.now() + RESERVED_MS)
    .first<number>("n");
/** The ids of the sockets of an account. */
const socketsOf = async ({ user }: Account) => {
  const { results } = await env.DB.prepare("SELECT id FROM sockets WHERE user_id = ?")
    .bind(user.id)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
};

async function join(account: Account) {
  const socket = await enter(account, room);
  await socket.wait("welcome");
  // The check of a new socket, which runs after it has joined, renews its row.
  const { id } = account.user;
  await vi.waitFor(async () => expect(await countRows(id, "live_until > ?2")).toBe(await countRows(id, "?2 > 0")));
  return socket;
}

/** Replaces the database of the room. @param batch Called in place of the real one. @returns The number of calls. */
async function replaceBatch(batch: (statements: D1PreparedStatement[]) => Promise<D1Result[]>) {
  const calls = vi.fn(batch);
  const DB = Object.assign(Object.create(env.DB), { batch: calls, prepare: (sql: string) => env.DB.prepare(sql) });
  await runInDurableObject(objectOf(room), (object) => void Object.assign(object, { env: { ...env, DB } }));
  return () => calls.mock.calls.length;
}
const restoreDatabase = () =>
  runInDurableObject(objectOf(room), (object) => void Object.assign(object, { env: { ...env } }));

describe("a user whose session has ended", () => {
  const pauses: Readonly<Record<string, () => unknown>> = {
    "after more than four seconds": () => pass(4_001),
    "after an hour": () => pass(3_600_000),
    "after the clock went back": () => pass(-1_000),
    "at once, after the room has hibernated": () => evictDurableObject(objectOf(room)),
  };

  test.each(Object.entries(pauses))("can send nothing %s", async (_, pause) => {
    const [a, b] = [await join(ada), await join(grace)];
    await end(ada);
    await pause();
    for (let n = 0; n < 5; n++) a.send(message("too late"));
    expect(await a.closed()).toEqual({ code: 4401, reason: "The session has ended." });
    b.send(message("still here"));
    await b.wait("ack");
    expect((await history()).map(({ text }) => text)).toEqual(["still here"]);
  });

  test.each(["sends a frame", "posts a form"])(
    "reads nothing more after somebody %s, 20 seconds later",
    async (how) => {
      const [a, b] = [await join(ada), await join(grace)];
      await end(ada);
      pass(20_001);
      if (how === "sends a frame") b.send(message("hello"));
      else await objectOf(room).post({ id: grace.user.id, name: "Grace" }, message("hello"));
      expect((await a.closed()).code).toBe(4401);
      await b.wait("message");
      await presenceIs(b, "Grace");
    },
  );
});

test("frames that wait for a check keep their order, also among those that come later", async () => {
  const socket = await join(ada);
  let release = () => {};
  await replaceBatch(async (statements) => {
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    return env.DB.batch(statements);
  });
  pass(5_000);
  for (let n = 0; n < 10; n++) socket.send(message(`${n}`));
  await scheduler.wait(100);
  expect(socket.of("ack")).toEqual([]);
  // Another check, which is faster, changes nothing about it.
  await restoreDatabase();
  await objectOf(room).recheckSessions(await socketsOf(ada));
  for (let n = 10; n < 20; n++) socket.send(message(`${n}`));
  await scheduler.wait(100);
  await runInDurableObject(objectOf(room), () => release());
  await socket.wait("ack", 20);
  expect((await history()).map(({ text }) => text)).toEqual(Array.from({ length: 20 }, (_, n) => `${n}`));
});

test("a session is checked once in four seconds, however much its user sends, and readers once in twenty", async () => {
  const [a] = [await join(ada), await join(grace)];
  const countCalls = await replaceBatch((statements) => env.DB.batch(statements));
  const checks: number[] = [];
  for (let n = 0; n < 6; n++) {
    pass(3_500);
    for (let i = 0; i < 5; i++) a.send(message("hello"));
    await a.wait("ack", 5 * (n + 1));
    checks.push(countCalls());
  }
  expect(checks).toEqual([0, 1, 1, 2, 2, 3]);
});

test("after the room has hibernated, one check covers all its sockets, however many of them send", async () => {
  const sockets = [await join(ada), await join(ada), await join(grace), await join(grace)];
  await evictDurableObject(objectOf(room));
  const countCalls = await replaceBatch((statements) => env.DB.batch(statements));
  for (const socket of sockets) socket.send(message("hello"));
  for (const socket of sockets) await socket.wait("ack");
  expect(countCalls()).toBe(1);
});

test("while the database does not answer, messages are refused and the socket stays", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const socket = await join(ada);
  const countCalls = await replaceBatch(() => Promise.reject(new Error("The database is away")));
  pass(5_000);
  const [first, second] = [message("first"), message("second")];
  socket.send(first);
  expect(await socket.wait("error")).toMatchObject([{ code: "unavailable", id: first.id }]);
  socket.send(second);
  expect(await socket.wait("error", 2)).toMatchObject([{}, { code: "unavailable", id: second.id }]);
  expect(countCalls()).toBe(1);
  expect(await history()).toEqual([]);
  await restoreDatabase();
  pass(2_000);
  socket.send(first);
  await socket.wait("ack");
  log.mockRestore();
});
