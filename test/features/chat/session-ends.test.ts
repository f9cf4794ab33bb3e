/** A socket ends with its session, within five seconds, whatever ended it. */
import { env, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { connectionRequest } from "../../../src/features/chat/connection.ts";
import { IDLE_MS } from "../../../src/identity/sessions/sessions.ts";
import { recheckSockets } from "../../../src/identity/sessions/sockets.ts";
import { type Account, createAccount, openBrowser } from "../../harness.ts";
import { open } from "../../sockets.ts";
import { enter, message, newRoom, objectOf, presenceIs } from "./chat.ts";

const SOON_MS = 5_000;

let ada: Account;
let grace: Account;
let room: string;
beforeEach(async () => {
  ada = await createAccount({ name: "Ada" });
  grace = await createAccount({ name: "Grace" });
  room = newRoom();
});

/** Runs a statement about the sessions of a user. */
const run = (sql: string) => env.DB.prepare(sql).bind(ada.user.id).run();

/** What becomes of sessions, by event: the statements are those of the events, as far as sessions go. */
const events: Readonly<Record<string, string>> = {
  "a sign-out, a revocation, or more sessions than a user may have": "DELETE FROM sessions WHERE user_id = ?",
  "the reuse of a refresh token": "UPDATE sessions SET expires_at = 0 WHERE user_id = ?",
  "a change or confirmation of the password": "UPDATE sessions SET id = id || 'new' WHERE user_id = ?",
  "the deletion of the account": "DELETE FROM users WHERE id = ?",
};

async function expectClosed(socket: Awaited<ReturnType<typeof enter>>, since: number): Promise<void> {
  expect((await socket.closed()).code).toBe(4401);
  expect(Date.now() - since).toBeLessThan(SOON_MS);
}

describe("a session that ends by", () => {
  test.each(Object.entries(events))("%s takes its sockets in all rooms with it, and no others", async (_, sql) => {
    const sockets = [await enter(ada, room), await enter(ada, room), await enter(ada, newRoom())];
    const other = await enter(grace, room);
    const endedAt = Date.now();
    await run(sql);
    await recheckSockets({ env, db: env.DB }, ada.user.id);
    for (const socket of sockets) await expectClosed(socket, endedAt);
    await presenceIs(other, "Grace");
    other.send(message("still here"));
    await other.wait("ack");
    const left = await env.DB.prepare("SELECT count(*) AS n FROM sockets WHERE user_id = ?")
      .bind(ada.user.id)
      .first("n");
    expect(left).toBe(0);
  });

  test("a sign-out in one browser leaves the sockets of the user's other sessions", async () => {
    const { Cookie } = (await openBrowser(ada)).headers;
    const api = await enter(ada, room);
    const browser = await open(`/ws/chat/${room}`, { Cookie, Origin: "http://localhost" });
    const endedAt = Date.now();
    await run("DELETE FROM sessions WHERE kind = 'cookie' AND user_id = ?");
    await recheckSockets({ env, db: env.DB }, ada.user.id);
    await expectClosed(browser, endedAt);
    api.send(message("still here"));
    await api.wait("ack");
  });

  test("expiry takes its socket with it at that moment", { timeout: 20_000 }, async () => {
    const endsAt = Date.now() + 4_000;
    await run(`UPDATE sessions SET expires_at = ${endsAt} WHERE user_id = ?`);
    const [socket, other] = [await enter(ada, room), await enter(grace, room)];
    await scheduler.wait(1_000);
    socket.send(message("still here"));
    await socket.wait("ack");
    await expectClosed(socket, endsAt);
    expect(Date.now()).toBeGreaterThanOrEqual(endsAt);
    other.send(message("still here"));
    await other.wait("ack");
  });

  /** Entering counts as use. @returns When the session ends, unless it is used again. */
  async function idle(socket: Awaited<ReturnType<typeof enter>>): Promise<number> {
    await socket.wait("join");
    const endsAt = Date.now() + 3_000;
    await run(`UPDATE sessions SET used_at = ${endsAt - IDLE_MS} WHERE user_id = ?`);
    await recheckSockets({ env, db: env.DB }, ada.user.id);
    return endsAt;
  }

  test("lack of use takes its socket with it at that moment", { timeout: 20_000 }, async () => {
    const socket = await enter(ada, room);
    const endsAt = await idle(socket);
    await expectClosed(socket, endsAt);
    expect(Date.now()).toBeGreaterThanOrEqual(endsAt);
  });

  test("lack of use, but is used in time, keeps its socket", { timeout: 20_000 }, async () => {
    const socket = await enter(ada, room);
    await idle(socket);
    await run(`UPDATE sessions SET used_at = ${Date.now()} WHERE user_id = ?`);
    await scheduler.wait(5_000);
    socket.send(message("still here"));
    await socket.wait("ack");
  });
});

test("a socket whose session ends while it enters is closed", async () => {
  const sessionId = await env.DB.prepare("SELECT id FROM sessions WHERE user_id = ?")
    .bind(ada.user.id)
    .first<string>("id");
  const socketId = crypto.randomUUID();
  const endedAt = Date.now();
  // The row of the socket is there, and the event finds a room that does not hold it yet.
  await run("DELETE FROM sessions WHERE user_id = ?");
  await recheckSockets({ env, db: env.DB }, ada.user.id);
  const user = { id: ada.user.id, name: "Ada" };
  const { webSocket } = await objectOf(room).fetch(
    connectionRequest({ room, user, sessionId: sessionId ?? "", socketId }, null),
  );
  webSocket?.accept();
  const closed = new Promise<number>((resolve) => webSocket?.addEventListener("close", ({ code }) => resolve(code)));
  expect(await closed).toBe(4401);
  expect(Date.now() - endedAt).toBeLessThan(SOON_MS);
});

test("a room soon queries the database again if it does not respond", { timeout: 20_000 }, async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const socket = await enter(ada, room);
  await socket.wait("join");
  await scheduler.wait(200);
  const batch = () => Promise.reject(new Error("The database is away"));
  const DB = Object.assign(Object.create(env.DB), { batch, prepare: (sql: string) => env.DB.prepare(sql) });
  await runInDurableObject(objectOf(room), (object) => void Object.assign(object, { env: { ...env, DB } }));
  const endedAt = Date.now();
  await run("DELETE FROM sessions WHERE user_id = ?");
  await recheckSockets({ env, db: env.DB }, ada.user.id);
  expect(log.mock.calls.join()).toContain("The database is away");
  await runInDurableObject(objectOf(room), (object) => void Object.assign(object, { env }));
  await expectClosed(socket, endedAt);
  log.mockRestore();
});
