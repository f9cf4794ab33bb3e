/** What a room does by alarm: sessions that are over, messages that are too old. */
import { env, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { removeSession as endSession } from "../../../src/identity/sessions/sessions.ts";
import { deleteUser } from "../../../src/identity/users/users.ts";
import { type Account, createAccount, createKey, openBrowser, PERMISSION, send } from "../../harness.ts";
import { open } from "../../sockets.ts";
import { enter, message, newRoom, objectOf, presenceIs } from "./chat.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

let ada: Account;
let grace: Account;
let room: string;
beforeEach(async () => {
  ada = await createAccount({ name: "Ada" });
  grace = await createAccount({ name: "Grace" });
  room = newRoom();
});

const readAlarm = () => runInDurableObject(objectOf(room), (_, { storage }) => storage.getAlarm());
const tablesOf = (name: string) =>
  runInDurableObject(objectOf(name), (_, { storage }) =>
    storage.sql
      .exec("SELECT name FROM sqlite_master")
      .toArray()
      .map((row) => String(row.name))
      .filter((table) => !table.startsWith("_cf")),
  );

describe("a session that is over", () => {
  const ends: Readonly<Record<string, () => Promise<unknown>>> = {
    "by a sign-out": () => env.DB.prepare("DELETE FROM sessions WHERE user_id = ?").bind(ada.user.id).run(),
    "with its account": () => deleteUser(env.DB, ada.user.id),
    "by expiry": () => env.DB.prepare("UPDATE sessions SET expires_at = 0 WHERE user_id = ?").bind(ada.user.id).run(),
  };

  test.each(Object.entries(ends))("%s takes its socket with it, and leaves the others", async (_, end) => {
    const [a, b] = [await enter(ada, room), await enter(grace, room)];
    await end();
    expect(await runDurableObjectAlarm(objectOf(room))).toBe(true);
    expect(await a.closed()).toEqual({ code: 4401, reason: "The session has ended." });
    await presenceIs(b, "Grace");
    b.send(message("still here"));
    await b.wait("ack");
  });

  test("of a browser takes its socket with it", async () => {
    const { Cookie } = (await openBrowser(ada)).headers;
    const socket = await open(`/ws/chat/${room}`, { Cookie, Origin: "http://localhost" });
    const [session] = (
      await env.DB.prepare("SELECT id FROM sessions WHERE user_id = ? AND kind = 'cookie'")
        .bind(ada.user.id)
        .all<{ id: string }>()
    ).results;
    await endSession(env.DB, session?.id ?? "");
    await runDurableObjectAlarm(objectOf(room));
    expect((await socket.closed()).code).toBe(4401);
  });

  test("is looked at within five minutes, no sooner, and again and again while there are sockets", async () => {
    const socket = await enter(ada, room);
    await socket.wait("join");
    for (let n = 0; n < 3; n++) {
      const left = ((await readAlarm()) ?? Number.NaN) - Date.now();
      expect(left).toBeGreaterThan(4.9 * 60_000);
      expect(left).toBeLessThanOrEqual(5 * 60_000);
      await runDurableObjectAlarm(objectOf(room));
    }
  });

  test("that can't be looked up keeps its socket until it can", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const socket = await enter(ada, room);
    await deleteUser(env.DB, ada.user.id);
    await runInDurableObject(objectOf(room), (object) => {
      const broken = {
        prepare: () => {
          throw new Error("The database is away");
        },
      };
      Object.assign(object, { env: { ...env, DB: broken } });
    });
    await runDurableObjectAlarm(objectOf(room));
    expect(log.mock.calls.join()).toContain("The database is away");
    await runInDurableObject(objectOf(room), (object) => void Object.assign(object, { env }));
    socket.send(message("still here"));
    await socket.wait("ack");
    await runDurableObjectAlarm(objectOf(room));
    expect((await socket.closed()).code).toBe(4401);
    log.mockRestore();
  });
});

describe("an alarm that is overdue is set again", () => {
  const joinAndPost: Readonly<Record<string, () => Promise<unknown>>> = {
    "when a user joins": () => enter(ada, room),
    "when a message is posted without a socket": () =>
      objectOf(room).post({ id: ada.user.id, name: "Ada" }, { id: crypto.randomUUID(), text: "Hello" }),
  };

  test.each(Object.entries(joinAndPost))("%s", async (_, act) => {
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    await runInDurableObject(objectOf(room), (__, { storage }) => storage.setAlarm(Date.now() + 60_000));
    vi.setSystemTime(Date.now() + 3_600_000);
    ada = await createAccount({ name: "Ada" });
    await act();
    expect(await readAlarm()).toBeGreaterThan(Date.now());
  });
});

describe("history", () => {
  const age = (seq: number, ms: number) =>
    runInDurableObject(objectOf(room), (_, { storage }) => {
      storage.sql.exec("UPDATE messages SET at = ? WHERE seq <= ?", Date.now() - ms, seq);
    });

  async function say(...texts: string[]) {
    const socket = await enter(ada, room);
    for (const text of texts) socket.send(message(text));
    await socket.wait("ack", texts.length);
    return socket;
  }

  const read = async (query = "", name = room) => {
    const response = await send(`/api/rooms/${name}/messages${query}`, { headers: ada.headers });
    return response.json<{ items: { seq: number; text: string }[] }>();
  };

  test("is kept for 30 days, and seq goes on behind it", async () => {
    const socket = await say("old", "older", "new");
    await age(2, 30 * DAY_MS + 1_000);
    await age(1, 31 * DAY_MS);
    await runDurableObjectAlarm(objectOf(room));
    expect((await read()).items.map(({ seq }) => seq)).toEqual([3]);
    const back = await enter(grace, room, 0);
    expect(await back.wait("welcome")).toMatchObject([{ seq: 3, first: 3 }]);
    socket.send(message("next"));
    expect((await back.wait("message", 2)).map(({ seq }) => seq)).toEqual([3, 4]);
  });

  test("of which nothing is left still knows its last seq", async () => {
    const socket = await say("old", "older");
    await age(2, 31 * DAY_MS);
    await runDurableObjectAlarm(objectOf(room));
    expect((await read()).items).toEqual([]);
    socket.send(message("next"));
    expect((await socket.wait("message", 3)).at(-1)?.seq).toBe(3);
  });

  test("is looked at again when the oldest message is due, once everybody has left", async () => {
    const socket = await say("one");
    socket.socket.close(1000);
    await vi.waitFor(async () => expect(await sockets()).toBe(0));
    await runDurableObjectAlarm(objectOf(room));
    const alarm = (await readAlarm()) ?? 0;
    expect(alarm).toBeGreaterThan(Date.now() + 30 * DAY_MS - 60_000);
    expect(alarm).toBeLessThanOrEqual(Date.now() + 30 * DAY_MS + 1);
  });

  const sockets = () => runInDurableObject(objectOf(room), (_, state) => state.getWebSockets().length);

  test("a room without messages stores nothing", async () => {
    const socket = await enter(ada, room);
    socket.socket.close(1000);
    await vi.waitFor(async () => expect(await sockets()).toBe(0));
    await runDurableObjectAlarm(objectOf(room));
    expect([await tablesOf(room), await readAlarm()]).toEqual([[], null]);
    expect((await enter(ada, room)).socket.readyState).toBe(WebSocket.OPEN);
  });

  test("of an unused room is empty, and a request for it creates nothing", async () => {
    expect(await read("", "nobody-was-here")).toEqual({ items: [] });
    expect(await tablesOf("nobody-was-here")).toEqual([]);
  });

  test("comes oldest first: the latest messages, or those after a seq", async () => {
    await say(...Array.from({ length: 55 }, (_, n) => `${n + 1}`));
    const seqs = async (query: string) => (await read(query)).items.map(({ seq }) => seq);
    const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
    expect(await seqs("")).toEqual(range(6, 55));
    expect(await seqs("?limit=3")).toEqual([53, 54, 55]);
    expect(await seqs("?after=0&limit=2")).toEqual([1, 2]);
    expect(await seqs("?after=50")).toEqual(range(51, 55));
    expect(await seqs("?after=55")).toEqual([]);
    expect((await read("?after=0&limit=1")).items).toEqual([
      {
        seq: 1,
        id: expect.any(String),
        sender: { id: ada.user.id, name: "Ada" },
        text: "1",
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      },
    ]);
  });

  test("responds with 400 to a bad query or room and with 401 to a stranger, and HEAD has no body", async () => {
    const statusOf = async (path: string, init: RequestInit = { headers: ada.headers }) =>
      (await send(`/api/rooms/${path}`, init)).status;
    for (const query of ["limit=0", "limit=101", "limit=x", "after=-1", "after=x"])
      expect([query, await statusOf(`lobby/messages?${query}`)]).toEqual([query, 400]);
    expect(await statusOf("Lobby/messages")).toBe(400);
    expect(await statusOf("lobby/messages", {})).toBe(401);
    const head = await send("/api/rooms/lobby/messages", { method: "HEAD", headers: ada.headers });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  test("is closed to API keys: 403", async () => {
    const { key } = await createKey(ada, [PERMISSION]);
    expect((await send("/api/rooms/lobby/messages", { headers: { "X-API-Key": key } })).status).toBe(403);
  });
});
