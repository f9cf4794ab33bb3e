/** Memory: what the isolate holds while 25 MiB go through it, in and out. */
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, signUp } from "../../client.ts";
import { type IsolateMemory, MOST_MEMORY, openIsolateMemory } from "../../isolate-memory.ts";
import { type RunningWorker, startWorker } from "../../worker.ts";

const MIB = 1024 * 1024;
let worker: RunningWorker;
let client: Client;
let memory: IsolateMemory;
beforeAll(async () => {
  worker = await startWorker({ inspected: true });
  client = await signUp(worker);
  memory = await openIsolateMemory(await worker.inspector(), () => worker.fetch("/nowhere"));
});
afterAll(async () => {
  memory.close();
  await worker.stop();
});

const content = randomBytes(25 * MIB);
const sha256 = createHash("sha256").update(content).digest("hex");

const HEAD = Buffer.from('--x\r\nContent-Disposition: form-data; name="f"; filename="large"\r\n\r\n');
const TAIL = Buffer.from("\r\n--x--\r\n");
const FORM = { "Content-Type": "multipart/form-data; boundary=x" };

/** Sends a body piece by piece, and samples the memory behind each. */
async function upload(method: string, path: string, headers: Record<string, string>, body: readonly Buffer[]) {
  const url = new URL(path, await worker.url()).href;
  const sending = httpRequest(url, {
    method,
    headers: { ...client.headers, ...headers, "Transfer-Encoding": "chunked" },
  });
  const answered = once(sending, "response") as Promise<[IncomingMessage]>;
  const samples: number[] = [];
  for (const piece of body) {
    if (!sending.write(piece)) await once(sending, "drain");
    samples.push(await memory.sample());
  }
  sending.end();
  const [response] = await answered;
  const text = Buffer.concat(await response.toArray()).toString();
  return { status: response.statusCode, json: JSON.parse(text), samples };
}

function inPieces(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length / MIB }, (_, i) => bytes.subarray(i * MIB, (i + 1) * MIB));
}

test("PUT of 25 MiB holds no more than a block of it at a time", async () => {
  const before = await memory.sample();
  const { status, json, samples } = await upload("PUT", "/api/files/large", {}, inPieces(content));
  expect([status, json.sha256]).toEqual([201, sha256]);
  expect(Math.max(...samples) - before).toBeLessThan(MOST_MEMORY);
});

test("PUT of 25 MiB of text, which is decoded whole, holds no more", async () => {
  const before = await memory.sample();
  const text = Buffer.alloc(25 * MIB, "Grün 茶 🍵 ");
  const { status, json, samples } = await upload("PUT", "/api/files/large.txt", {}, inPieces(text));
  expect([status, json.type]).toEqual([201, "text/plain"]);
  expect(Math.max(...samples) - before).toBeLessThan(MOST_MEMORY);
});

test("POST of a form with 25 MiB holds no more than a block of it at a time", async () => {
  const before = await memory.sample();
  const body = [HEAD, ...inPieces(content), TAIL];
  const { status, json, samples } = await upload("POST", "/api/files", FORM, body);
  expect([status, json.files[0].sha256]).toEqual([201, sha256]);
  expect(Math.max(...samples) - before).toBeLessThan(MOST_MEMORY);
});

test("a download of 25 MiB holds hardly any of it, however slowly it is read", async () => {
  const { json } = await upload("PUT", "/api/files/large", {}, [content]);
  const before = await memory.sample();
  const [hash, samples] = [createHash("sha256"), [] as number[]];
  const response = await fetch(new URL(json.url, await worker.url()), { headers: client.headers });
  let [read, next] = [0, MIB];
  for await (const chunk of response.body ?? []) {
    hash.update(chunk);
    read += chunk.byteLength;
    if (read < next) continue;
    next += MIB;
    samples.push(await memory.sample());
  }
  expect([samples.length, hash.digest("hex")]).toEqual([25, sha256]);
  expect(Math.max(...samples) - before).toBeLessThan(MOST_MEMORY / 4);
});
