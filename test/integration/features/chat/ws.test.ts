/** Chat with the client of the package ws. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { type Client, signUp } from "../../client.ts";
import { PROMPT_MS } from "../../closing.ts";
import { type RunningWorker, startWorker } from "../../worker.ts";

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
  readonly [field: string]: unknown;
}

/** Joins a room. @param query Such as `?after=3`. */
async function join(room: string, query = "") {
  const socket = new WebSocket(`ws://${url.host}/ws/chat/${room}${query}`, { headers: client.headers });
  const frames: Frame[] = [];
  socket.on("message", (data) => frames.push(JSON.parse(data.toString())));
  await once(socket, "open");
  const of = (type: string) => frames.filter((frame) => frame.type === type);
  const wait = (type: string, count = 1) => vi.waitFor(() => expect(of(type)).toHaveLength(count), { timeout: 10_000 });
  await wait("welcome");
  return { socket, of, wait, send: (frame: object) => socket.send(JSON.stringify(frame)) };
}

/** @returns The code of the close event, and how long it took to arrive. */
async function codeOf(socket: WebSocket): Promise<{ readonly code: number; readonly ms: number }> {
  const startedAt = Date.now();
  const [code] = await once(socket, "close");
  return { code, ms: Date.now() - startedAt };
}

test("a message is acknowledged, reaches the others, and is not sent again to a client that resumes", async () => {
  const room = `room-${randomUUID()}`;
  const [one, other] = [await join(room), await join(room)];
  const id = randomUUID();
  one.send({ type: "message", id, text: "Hello" });
  one.send({ type: "message", id, text: "Hello" });
  one.send({ type: "message", id: randomUUID(), text: "茶 🍵" });
  await one.wait("ack", 3);
  expect(one.of("ack").map(({ seq }) => seq)).toEqual([1, 1, 2]);
  await other.wait("message", 2);
  expect(other.of("message")).toMatchObject([
    { seq: 1, id, text: "Hello", sender: { id: client.userId } },
    { seq: 2, text: "茶 🍵" },
  ]);
  other.socket.terminate();
  one.send({ type: "message", id: randomUUID(), text: "Meanwhile" });
  await one.wait("ack", 4);
  const back = await join(room, "?after=2");
  await back.wait("message");
  expect(back.of("message")).toMatchObject([{ seq: 3, text: "Meanwhile" }]);
  for (const { socket } of [one, back]) socket.terminate();
});

test("bad JSON gets an error and keeps the socket", async () => {
  const { socket, send, of, wait } = await join(`room-${randomUUID()}`);
  socket.send("{");
  await wait("error");
  expect(of("error")).toMatchObject([{ code: "bad_json" }]);
  send({ type: "ping" });
  await wait("pong");
  socket.terminate();
});

test.each([
  ["a binary frame", Buffer.from("x"), 1003],
  ["a frame over 64 KiB", "x".repeat(64 * 1024 + 1), 1009],
])("%s closes the socket", async (_, data, expected) => {
  const { socket } = await join(`room-${randomUUID()}`);
  socket.send(data);
  expect((await codeOf(socket)).code).toBe(expected);
});

test.each<[name: string, args: [code?: number, reason?: string], expected: number]>([
  ["close()", [], 1000],
  ["close(1000)", [1000, "Bye"], 1000],
  ["close(4000)", [4000, "Away"], 4000],
])("%s is answered at once with the same code", async (_, args, expected) => {
  const { socket } = await join(`room-${randomUUID()}`);
  const closed = codeOf(socket);
  socket.close(...args);
  const { code, ms } = await closed;
  expect(code).toBe(expected);
  expect(ms).toBeLessThan(PROMPT_MS);
});

test("a handshake without a credential is refused with a response that ws reports", async () => {
  const socket = new WebSocket(`ws://${url.host}/ws/chat/lobby`);
  const [error] = await once(socket, "error");
  expect(String(error)).toContain("Unexpected server response: 401");
});
