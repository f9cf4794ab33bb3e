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
): Promise<{ response: IncomingMessage; body: Buffer }> {
  const url = new URL("/static/page.css", await worker.url()).href;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { method, headers }, resolve).on("error", reject).end();
  });
  return { response, body: Buffer.concat(await response.toArray()) };
}

const DECODERS = { br: brotliDecompressSync, gzip: gunzipSync, identity: (body: Buffer) => body };

test.each(Object.entries(DECODERS))("who accepts %s gets the stylesheet so", async (encoding, decode) => {
  const { response, body } = await ask("GET", { "Accept-Encoding": encoding });
  expect(response.headers["content-encoding"]).toBe(encoding === "identity" ? undefined : encoding);
  expect(response.headers).toMatchObject({ "content-length": `${body.length}`, vary: "Accept-Encoding" });
  expect(decode(body).equals(style)).toBe(true);

  const head = await ask("HEAD", { "Accept-Encoding": encoding });
  expect([head.response.headers["content-length"], head.body.length]).toEqual([`${body.length}`, 0]);
  const tag = { "If-None-Match": response.headers.etag ?? "" };
  expect((await ask("GET", { "Accept-Encoding": encoding, ...tag })).response.statusCode).toBe(304);
  const part = await ask("GET", { "Accept-Encoding": encoding, Range: "bytes=5-99" });
  expect([part.response.statusCode, part.response.headers["content-range"]]).toEqual([
    206,
    `bytes 5-99/${style.length}`,
  ]);
  // Miniflare compresses text on its way, as Cloudflare does, but here the status does not matter.
  const transit = part.response.headers["content-encoding"] === encoding ? decode : DECODERS.identity;
  expect(transit(part.body).equals(style.subarray(5, 100))).toBe(true);
});

test("the combined files are published, and load nothing that the policy of pages forbids", async () => {
  const read = async (path: string) => (await worker.fetch(`/static/${path}`)).text();
  expect(await read("htmx.js")).toContain('version:"2.');
  expect(await read("page.js")).not.toMatch(/^import/m);
  const style = await read("page.css");
  expect(style).toContain("@layer base, tokens, components, pages");
  expect(style).not.toContain("data:");
});
