/** Assets with curl, which decompresses what it asks for with --compressed. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newAddress } from "../client.ts";
import { curl } from "../curl.ts";
import { type RunningWorker, startWorker } from "../worker.ts";

let worker: RunningWorker;
let folder: string;
beforeAll(async () => {
  worker = await startWorker();
  await worker.publishAssets();
  folder = await mkdtemp(join(tmpdir(), "candor-curl-"));
});
afterAll(async () => {
  await worker.stop();
  await rm(folder, { recursive: true, force: true });
});

const get = async (...args: readonly string[]) => {
  const [[name, value] = []] = Object.entries(newAddress());
  return curl(folder, "--header", `${name}: ${value}`, ...args, new URL("/static/page.css", await worker.url()).href);
};

test("--compressed gets the same text as without, in fewer bytes", async () => {
  const [plain, compressed] = [await get(), await get("--compressed")];
  expect([plain.status, compressed.status]).toEqual([200, 200]);
  expect(plain.headers.get("Content-Encoding")).toBeNull();
  expect(compressed.headers.get("Content-Encoding")).toMatch(/^(br|gzip)$/);
  expect(compressed.body.toString()).toBe(plain.body.toString());
  expect(Number(compressed.headers.get("Content-Length"))).toBeLessThan(plain.body.byteLength / 2);
});

test("--continue-at - completes a stylesheet that broke off", async () => {
  const plain = await get();
  const half = Math.floor(plain.body.byteLength / 2);
  await get("--range", `0-${half - 1}`, "--output", "page.css");
  const rest = await get("--continue-at", "-", "--output", "page.css");
  expect([rest.status, rest.body.toString()]).toEqual([206, plain.body.toString()]);
});
