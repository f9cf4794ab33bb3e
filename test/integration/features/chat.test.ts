/** Chat over the wire: readers that stall, and clients that close. */
import { once } from "node:events";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Client, signUp } from "../client.ts";
import { CLOSES, closeSocket, INVALID_CLOSES, PROMPT_MS } from "../closing.ts";
import { sendHead } from "../socket.ts";
import { type RunningWorker, startWorker } from "../worker.ts";

const MIB = 1024 * 1024;
const SLOW = { timeout: 90_000 };
/** Presence is announced at most once a second. */
const PROMPT = { timeout: 2 * PROMPT_MS };

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
  readonly left?: readonly string[];
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

const UPGRADE = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

test("a reader that stalls is closed at 8 MiB, and the others get everything at their pace", SLOW, async () => {
  const { userId, headers } = await signUp(worker);
  const stalled = await sendHead(url, "/ws/chat/busy", [`Authorization: ${headers.Authorization}`, ...UPGRADE]);
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
  await vi.waitFor(() => expect(of("leave")).toMatchObject([{ count: 16, user: { id: userId } }]), PROMPT);
  expect(of("presence").flatMap(({ left }) => left ?? [])).toEqual([]);
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

test.each(CLOSES)("a client that closes with %o is answered at once, with its own code", async (status) => {
  const headers = [`Authorization: ${client.headers.Authorization}`];
  const { answer, ms } = await closeSocket(url, "/ws/chat/closing", headers, status);
  expect(answer).toEqual({ ...status, code: status.code ?? 1000 });
  expect(ms).toBeLessThan(PROMPT_MS);
});

test.each(INVALID_CLOSES)(
  "a client that closes with the invalid frame %o is answered with 1002, and leaves",
  async (status) => {
    const room = `invalid-${crypto.randomUUID()}`;
    const reader = await enter(room, await signUp(worker));
    const headers = [`Authorization: ${client.headers.Authorization}`];
    const { answer, ms } = await closeSocket(url, `/ws/chat/${room}`, headers, status);
    expect(answer?.code).toBe(1002);
    expect(ms).toBeLessThan(PROMPT_MS);
    const rows = (await worker.database()).prepare("SELECT count(*) AS count FROM sockets WHERE object_name = ?");
    await vi.waitFor(async () => expect(await rows.bind(room).first("count")).toBe(1), { timeout: PROMPT_MS });
    // A user who joins and leaves within a second may be not announced. The count must not include that user.
    const next = await enter(room, await signUp(worker));
    await vi.waitFor(() => expect(next.frames[0]).toMatchObject({ type: "welcome", count: 2 }), PROMPT);
    for (const { socket } of [reader, next]) socket.close();
  },
);

test.each([
  [[], 1000],
  [[1000], 1000],
  [[3000, "done"], 3000],
  [[4999], 4999],
])("close(%j) of a WebSocket ends clean at once", async (args, code) => {
  const { socket, frames } = await enter("closing");
  // Node's client sometimes reports 1006 if it closes before it has read a frame; the package `ws` never does.
  await vi.waitFor(() => expect(frames.length).toBeGreaterThan(0), PROMPT);
  const startedAt = performance.now();
  socket.close(...(args as [number?, string?]));
  const [event] = (await once(socket, "close")) as [CloseEvent];
  // A client reports its own frame, if that had no code: 1005.
  expect([event.wasClean, [code, args[0] ?? 1005].includes(event.code)]).toEqual([true, true]);
  expect(performance.now() - startedAt).toBeLessThan(PROMPT_MS);
});
