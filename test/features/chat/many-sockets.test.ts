/** The cost of many sockets in one room: frames, statements, and reads of attachments. */
import { env, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { connectionRequest } from "../../../src/features/chat/connection.ts";
import type { ChatRoom } from "../../../src/features/chat/room.ts";
import { createAccount } from "../../harness.ts";
import type { AnyFrame } from "../../sockets.ts";
import { enter, message, newRoom, objectOf, presenceIs, presenceOf } from "./chat.ts";

const SOCKETS = 200;

let room: string;
/** The kinds of the room's statements; a batch counts as one. */
let statements: string[];
/** The time that the database takes for a check. */
let checkMs: number;
beforeEach(async () => {
  [room, statements, checkMs] = [newRoom(), [], 0];
  const prepare = (sql: string) => {
    if (sql.startsWith("DELETE")) statements.push("removal");
    return env.DB.prepare(sql);
  };
  const batch = async (all: D1PreparedStatement[]) => {
    statements.push("check");
    await scheduler.wait(checkMs);
    return env.DB.batch(all);
  };
  const DB = Object.assign(Object.create(env.DB), { prepare, batch });
  await runInDurableObject(objectOf(room), (object) => void Object.assign(object, { env: { ...env, DB } }));
});

const countRows = (condition: string) =>
  env.DB.prepare(`SELECT count(*) AS n FROM sockets WHERE object_name = ? AND ${condition}`)
    .bind(room)
    .first<number>("n");

/** Lets many users join at once, as after a deploy. They share a session, so only one account is needed. */
async function joinAtOnce() {
  const { user } = await createAccount();
  const sessionId = await env.DB.prepare("SELECT id FROM sessions WHERE user_id = ?").bind(user.id).first<string>("id");
  const sockets = await runInDurableObject(objectOf(room), (object) =>
    Promise.all(
      Array.from({ length: SOCKETS }, async (_, n) => {
        const member = { id: crypto.randomUUID(), name: `user ${n}` };
        const connection = { room, user: member, sessionId: sessionId ?? "", socketId: crypto.randomUUID() };
        const { webSocket } = await (object as ChatRoom).fetch(connectionRequest(connection, null));
        const frames: AnyFrame[] = [];
        webSocket?.addEventListener("message", ({ data }) => void frames.push(JSON.parse(String(data))));
        webSocket?.accept();
        return { webSocket, frames };
      }),
    ),
  );
  await vi.waitFor(
    () => expect(new Set(sockets.map(({ frames }) => presenceOf({ frames }).count))).toEqual(new Set([SOCKETS])),
    {
      timeout: 5_000,
    },
  );
  return sockets;
}

test("frames and statements grow no faster than the number of sockets that join and leave at once", {
  timeout: 20_000,
}, async () => {
  const sockets = await joinAtOnce();
  const frames = sockets.flatMap((socket) => socket.frames);
  // Each socket gets its welcome and a few announcements.
  expect(frames.filter(({ type }) => type === "welcome")).toHaveLength(SOCKETS);
  expect(frames.length).toBeLessThan(5 * SOCKETS);
  expect(JSON.stringify(frames).length).toBeLessThan(12_000 * SOCKETS);
  // Every row has been renewed, by few checks.
  await vi.waitFor(async () => expect(await countRows("live_until > 0")).toBe(SOCKETS), { timeout: 5_000 });
  expect(statements.length).toBeLessThan(SOCKETS / 10);
  const [one, ...others] = sockets;
  await runInDurableObject(objectOf(room), () => {
    for (const { webSocket } of others) webSocket?.close(1000);
  });
  await vi.waitFor(() => expect(presenceOf(one ?? { frames: [] }).count).toBe(1), { timeout: 5_000 });
  await vi.waitFor(async () => expect(await countRows("true")).toBe(1), { timeout: 5_000 });
  expect(statements.filter((each) => each === "removal").length).toBeLessThan(SOCKETS / 10);
  expect(one?.frames.length).toBeLessThan(10);
  await runInDurableObject(objectOf(room), () => one?.webSocket?.close(1000));
});

test("attachments are read once after a hibernation, and never for a frame", async () => {
  const accounts = await Promise.all(["Ada", "Grace", "Hedy", "Mary"].map((name) => createAccount({ name })));
  const sockets = await Promise.all(accounts.map((account) => enter(account, room)));
  await Promise.all(sockets.map((socket) => presenceIs(socket, "Ada", "Grace", "Hedy", "Mary")));
  const reads = vi.spyOn(WebSocket.prototype, "deserializeAttachment");
  onTestFinished(() => reads.mockRestore());
  const talk = async (count: number) => {
    for (const socket of sockets) socket.send(message("hello"));
    for (const socket of sockets) await socket.wait("ack", count);
  };
  await talk(1);
  expect(reads).toHaveBeenCalledTimes(0);
  await evictDurableObject(objectOf(room));
  await talk(2);
  expect(reads).toHaveBeenCalledTimes(sockets.length);
});

test("frames that need a check while another one runs are checked together", async () => {
  const accounts = await Promise.all(Array.from({ length: 10 }, () => createAccount()));
  const sockets = await Promise.all(accounts.map((account) => enter(account, room)));
  await vi.waitFor(async () => expect(await countRows(`live_until > ${Date.now() + 100_000}`)).toBe(10));
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  vi.setSystemTime(Date.now() + 5_000);
  [statements.length, checkMs] = [0, 200];
  for (const socket of sockets) socket.send(message("hello"));
  for (const socket of sockets) await socket.wait("ack");
  expect(statements.length).toBeLessThanOrEqual(3);
});

test("a recheck of a room removes the rows of sockets that closed a moment ago", async () => {
  const ada = await createAccount();
  const sockets = await Promise.all(Array.from({ length: 5 }, () => enter(ada, room)));
  const { results } = await env.DB.prepare("SELECT id FROM sockets WHERE user_id = ?")
    .bind(ada.user.id)
    .all<{ id: string }>();
  for (const { socket } of sockets) socket.close(1000);
  const ids = results.map(({ id }) => id);
  await vi.waitFor(async () => expect(await objectOf(room).recheckSessions(ids)).toEqual([]), { interval: 1 });
  expect(await countRows("true")).toBe(0);
});

test("the end of a session makes a room check the sockets of that user only", async () => {
  const [ada, grace] = [await createAccount({ name: "Ada" }), await createAccount({ name: "Grace" })];
  for (const account of [ada, ada, grace, grace, grace]) await enter(account, room);
  await vi.waitFor(async () => expect(await countRows(`live_until > ${Date.now() + 100_000}`)).toBe(5));
  const due = Date.now() + 60_000;
  await env.DB.prepare("UPDATE sockets SET live_until = ? WHERE object_name = ?").bind(due, room).run();
  const { results } = await env.DB.prepare("SELECT id FROM sockets WHERE user_id = ? LIMIT 1")
    .bind(ada.user.id)
    .all<{ id: string }>();
  expect(await objectOf(room).recheckSessions(results.map(({ id }) => id))).toHaveLength(1);
  expect([await countRows(`live_until > ${due}`), await countRows(`live_until = ${due}`)]).toEqual([2, 3]);
});
