/** The isolate holds little memory for stalled uploads, however many clients try. */
import { once } from "node:events";
import { type ClientRequest, request as httpRequest } from "node:http";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Client, signUp } from "../../client.ts";
import { type IsolateMemory, openIsolateMemory } from "../../isolate-memory.ts";
import { type RunningWorker, startWorker } from "../../worker.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const MIB = 1024 * 1024;
const USERS = 5;
let worker: RunningWorker;
let clients: Client[];
let memory: IsolateMemory;
beforeAll(async () => {
  worker = await startWorker({ inspected: true, signInRateLimit: 1000 });
  clients = [];
  for (let n = 0; n < USERS; n++) clients.push(await signUp(worker));
  memory = await openIsolateMemory(await worker.inspector(), () => worker.fetch("/nowhere"));
});
afterAll(async () => {
  memory.close();
  await worker.stop();
});

/** One byte less than the part that is passed on to storage. */
const HELD = Buffer.alloc(5 * MIB - 1, 1);
const HEAD = Buffer.from('--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n');

const KINDS: Record<string, { method: string; path: string; headers: Record<string, string>; head: Buffer }> = {
  "PUT in chunks": {
    method: "PUT",
    path: "/api/files/f",
    headers: { "Transfer-Encoding": "chunked" },
    head: Buffer.of(),
  },
  "PUT of a known length": {
    method: "PUT",
    path: "/api/files/f",
    headers: { "Content-Length": `${25 * MIB}` },
    head: Buffer.of(),
  },
  "POST of a form": {
    method: "POST",
    path: "/api/files",
    headers: { "Transfer-Encoding": "chunked", "Content-Type": "multipart/form-data; boundary=x" },
    head: HEAD,
  },
};

interface Stalled {
  readonly sending: ClientRequest;
  /** Undefined while there is no response. */
  status: number | undefined;
}

async function stall(kind: string, client: Client): Promise<Stalled> {
  const { method, path, headers, head } = KINDS[kind] ?? expect.fail(kind);
  const sending = httpRequest(new URL(path, await worker.url()).href, {
    method,
    headers: { ...client.headers, ...headers },
  });
  const stalled: Stalled = { sending, status: undefined };
  sending.on("error", () => {});
  sending.on("response", (response) => {
    stalled.status = response.statusCode;
    response.resume();
  });
  if (!sending.write(Buffer.concat([head, HELD]))) {
    await Promise.race([once(sending, "drain"), once(sending, "response"), once(sending, "close")]).catch(() => {});
  }
  return stalled;
}

/** Waits until everything that was sent has arrived. @returns The memory of the isolate. */
async function settledMemory(): Promise<number> {
  const samples: number[] = [];
  do {
    await setTimeout(500);
    samples.push(await memory.sample());
  } while (
    samples.length < 6 ||
    (samples.length < 20 && Math.max(...samples.slice(-4)) - Math.min(...samples.slice(-4)) > MIB / 2)
  );
  return Math.max(...samples);
}

/** Ends all uploads, and waits until the isolate has noticed. */
async function hangUp(uploads: readonly Stalled[]): Promise<void> {
  for (const { sending } of uploads) sending.destroy();
  await vi.waitFor(
    async () => {
      for (const { headers } of clients.slice(0, 4)) {
        const [one, other] = await Promise.all(
          ["a", "b"].map((name) => worker.fetch(`/api/files/${name}`, { method: "PUT", headers, body: "content" })),
        );
        expect([one?.status, other?.status]).toEqual([201, 201]);
      }
    },
    { timeout: 20_000, interval: 500 },
  );
}

describe.each(Object.keys(KINDS))("40 uploads that stall: %s", (kind) => {
  /** Maximum bytes of one upload, besides the memory of the isolate itself. */
  const each = kind === "PUT of a known length" ? MIB : 6 * MIB;

  test.each([
    { users: 1, held: 2 },
    { users: USERS, held: 8 },
  ])("of $users users, of which $held are received", async ({ users, held }) => {
    const before = await memory.sample();
    const uploads = await Promise.all(
      Array.from({ length: 40 }, (_, n) => stall(kind, clients[n % users] ?? expect.fail("no client"))),
    );
    await vi.waitFor(() => expect(uploads.filter(({ status }) => status === undefined)).toHaveLength(held), 20_000);
    expect(uploads.filter(({ status }) => status === 503)).toHaveLength(40 - held);
    const most = (await settledMemory()) - before;
    console.log(`${kind}: ${(most / MIB).toFixed(1)} MiB`);
    expect(most).toBeLessThan(held * each + 2 * MIB);
    await hangUp(uploads);
    expect((await memory.sample()) - before).toBeLessThan(4 * MIB);
  });
});
