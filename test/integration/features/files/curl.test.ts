/** Uploads and downloads with curl. */
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signUp } from "../../client.ts";
import { type CurlResponse, curl } from "../../curl.ts";
import { type RunningWorker, startWorker } from "../../worker.ts";

const MIB = 1024 * 1024;

let worker: RunningWorker;
let folder: string;
let run: (path: string, ...args: readonly string[]) => Promise<CurlResponse>;
beforeAll(async () => {
  worker = await startWorker();
  folder = await mkdtemp(join(tmpdir(), "candor-curl-"));
  const url = await worker.url();
  const { headers } = await signUp(worker);
  run = (path, ...args) => {
    const authorization = `Authorization: ${headers.Authorization}`;
    return curl(folder, "--header", authorization, ...args, new URL(path, url).href);
  };
});
afterAll(async () => {
  await worker.stop();
  await rm(folder, { recursive: true, force: true });
});

const write = (name: string, content: string | Buffer) => writeFile(join(folder, name), content);
const jsonOf = ({ body }: CurlResponse) => JSON.parse(body.toString());

/** @returns The address of the download. */
async function put(name: string, content: string | Buffer): Promise<string> {
  await write(name, content);
  const response = await run(`/api/files/${encodeURIComponent(name)}`, "--upload-file", name);
  expect([response.status, response.body.toString()]).toEqual([201, expect.stringContaining('"url":"/files/')]);
  return jsonOf(response).url;
}

test("--upload-file sends a large file, and the download is the same", async () => {
  const bytes = randomBytes(10 * MIB);
  const path = await put("large.bin", bytes);
  const response = await run(path);
  expect([response.status, response.headers.get("Content-Length")]).toEqual([200, String(10 * MIB)]);
  expect(response.body.equals(bytes)).toBe(true);
});

test("--form sends several files", async () => {
  await write("one.txt", "one");
  await write("two.txt", "two, and more");
  const response = await run("/api/files", "--form", "file=@one.txt", "--form", "file=@two.txt;filename=second.txt");
  expect(response.status).toBe(201);
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  expect(jsonOf(response).files).toMatchObject([
    { name: "one.txt", size: 3, sha256: sha256("one") },
    { name: "second.txt", size: 13, sha256: sha256("two, and more") },
  ]);
});

test("--form states no type for a Markdown file and may name its folder; the file gets its type and its own name", async () => {
  await write("README.md", "# Tea\n");
  const response = await run("/api/files", "--form", "file=@README.md", "--form", "file=@README.md;filename=a/b\\c.md");
  const files = [
    { name: "README.md", type: "text/markdown" },
    { name: "c.md", type: "text/markdown" },
  ];
  expect([response.status, jsonOf(response)]).toMatchObject([201, { files }]);
});

test.each([
  ["the rest of a file", "/api/files/rest.txt", ["--continue-at", "4", "--upload-file", "encoded.txt"], 400],
  [
    "a compressed body",
    "/api/files/x.txt",
    ["--header", "Content-Encoding: gzip", "--upload-file", "encoded.txt"],
    415,
  ],
  ["a part in base64", "/api/files", ["--form", "file=@encoded.txt;encoder=base64"], 415],
] as const)("%s is refused, and not stored as a whole file", async (_, path, args, status) => {
  await write("encoded.txt", "0123456789");
  const { items } = jsonOf(await run("/api/files?limit=100"));
  expect((await run(path, ...args)).status).toBe(status);
  expect(jsonOf(await run("/api/files?limit=100")).items).toEqual(items);
});

test.each([
  ["0-3", 206, "0123", "bytes 0-3/10"],
  ["4-", 206, "456789", "bytes 4-9/10"],
  ["-2", 206, "89", "bytes 8-9/10"],
  ["10-", 416, undefined, "bytes */10"],
])("--range %s gives %i", async (range, status, body, contentRange) => {
  const response = await run(await put("digits.txt", "0123456789"), "--range", range);
  expect([response.status, response.headers.get("Content-Range")]).toEqual([status, contentRange]);
  if (body !== undefined) expect(response.body.toString()).toBe(body);
});

test("--continue-at - completes a download that broke off", async () => {
  const bytes = randomBytes(3 * MIB);
  const path = await put("movie.bin", bytes);
  await write("part.bin", bytes.subarray(0, MIB));
  const response = await run(path, "--continue-at", "-", "--output", "part.bin");
  expect([response.status, response.headers.get("Content-Length")]).toEqual([206, String(2 * MIB)]);
  expect(response.body.equals(bytes)).toBe(true);
});

test("--compressed gets the text of a file", async () => {
  const text = "a line of text\n".repeat(2_000);
  const response = await run(await put("long.txt", text), "--compressed");
  expect([response.status, response.body.toString()]).toEqual([200, text]);
});

test("--etag-compare gets a file only if it has changed", async () => {
  const path = await put("tagged.txt", "tea");
  expect((await run(path, "--etag-save", "etag")).body.toString()).toBe("tea");
  const again = await run(path, "--etag-compare", "etag");
  expect([again.status, again.body.byteLength]).toEqual([304, 0]);
});

const MARKDOWN = "# Grün\n".repeat(100);
const README = { size: Buffer.byteLength(MARKDOWN), type: "text/markdown" };

test.each([
  ["--form file=@README.md", { ...README, name: "README.md" }],
  ["--form file=@README.md;encoder=8bit", { ...README, name: "README.md" }],
  ["--form file=@README.md;filename=docs/a.md", { ...README, name: "a.md" }],
  ["--form file=@README.md;filename=C:\\docs\\a.md", { ...README, name: "a.md" }],
])("%s stores the bytes, by its name without folders", async (args, file) => {
  await write("README.md", MARKDOWN);
  const response = await run("/api/files", ...args.split(" "));
  expect([response.status, jsonOf(response)]).toMatchObject([201, { files: [file] }]);
});

test.each([
  ["--upload-file README.md", README],
  ["--request PUT --data-binary @README.md", README],
])("%s is typed by its name", async (args, file) => {
  await write("README.md", MARKDOWN);
  const response = await run("/api/files/README.md", ...args.split(" "));
  expect([response.status, jsonOf(response)]).toMatchObject([201, file]);
});

test.each([
  ["/api/files", "--form file=@README.md;encoder=base64", 415],
  ["/api/files", "--form file=@README.md;encoder=quoted-printable", 415],
  ["/api/files", "--form file=@README.md,README.md", 415],
  ["/api/files/README.md", "--continue-at 100 --upload-file README.md", 400],
  ["/api/files/README.md", "--header Content-Encoding:gzip --upload-file README.md", 415],
])("%s refuses %s with %i and stores nothing", async (path, args, status) => {
  await write("README.md", MARKDOWN);
  const list = async () => jsonOf(await run("/api/files?limit=100")).items.length;
  const before = await list();
  expect((await run(path, ...args.split(" "))).status).toBe(status);
  expect(await list()).toBe(before);
});
