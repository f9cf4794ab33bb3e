/** The promise of the chat, kept by the browser's own client while the room is evicted and crashes under it. */
import { abortAllDurableObjects, env, evictDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { ChatClient } from "../../../public/chat/chat-client.js";
import { REMOVAL_INTERVAL_MS } from "../../../src/features/chat/closed-rows.ts";
import { ANNOUNCEMENT_INTERVAL_MS } from "../../../src/features/chat/presence.ts";
import type { ChatMessage } from "../../../src/features/chat/protocol.ts";
import { JOIN_CHECK_INTERVAL_MS } from "../../../src/features/chat/session-checks.ts";
import { type Account, createAccount, send } from "../../harness.ts";
import { handshake } from "../../sockets.ts";
import { newRoom, objectOf } from "./chat.ts";

const [WRITERS, MESSAGES_EACH, READERS] = [25, env.LONG ? 400 : 60, 3];
const MESSAGES = WRITERS * MESSAGES_EACH;
const UPHEAVALS = env.LONG ? 120 : 18;
/** Connections that break with each. */
const BROKEN = 5;

/** What a slow and busy machine may take. Milliseconds. */
const SLOW = 900_000;

/** Shorter than in a browser, where nobody loses a connection every other second. */
const times = { firstRetry: 20, lastRetry: 200, ping: 1_000, silence: 8_000, ack: 3_000, check: 200, pause: 300 };

/** A client of the browser's kind, and what it has been told. */
interface Peer {
  readonly client: ChatClient;
  readonly received: ChatMessage[];
  readonly acks: Map<string, number>;
  /** Breaks its connection, as a lost network does. */
  breakOff(): void;
  readonly connections: () => number;
}

/** Frames that a network has lost. */
let lost = 0;

/** A network that can die: what is on its way from the room is lost then, and the connection ends a little later. */
class Network extends EventTarget {
  readonly #socket: WebSocket;
  #isDead = false;

  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      if (this.#isDead) lost += 1;
      else this.dispatchEvent(new MessageEvent("message", { data }));
    });
    socket.addEventListener("close", ({ code }) => this.#end(code));
    socket.addEventListener("error", () => this.#end(1006));
    socket.accept();
  }

  send(frame: string) {
    this.#socket.send(frame);
  }

  close() {
    this.#socket.close();
  }

  async die() {
    this.#isDead = true;
    await scheduler.wait(50);
    this.#socket.close();
    this.#end(1006);
  }

  #end(code: number) {
    this.dispatchEvent(new CloseEvent("close", { code, reason: "", wasClean: false }));
  }
}

function connect(account: Account, room: string): Peer {
  const received: ChatMessage[] = [];
  const acks = new Map<string, number>();
  const networks: Network[] = [];
  const client = new ChatClient({
    url: `/ws/chat/${room}`,
    after: 0,
    times,
    openSocket: async (url) => {
      const { webSocket } = await handshake(url, account.headers);
      if (!webSocket) throw new Error("The handshake failed");
      const network = new Network(webSocket);
      networks.push(network);
      return network as unknown as WebSocket;
    },
    onEvent: (event) => {
      if (event.type === "message") received.push(event);
      if (event.type === "sent") acks.set(event.id, event.seq ?? 0);
    },
  });
  return { client, received, acks, breakOff: () => void networks.at(-1)?.die(), connections: () => networks.length };
}

/** @returns Whether the room was there to be evicted. */
function evict(room: string): Promise<boolean> {
  return evictDurableObject(objectOf(room)).then(
    () => true,
    () => false,
  );
}

/** Everything that the room has kept, page by page. */
async function readHistory({ headers }: Account, room: string): Promise<ChatMessage[]> {
  const items: ChatMessage[] = [];
  for (;;) {
    const after = items.at(-1)?.seq ?? 0;
    const response = await send(`/api/rooms/${room}/messages?limit=100&after=${after}`, { headers });
    const page = await response.json<{ items: ChatMessage[] }>();
    items.push(...page.items);
    if (page.items.length === 0) return items;
  }
}

/** Skips these intervals of the room: an eviction waits for its timers, and most frames would start new ones. */
function skipIntervals() {
  const intervals = [ANNOUNCEMENT_INTERVAL_MS, JOIN_CHECK_INTERVAL_MS, REMOVAL_INTERVAL_MS];
  const { setTimeout } = globalThis;
  vi.spyOn(globalThis, "setTimeout").mockImplementation(((run: () => void, ms = 0) =>
    setTimeout(run, intervals.includes(ms) ? 0 : ms)) as typeof setTimeout);
}

test(`${MESSAGES} messages of ${WRITERS} writers, ${UPHEAVALS} evictions and crashes: none lost, doubled or out of order`, {
  timeout: SLOW,
}, async () => {
  skipIntervals();
  // Thousands of handshakes would log a line each.
  vi.spyOn(console, "log").mockImplementation(() => {});
  const room = newRoom();
  const accounts = await Promise.all(Array.from({ length: WRITERS + READERS }, () => createAccount()));
  const peers = accounts.map((account) => connect(account, room));
  const [writers, readers] = [peers.slice(0, WRITERS), peers.slice(WRITERS)];
  const sent: string[][] = writers.map(() => []);
  /** Everybody writes on, up to this share of what they have to say. */
  const writeUpTo = (share: number) => {
    for (const [writer, ids] of sent.entries())
      while (ids.length < share * MESSAGES_EACH)
        ids.push(writers[writer]?.client.send(`${writer} ${ids.length}`) ?? "");
  };

  const done = { evictions: 0, crashes: 0, breaks: 0 };
  const random = fc.sample(fc.double({ min: 0, max: 1, noNaN: true }), UPHEAVALS * 3);
  for (let i = 0; i < UPHEAVALS; i++) {
    const [when = 0, who = 0, pause = 0] = random.slice(3 * i);
    // What has just been written is on its way there, or its acks are on their way back.
    writeUpTo((i + 1) / UPHEAVALS);
    if (when > 0.5) await scheduler.wait(10 * (when - 0.5));
    const from = Math.floor(who * peers.length);
    for (const peer of [...peers, ...peers].slice(from, from + BROKEN)) peer.breakOff();
    done.breaks += BROKEN;
    if (i % 5 === 0) {
      await abortAllDurableObjects();
      done.crashes += 1;
    } else if (await evict(room)) done.evictions += 1;
    await scheduler.wait(60 + 80 * pause);
  }

  const patience = { timeout: SLOW, interval: 100 };
  await vi.waitFor(() => expect(peers.map(({ client }) => client.pending).filter((n) => n > 0)).toEqual([]), patience);
  await vi.waitFor(
    () => expect(peers.map(({ received }) => received.length)).toEqual(peers.map(() => MESSAGES)),
    patience,
  );
  for (const { client } of peers) client.close();

  const [me] = accounts;
  if (!me) throw new Error("Nobody was there");
  const history = await readHistory(me, room);
  // Without gaps, each once, and of each writer in the order in which they were written.
  expect(history.map(({ seq }) => seq)).toEqual(Array.from({ length: MESSAGES }, (_, n) => n + 1));
  expect(new Set(history.map(({ id }) => id)).size).toBe(MESSAGES);
  for (const [writer, ids] of sent.entries()) {
    const theirs = history.filter(({ sender }) => sender.id === accounts[writer]?.user.id);
    expect(theirs.map(({ id, text }) => [id, text])).toEqual(ids.map((id, n) => [id, `${writer} ${n}`]));
    for (const { id, seq } of theirs) expect(writers[writer]?.acks.get(id)).toBe(seq);
  }
  // Every reader has seen the whole of it, once, in order.
  const expected = history.map(({ seq, id, text }) => [seq, id, text]);
  for (const { received } of peers) expect(received.map(({ seq, id, text }) => [seq, id, text])).toEqual(expected);
  expect(done.evictions + done.crashes).toBeGreaterThanOrEqual(UPHEAVALS * 0.8);
  expect(Math.min(...readers.map(({ connections }) => connections()))).toBeGreaterThan(UPHEAVALS / 12);
  // The network did lose something: else nothing would have been shown.
  expect(lost).toBeGreaterThan(UPHEAVALS / 2);
  console.info(
    JSON.stringify({ ...done, lost, connections: peers.reduce((sum, peer) => sum + peer.connections(), 0) }),
  );
});
