/** Assets over the wire: the bytes that were compressed when they were published, and no others. */
import { type IncomingMessage, request } from "node:http";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { versionFiles } from "../../../scripts/asset-versions.ts";
import { readPublicFiles } from "../../../scripts/public-files.ts";
import { type RunningWorker, startWorker } from "../worker.ts";

let worker: RunningWorker;
let style: Buffer;
beforeAll(async () => {
  worker = await startWorker();
  await worker.publishAssets();
  const files = await versionFiles(readPublicFiles());
  style = Buffer.from(files.find(({ path }) => path === "page.css")?.bytes ?? []);
});
afterAll(() => worker.stop());

/** Asks as it stands: `fetch` would decompress what comes. */
async function ask(
  method: string,
  headers: Record<string, string>,
): Promise<{ answer: IncomingMessage; body: Buffer }> {
  const url = new URL("/static/page.css", await worker.url()).href;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { method, headers }, resolve).on("error", reject).end();
  });
  return { answer, body: Buffer.concat(await answer.toArray()) };
}

const DECODERS = { br: brotliDecompressSync, gzip: gunzipSync, identity: (body: Buffer) => body };

test.each(Object.entries(DECODERS))("who accepts %s gets the stylesheet so", async (encoding, decode) => {
  const { answer, body } = await ask("GET", { "Accept-Encoding": encoding });
  expect(answer.headers["content-encoding"]).toBe(encoding === "identity" ? undefined : encoding);
  expect(answer.headers).toMatchObject({ "content-length": `${body.length}`, vary: "Accept-Encoding" });
  expect(decode(body).equals(style)).toBe(true);

  const head = await ask("HEAD", { "Accept-Encoding": encoding });
  expect([head.answer.headers["content-length"], head.body.length]).toEqual([`${body.length}`, 0]);
  const tag = { "If-None-Match": answer.headers.etag ?? "" };
  expect((await ask("GET", { "Accept-Encoding": encoding, ...tag })).answer.statusCode).toBe(304);
  const part = await ask("GET", { "Accept-Encoding": encoding, Range: "bytes=5-99" });
  expect([part.answer.statusCode, part.answer.headers["content-range"]]).toEqual([206, `bytes 5-99/${style.length}`]);
  // Miniflare compresses text on its way, as Cloudflare does, but here the status does not matter.
  const transit = part.answer.headers["content-encoding"] === encoding ? decode : DECODERS.identity;
  expect(transit(part.body).equals(style.subarray(5, 100))).toBe(true);
});

test("what pages take from packages is there, and loads nothing that their policy forbids", async () => {
  const read = async (path: string) => (await worker.fetch(`/static/${path}`)).text();
  expect(await read("page.js")).toContain('version:"2.');
  const style = await read("page.css");
  expect(style).toContain("--pico-font-size");
  expect(style).not.toContain("data:");
});
