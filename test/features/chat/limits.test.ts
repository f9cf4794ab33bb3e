/** How many sockets a user may have, and how much may be sent through all of them. */
import { abortAllDurableObjects, env, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { type Account, createAccount, openBrowser, submit } from "../../harness.ts";
import { handshake, type Socket } from "../../sockets.ts";
import { enter, message, newRoom, objectOf } from "./chat.ts";

let ada: Account;
let grace: Account;
let room: string;
beforeEach(async () => {
  ada = await createAccount({ name: "Ada" });
  grace = await createAccount({ name: "Grace" });
  room = newRoom();
});

const enterMany = (account: Account, count: number, name = () => room): Promise<Socket[]> =>
  Promise.all(Array.from({ length: count }, () => enter(account, name())));
const statusOf = async (account: Account, to = room) => (await handshake(`/ws/chat/${to}`, account.headers)).status;
const countRows = () =>
  env.DB.prepare("SELECT count(*) AS n FROM sockets WHERE user_id = ?").bind(ada.user.id).first<number>("n");
const rowsAre = (count: number) => vi.waitFor(async () => expect(await countRows()).toBe(count), { timeout: 3_000 });

describe("a user", () => {
  test("has at most ten sockets in a room, and others are not concerned", async () => {
    const [first] = await enterMany(ada, 10);
    const response = await handshake(`/ws/chat/${room}`, ada.headers);
    expect([response.status, response.headers.get("Retry-After")]).toEqual([429, "10"]);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining("20 per user, 10 per room") });
    expect(await statusOf(ada, newRoom())).toBe(101);
    expect(await statusOf(grace)).toBe(101);
    first?.socket.close(1000);
    await vi.waitFor(async () => expect(await statusOf(ada)).toBe(101), { timeout: 3_000 });
  });

  test("has at most twenty sockets in all rooms together", async () => {
    await enterMany(ada, 20, newRoom);
    expect([await statusOf(ada), await statusOf(ada, newRoom()), await statusOf(grace)]).toEqual([429, 429, 101]);
  });

  test("opens exactly ten of thirty that are asked for at once", async () => {
    // Kept, since the platform closes a socket that nothing refers to.
    const responses = await Promise.all(Array.from({ length: 30 }, () => handshake(`/ws/chat/${room}`, ada.headers)));
    for (const { webSocket } of responses) webSocket?.accept();
    const statuses = responses.map(({ status }) => status);
    expect(statuses.filter((status) => status === 101)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
  });

  test("is not locked out by a restart of the room, which loses all sockets", { timeout: 20_000 }, async () => {
    for (let n = 0; n < 3; n++) {
      const sockets = await enterMany(ada, 10);
      for (const socket of sockets) await socket.wait("welcome");
      await rowsAre(10);
      // Entered, in D1 as well as in the room.
      await vi.waitFor(async () => expect(await countRenewed()).toBe(10), { timeout: 3_000 });
      await abortAllDurableObjects();
    }
    await enterMany(ada, 10);
    expect(await statusOf(ada)).toBe(429);
  });
});

const countRenewed = () =>
  env.DB.prepare("SELECT count(*) AS n FROM sockets WHERE user_id = ? AND live_until > ?")
    .bind(ada.user.id, Date.now() + 100_000)
    .first<number>("n");

describe("the row of a socket", () => {
  const ends: Readonly<Record<string, (socket: Socket) => unknown>> = {
    "is closed by its client": ({ socket }) => socket.close(1000),
    "is closed for bytes": (socket) => socket.send(new ArrayBuffer(1)),
    "is closed for a frame that is too large": (socket) => socket.send("x".repeat(65 * 1024)),
  };

  test.each(Object.entries(ends))("that %s goes with it", async (_, end) => {
    const socket = await enter(ada, room);
    await rowsAre(1);
    end(socket);
    await rowsAre(0);
  });

  test("does not come back when the socket closes while the room renews it", async () => {
    await (await enter(grace, room)).wait("join");
    let isRenewing = false;
    const batch = async (statements: D1PreparedStatement[]) => {
      isRenewing = true;
      await scheduler.wait(300);
      return env.DB.batch(statements);
    };
    const DB = Object.assign(Object.create(env.DB), { batch, prepare: (sql: string) => env.DB.prepare(sql) });
    await runInDurableObject(objectOf(room), (object) => void Object.assign(object, { env: { ...env, DB } }));
    const { socket } = await enter(ada, room);
    await vi.waitUntil(() => isRenewing);
    socket.close(1000);
    await rowsAre(0);
    await scheduler.wait(500);
    expect(await countRows()).toBe(0);
  });

  test("is not made for a request that opens no socket", async () => {
    for (const path of ["/ws/chat/Lobby", `/ws/chat/${room}?after=x`])
      expect((await handshake(path, ada.headers)).status).toBe(400);
    expect(await statusOf({ ...ada, headers: { Authorization: "Bearer forged" } })).toBe(401);
    const foreign = await handshake(`/ws/chat/${room}`, { ...ada.headers, Origin: "https://evil.example" });
    expect(foreign.status).toBe(403);
    expect(await countRows()).toBe(0);
  });
});

describe("the pace", () => {
  test("counts all sockets of a user: of 300 messages in 2.5 s by six, few more than 60 + 20 a second", async () => {
    const sockets = await enterMany(ada, 6);
    const other = await enter(grace, room);
    const startedAt = Date.now();
    for (let n = 0; n < 300; n++) {
      const open = sockets.filter(({ socket }) => socket.readyState === WebSocket.OPEN);
      open[n % open.length]?.send(message(`${n}`));
      const ahead = startedAt + (n * 2_500) / 300 - Date.now();
      if (ahead > 5) await scheduler.wait(ahead);
    }
    await scheduler.wait(300);
    const seconds = (Date.now() - startedAt) / 1_000;
    const stored = other.of("message").length;
    expect(stored).toBeGreaterThanOrEqual(60);
    expect(stored).toBeLessThanOrEqual(60 + 20 * seconds);
    expect(sockets.flatMap((socket) => socket.of("error")).every(({ code }) => code === "too_fast")).toBe(true);
    // It went on, so that sockets were closed.
    expect(await Promise.any(sockets.map((socket) => socket.closed()))).toMatchObject({ code: 1008 });
    other.send(message("calm"));
    await other.wait("ack");
  });

  describe("while no time passes", () => {
    let clock: ReturnType<typeof vi.spyOn>;
    beforeEach(() => {
      const now = Date.now();
      clock = vi.spyOn(Date, "now").mockReturnValue(now);
      return () => clock.mockRestore();
    });
    const pass = (ms: number) => void clock.mockReturnValue(Date.now() + ms);
    const sendMany = (socket: Socket, count: number) => {
      for (let n = 0; n < count; n++) socket.send(message(`${n}`));
    };
    const say = async (to = room) =>
      submit(await openBrowser(ada), `/chat/${to}`, { submission: crypto.randomUUID(), text: "typed text" });

    test("is not reset by a new connection, by another socket, or by the form", async () => {
      const first = await enter(ada, room);
      sendMany(first, 70);
      await first.wait("error", 10);
      expect(first.of("ack")).toHaveLength(60);
      first.socket.close(1000);
      const [second, third] = [await enter(ada, room), await enter(ada, room)];
      for (const socket of [second, third]) {
        sendMany(socket, 5);
        await socket.wait("error", 5);
        expect(socket.of("ack")).toEqual([]);
      }
      const refused = await say();
      expect([refused.status, refused.headers.get("Retry-After")]).toEqual([429, "1"]);
      const html = await refused.text();
      expect(html).toContain("typed text</textarea>");
      expect(html).toContain("too fast");
      pass(1_000);
      sendMany(second, 25);
      await second.wait("error", 10);
      expect(second.of("ack")).toHaveLength(20);
      pass(3_000);
      expect((await say()).status).toBe(303);
    });

    test("counts messages sent by form against the sockets", async () => {
      for (let n = 0; n < 5; n++) expect((await say()).status).toBe(303);
      const socket = await enter(ada, room);
      sendMany(socket, 60);
      await socket.wait("error", 5);
      expect(socket.of("ack")).toHaveLength(55);
    });

    test("closes the sockets of a user who goes on, and no sooner for having several", async () => {
      const [first, second] = [await enter(ada, room), await enter(ada, room)];
      sendMany(first, 120);
      await first.wait("error", 60);
      sendMany(second, 1);
      expect((await second.closed()).code).toBe(1008);
      sendMany(first, 1);
      expect((await first.closed()).code).toBe(1008);
    });

    test("of one user leaves the others theirs, and of one room that in others", async () => {
      const [mine, elsewhere, other] = [await enter(ada, room), await enter(ada, newRoom()), await enter(grace, room)];
      sendMany(mine, 70);
      await mine.wait("error", 10);
      for (const socket of [elsewhere, other]) {
        sendMany(socket, 60);
        await socket.wait("ack", 60);
      }
      expect((await say(newRoom())).status).toBe(303);
    });
  });
});
