/** Uploads over the wire: too much, too little, and clients that hang up. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Client, signUp } from "../../client.ts";
import { chunk, exchange, hangUpAfter, request } from "../../socket.ts";
import { type RunningWorker, startWorker } from "../../worker.ts";

const MIB = 1024 * 1024;

let worker: RunningWorker;
let url: URL;
let client: Client;
beforeAll(async () => {
  worker = await startWorker();
  url = await worker.url();
  client = await signUp(worker);
});
afterAll(() => worker.stop());

function put(headers: readonly string[], body = ""): string {
  return request("PUT /api/files/f", [`Authorization: ${client.headers.Authorization}`, ...headers], body);
}

async function keysIn(table: "files" | "pending_objects"): Promise<string[]> {
  const { results } = await (await worker.database()).prepare(`SELECT object_key AS key FROM ${table}`).all();
  return results.map(({ key }) => String(key)).sort();
}

async function keysInBucket(): Promise<string[]> {
  return (await (await worker.bucket("FILES")).list()).objects.map(({ key }) => key).sort();
}

const CHUNKED = "Transfer-Encoding: chunked";

test("a chunked upload that never ends gets 413 when it passes the limit, and leaves nothing", async () => {
  const megabyte = chunk("x".repeat(MIB));
  const endless = function* () {
    yield put([CHUNKED]);
    for (let sent = 0; sent < 40; sent++) yield megabyte;
  };
  expect(await exchange(url, endless())).toMatchObject({ status: 413 });
  expect([await keysIn("files"), await keysIn("pending_objects"), await keysInBucket()]).toEqual([[], [], []]);
});

test("a declared upload over the limit gets 413 before it has arrived", async () => {
  const head = put([`Content-Length: ${25 * MIB + 1}`]);
  expect(await exchange(url, [head, "only the beginning"])).toMatchObject({ status: 413 });
});

/** Its first file is whole. */
function formOf(second: string): string {
  const part = (content: string) => `--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n${content}`;
  return `${part("whole")}\r\n${part(second)}`;
}

test("clients that hang up leave no file, and no object that the sweep does not know", async () => {
  const headers = [`Authorization: ${client.headers.Authorization}`, "Content-Type: multipart/form-data; boundary=x"];
  const cuts = [0, 1, 1000, 5 * MIB, 5 * MIB + 1, 10 * MIB];
  const bytes = randomBytes(10 * MIB).toString("latin1");
  await Promise.all(
    cuts.flatMap((cut) => {
      const form = formOf(bytes.slice(0, cut));
      const declared = request("POST /api/files", [...headers, `Content-Length: ${20 * MIB}`]);
      const chunked = request("POST /api/files", [...headers, CHUNKED]);
      return [hangUpAfter(url, declared + form), hangUpAfter(url, chunked + chunk(form))];
    }),
  );
  const whole = await worker.fetch("/api/files/whole", { method: "PUT", headers: client.headers, body: "whole" });
  expect(whole.status).toBe(201);
  // Requests that were cut off may be cleaning up still.
  await vi.waitFor(async () => {
    const objects = await keysInBucket();
    const files = await keysIn("files");
    expect(files.length).toBe(1);
    expect([...files, ...(await keysIn("pending_objects"))]).toEqual(expect.arrayContaining(objects));
  });
});
