/** Chat and live feed over the wire: readers that stall, clients that leave. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Client, signUp } from "../client.ts";
import { type RunningWorker, startWorker } from "../worker.ts";

const MIB = 1024 * 1024;
const SLOW = { timeout: 90_000 };

let worker: RunningWorker;
let url: URL;
let client: Client;
beforeAll(async () => {
  worker = await startWorker();
  url = await worker.url();
  client = await signUp(worker);
});
afterAll(() => worker.stop());

interface Frame {
  readonly type: string;
  readonly seq: number;
  readonly count: number;
}

/** A socket that reads what comes. */
async function enter(room: string, { headers }: Client = client): Promise<{ socket: WebSocket; frames: Frame[] }> {
  // Node's own takes headers; the standard has no place for them.
  const options = { headers } as unknown as string[];
  const socket = new WebSocket(`ws://${url.host}/ws/chat/${room}`, options);
  const frames: Frame[] = [];
  socket.addEventListener("message", ({ data }) => {
    frames.push(JSON.parse(String(data)));
    // Now and then a sign of life.
    if (frames.length % 200 === 0) socket.send('{"type":"ping"}');
  });
  await once(socket, "open");
  return { socket, frames };
}

/** Sends the head of a GET by hand. */
async function ask(path: string, headers: readonly string[]): Promise<Socket> {
  const socket = connect({ host: url.hostname, port: Number(url.port) });
  socket.on("error", () => {});
  const authorization = `Authorization: ${client.headers.Authorization}`;
  socket.write([`GET ${path} HTTP/1.1`, "Host: candor.test", authorization, ...headers, "", ""].join("\r\n"));
  return socket;
}

const UPGRADE = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

test("a reader that stalls is closed at 8 MiB, and the others get everything at their pace", SLOW, async () => {
  const stalled = await ask("/ws/chat/busy", UPGRADE);
  await once(stalled, "readable");
  stalled.pause();
  const reader = await enter("busy");
  // The pace of a user counts over all sockets, so each writer is a user.
  const users: Client[] = [];
  for (let n = 0; n < 15; n++) users.push(await signUp(worker));
  const writers = await Promise.all(users.map((user) => enter("busy", user)));
  const MESSAGES = 15 * 55;
  const text = "茶".repeat(4_000);
  for (const { socket } of writers)
    for (let n = 0; n < 55; n++) socket.send(JSON.stringify({ type: "message", id: crypto.randomUUID(), text }));
  const of = (type: string) => reader.frames.filter((frame) => frame.type === type);
  await vi.waitFor(() => expect(of("message")).toHaveLength(MESSAGES), { timeout: 40_000, interval: 100 });
  expect(of("message").map(({ seq }) => seq)).toEqual(Array.from({ length: MESSAGES }, (_, n) => n + 1));
  // Everybody is there still but the one.
  expect(of("leave").map(({ count }) => count)).toEqual([16]);
  const received: Buffer[] = [];
  stalled.on("data", (chunk) => received.push(chunk));
  stalled.resume();
  // A close frame with the code 1013 comes last.
  const reason = "Too much unacknowledged data. Send a ping from time to time.";
  const end = Buffer.from([0x88, reason.length + 2, 0x03, 0xf5, ...Buffer.from(reason)]);
  await vi.waitFor(() => expect(Buffer.concat(received).subarray(-end.length)).toEqual(end), SLOW);
  stalled.destroy();
  const bytes = received.reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(bytes).toBeGreaterThan(7.9 * MIB);
  expect(bytes).toBeLessThan(8.1 * MIB);
  for (const { socket } of [reader, ...writers]) socket.close();
});

test("a client that hangs up stops the sampling of the feed", SLOW, async () => {
  const lastIdOf = async (lastEventId: string[]) => {
    const socket = await ask("/events", lastEventId);
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    await vi.waitFor(() => expect(text.match(/^id: /gm)?.length ?? 0).toBeGreaterThanOrEqual(8), SLOW);
    socket.resetAndDestroy();
    return [...text.matchAll(/^id: (\w+-(\d+))$/gm)].map(([, id = "", number]) => ({ id, number: Number(number) }));
  };
  const first = await lastIdOf([]);
  await wait(5_000);
  // What the feed has made meanwhile would come at once; and it goes on only now.
  const last = first.at(-1);
  const then = await lastIdOf([`Last-Event-ID: ${last?.id}`]);
  expect(then.map(({ number }) => number)).toEqual(then.map((_, n) => (last?.number ?? 0) + 1 + n));
  expect(then.length).toBeLessThan(4 * 5);
});

test("a server-sent stream ends its head at once, and is not compressed or kept", async () => {
  const response = await fetch(new URL("/events", url));
  expect(response.headers.get("Cache-Control")).toBe("no-store, no-transform");
  expect(response.headers.get("Content-Encoding")).toBeNull();
  expect(response.headers.get("X-Request-Id")).toMatch(/^[\w-]{8,64}$/);
  await response.body?.cancel();
});
