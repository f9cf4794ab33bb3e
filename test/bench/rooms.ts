/** Measures the cost of many users who join one chat room at once, on the built Worker. Linux only. */
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";
import { type Client, signUp } from "../integration/client.ts";
import { startWorker } from "../integration/worker.ts";
import { workerdUsage } from "./process-usage.ts";

/** A path at which the module below responds with the number of D1 statements so far. */
const STATEMENTS_PATH = "/measured/statements";

/** Counts the D1 statements of the Worker and of the rooms, which run in one isolate here. */
const COUNTED_STATEMENTS = `
import worker, { ChatRoom as Room } from "./worker.js";
let statements = 0;
const inner = Symbol();
const countStatement = (real) => ({
  [inner]: real,
  bind: (...values) => countStatement(real.bind(...values)),
  ...Object.fromEntries(["all", "run", "first", "raw"].map((name) => [
    name,
    (...given) => { statements += 1; return real[name](...given); },
  ])),
});
const countDatabase = (db) => ({
  prepare: (sql) => countStatement(db.prepare(sql)),
  batch: (all) => { statements += all.length; return db.batch(all.map((each) => each[inner])); },
  withSession: (mode) => countDatabase(db.withSession(mode)),
  getBookmark: () => db.getBookmark(),
});
const counted = (env) => ({ ...env, DB: countDatabase(env.DB) });
export class ChatRoom extends Room {
  constructor(ctx, env) {
    super(ctx, counted(env));
  }
}
export default {
  fetch: (request, env, ctx) =>
    new URL(request.url).pathname === "${STATEMENTS_PATH}"
      ? Response.json(statements)
      : worker.fetch(request, counted(env), ctx),
};
`;

/** A room is quiet when no frame has arrived for this long. Its timers have run by then. */
const QUIET_MS = 2_000;
/** Concurrent handshakes. */
const CONCURRENCY = 50;
const MESSAGES = 20;

const { values } = parseArgs({ options: { sockets: { type: "string", default: "10,100,500" } } });
const sizes = values.sockets.split(",").map(Number);
if (!sizes.every((size) => Number.isInteger(size) && size > 0 && size <= 2_000))
  throw new Error(`--sockets must list numbers from 1 to 2000, not ${values.sockets}`);

const worker = await startWorker({ before: COUNTED_STATEMENTS });

/** The frames and bytes that all sockets have received, and when the last frame arrived. */
let [frames, bytes, receivedAt] = [0, 0, 0];

async function join(url: URL, room: string, { headers }: Client): Promise<WebSocket> {
  const socket = new WebSocket(`ws://${url.host}/ws/chat/${room}`, { headers });
  socket.on("message", (data: Buffer) => {
    frames += 1;
    bytes += data.byteLength;
    receivedAt = performance.now();
  });
  await once(socket, "open");
  return socket;
}

/** Joins a room with all clients, `CONCURRENCY` at a time. */
async function joinAll(url: URL, room: string, clients: readonly Client[]): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  const rest = clients.values();
  const joinRest = async () => {
    for (const client of rest) sockets.push(await join(url, room, client));
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, joinRest));
  return sockets;
}

async function untilQuiet(): Promise<void> {
  receivedAt = performance.now();
  while (performance.now() - receivedAt < QUIET_MS) await wait(50);
}

const countStatements = async () => Number(await (await fetch(new URL(STATEMENTS_PATH, await worker.url()))).text());

/** Runs an action, and waits until the room is quiet. @returns The cost. */
async function measure(act: () => Promise<unknown> | void) {
  const [cpu, statements, framesBefore, bytesBefore] = [
    workerdUsage().cpuMilliseconds,
    await countStatements(),
    frames,
    bytes,
  ];
  await act();
  await untilQuiet();
  return {
    cpu: workerdUsage().cpuMilliseconds - cpu,
    statements: (await countStatements()) - statements,
    frames: frames - framesBefore,
    bytes: bytes - bytesBefore,
  };
}

try {
  const url = await worker.url();
  const clients: Client[] = [];
  for (let n = 0; n < Math.max(...sizes); n += 1) clients.push(await signUp(worker));
  // The first requests of an isolate cost more.
  for (const socket of await joinAll(url, "warm-up", clients.slice(0, 50))) socket.terminate();
  await untilQuiet();
  const columns = [
    "Sockets",
    "CPU, ms",
    "kB",
    "D1 statements",
    "Frames in all",
    "Message: CPU, ms",
    "Leave: CPU, ms",
    "Leave: D1 statements",
  ];
  console.log(`| ${columns.join(" | ")} |\n|${"---|".repeat(columns.length)}`);
  for (const size of sizes) {
    let sockets: WebSocket[] = [];
    const joined = await measure(async () => {
      sockets = await joinAll(url, `room-${size}`, clients.slice(0, size));
    });
    const said = await measure(async () => {
      for (let n = 0; n < MESSAGES; n += 1) {
        sockets[0]?.send(JSON.stringify({ type: "message", id: crypto.randomUUID(), text: `Message ${n}` }));
        await wait(50);
      }
    });
    const left = await measure(() => {
      for (const socket of sockets) socket.close();
    });
    const cells = [
      size,
      (joined.cpu / size).toFixed(1),
      (joined.bytes / size / 1_000).toFixed(1),
      (joined.statements / size).toFixed(2),
      joined.frames,
      (said.cpu / MESSAGES).toFixed(1),
      (left.cpu / size).toFixed(1),
      (left.statements / size).toFixed(2),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
} finally {
  await worker.stop();
}
