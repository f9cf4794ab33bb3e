/** Ranges (RFC 9110 §14), and what is read from storage for them, asked of bytes in a bucket. */
import { env } from "cloudflare:test";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Env } from "../../../src/env.ts";
import { type Content, serveContent } from "../../../src/web/respond/serve-content.ts";
import { askStored, BYTES } from "../stored-content.ts";

type Given = Readonly<Record<string, string>>;

async function ask(size: number, given: Given, method = "GET", bindings: Partial<Env> = {}) {
  const response = await askStored(size, method, given, bindings);
  const [length, range] = [response.headers.get("Content-Length"), response.headers.get("Content-Range")];
  return { response, status: response.status, length, range, body: await response.text() };
}

/** The expected response: those bytes of so many, all of them, or none. */
function expectedResponse(size: number, wanted: readonly [first: number, last: number] | "whole" | "none") {
  if (wanted === "none") return { status: 416, length: null, range: `bytes */${size}` };
  if (wanted === "whole") return { status: 200, length: `${size}`, range: null, body: BYTES.slice(0, size) };
  const [first, last] = wanted;
  const body = BYTES.slice(first, last + 1);
  return { status: 206, length: `${last - first + 1}`, range: `bytes ${first}-${last}/${size}`, body };
}

const HUGE = "9".repeat(30);
const ENDLESS = "9".repeat(400);

describe("a range of ten bytes", () => {
  const parts: readonly [section: string, range: string, first: number, last: number][] = [
    ["14.1.2", "bytes=2-5", 2, 5],
    ["14.1.2", "bytes=0-0", 0, 0],
    ["14.1.2", "bytes=9-9", 9, 9],
    ["14.1.2", "bytes=0-8", 0, 8],
    ["14.1.2", "bytes=0-9", 0, 9],
    ["14.1.2", "bytes=0-", 0, 9],
    ["14.1.2", "bytes=2-", 2, 9],
    ["14.1.2", "bytes=9-", 9, 9],
    ["14.1.2", "bytes=02-0005", 2, 5],
    ["14.1.2", "bytes=5-10", 5, 9],
    ["14.1.2", `bytes=5-${HUGE}`, 5, 9],
    ["14.1.2", `bytes=0-${ENDLESS}`, 0, 9],
    ["14.1.2", "bytes=-1", 9, 9],
    ["14.1.2", "bytes=-3", 7, 9],
    ["14.1.2", "bytes=-10", 0, 9],
    ["14.1.2", "bytes=-11", 0, 9],
    ["14.1.2", `bytes=-${HUGE}`, 0, 9],
    ["14.1.2", `bytes=-${ENDLESS}`, 0, 9],
    ["14.1", "Bytes=2-5", 2, 5],
    ["14.1", "BYTES=-3", 7, 9],
    ["5.6.1.2", "bytes=,2-5", 2, 5],
    ["5.6.1.2", "bytes= , ,\t2-5 ,, ", 2, 5],
    ["5.6.1.2", "bytes=-3,", 7, 9],
  ];
  test.each(parts)("§%s: %s gives the bytes %i to %i", async (_, Range, first, last) => {
    expect(await ask(10, { Range })).toMatchObject(expectedResponse(10, [first, last]));
  });

  const unsatisfiable: readonly [section: string, range: string][] = [
    ["14.1.2", "bytes=10-"],
    ["14.1.2", "bytes=10-10"],
    ["14.1.2", "bytes=11-20"],
    ["14.1.2", `bytes=${HUGE}-`],
    ["14.1.2", `bytes=${ENDLESS}-${ENDLESS}`],
    ["14.1.2", "bytes=-0"],
    ["14.1.2", "bytes=-000"],
    ["5.6.1.2", "bytes=,10-,"],
  ];
  test.each(unsatisfiable)("§%s, §15.5.17: %s is refused with 416 and the size", async (_, Range) => {
    const { response, body, ...told } = await ask(10, { Range });
    expect(told).toEqual(expectedResponse(10, "none"));
    expect(JSON.parse(body)).toMatchObject({ status: 416, title: "Range Not Satisfiable" });
    for (const name of ["ETag", "Last-Modified", "Content-Disposition"]) expect(response.headers.has(name)).toBe(false);
  });

  const ignored: Readonly<Record<string, readonly string[]>> = {
    "§14.1.1: ends before it begins": ["bytes=5-4", "bytes=9-0", "bytes=12-11", `bytes=${HUGE}-0`],
    "§14.1.1: has no positions": ["", "bytes", "bytes=", "bytes=-", "bytes=,", "bytes=2", "2-5", "=2-5", "-3"],
    "§14.1.1: has other than digits": "a-5 2-b 0x2-5 2-5x 2.0-5 2e0-5 +2-5 2-+5 2-5; 2_0-5 *-5 2-*"
      .split(" ")
      .map((range) => `bytes=${range}`),
    "§14.1.1: is negative": ["bytes=--3", "bytes=-1-3", "bytes=2--5", "bytes=-3-"],
    "§14.1.1: has spaces within": [
      "bytes=2 -5",
      "bytes=2- 5",
      "bytes=- 3",
      "bytes =2-5",
      "bytes=2-5 6-7",
      "by tes=2-5",
    ],
    "§14.2: has another unit": ["items=2-5", "none=2-5", "byte=2-5", "xbytes=2-5", "bytes:2-5", "bytes bytes=2-5"],
    "§14.2: is of several": ["bytes=0-1,4-5", "bytes=0-5,3-9", "bytes=0-0, -1", "bytes=2-5,2-5", "bytes=-3,-3"],
    "§14.2: is of several that are not there": ["bytes=20-21,30-31", "bytes=10-,-0"],
    "§14.2: is of very many": [`bytes=${"0-,".repeat(2000)}`, `bytes=${",".repeat(4000)}x`],
  };
  const rows = Object.entries(ignored).flatMap(([why, ranges]) =>
    ranges.map((range) => [why, range.slice(0, 40), range]),
  );
  test.each(rows as [string, string, string][])("%s, so %j is ignored", async (_why, _short, Range) => {
    expect(await ask(10, { Range })).toMatchObject(expectedResponse(10, "whole"));
  });
});

describe("a file without bytes", () => {
  const rows: readonly [section: string, given: Given, wanted: "whole" | "none"][] = [
    ["8.6", {}, "whole"],
    ["14.1.2", { Range: "bytes=0-" }, "none"],
    ["14.1.2", { Range: "bytes=0-0" }, "none"],
    ["14.1.2", { Range: "bytes=-0" }, "none"],
    ["14.4", { Range: "bytes=-1" }, "whole"],
    ["14.1.1", { Range: "bytes=1-0" }, "whole"],
  ];
  test.each(rows)("§%s: %j is answered with the %s", async (_, given, wanted) => {
    expect(await ask(0, given)).toMatchObject(expectedResponse(0, wanted));
    expect(await ask(0, given, "HEAD")).toMatchObject({ ...expectedResponse(0, "whole"), body: "" });
  });
});

describe("any range of any file", { timeout: 60_000 }, () => {
  const size = fc.integer({ min: 0, max: 50 });
  const position = fc.integer({ min: 0, max: 60 });
  const RUNS = { numRuns: 200 };

  /** By §14.1.2, one byte after the other. */
  function model(size: number, has: (index: number) => boolean): readonly [number, number] | "none" {
    const indexes = Array.from({ length: size }, (_, index) => index).filter(has);
    const [first, last] = [indexes[0], indexes.at(-1)];
    return first === undefined || last === undefined ? "none" : [first, last];
  }

  test("gives the bytes from the first to the last", async () => {
    const property = fc.asyncProperty(size, position, fc.option(position), async (size, first, last) => {
      const got = await ask(size, { Range: `bytes=${first}-${last ?? ""}` });
      const wanted = model(size, (index) => index >= first && index <= (last ?? size));
      expect(got).toMatchObject(expectedResponse(size, last !== null && last < first ? "whole" : wanted));
    });
    await fc.assert(property, RUNS);
  });

  test("gives the last bytes", async () => {
    const property = fc.asyncProperty(size, position, async (size, count) => {
      const wanted = model(size, (index) => index >= size - count);
      const got = await ask(size, { Range: `bytes=-${count}` });
      expect(got).toMatchObject(expectedResponse(size, size === 0 && count > 0 ? "whole" : wanted));
    });
    await fc.assert(property, RUNS);
  });

  test("gives no other bytes than it says, whatever is asked", async () => {
    const piece = fc.constantFrom("bytes", "=", "-", ",", " ", "0", "1", "9", "17", "Infinity", "NaN", "e", "+", "\t");
    const range = fc.array(piece, { maxLength: 8 }).map((pieces) => `bytes=${pieces.join("")}`);
    const property = fc.asyncProperty(size, range, async (size, Range) => {
      const got = await ask(size, { Range });
      const [, first, last] = /^bytes (\d+)-(\d+)\//.exec(got.range ?? "") ?? [];
      const part = [Number(first), Number(last)] as const;
      expect(got).toMatchObject(
        expectedResponse(size, got.status === 206 ? part : got.status === 416 ? "none" : "whole"),
      );
    });
    await fc.assert(property, RUNS);
  });
});

describe("storage", () => {
  /** The bucket, and what was asked of it. */
  function watched() {
    const calls: [method: string | symbol, ...unknown[]][] = [];
    const ASSETS = new Proxy(env.ASSETS, {
      get: (bucket, method: keyof R2Bucket) => (key: string, options?: R2GetOptions) => {
        calls.push([method, key, options]);
        return method === "get" ? bucket.get(key, options) : Promise.reject(new Error(`${method} was called`));
      },
    });
    return { calls, ASSETS };
  }

  const past = "Thu, 01 Jan 2026 00:00:00 GMT";
  const unread: readonly [method: string, given: Given, status: number][] = [
    ["GET", { "If-None-Match": "*" }, 304],
    ["GET", { "If-None-Match": "*", Range: "bytes=2-5" }, 304],
    ["GET", { "If-Match": '"other"' }, 412],
    ["GET", { "If-Unmodified-Since": past }, 412],
    ["GET", { Range: "bytes=10-" }, 416],
    ["HEAD", {}, 200],
    ["HEAD", { Range: "bytes=2-5" }, 200],
    ["HEAD", { Range: "bytes=10-" }, 200],
    ["HEAD", { "If-None-Match": "*" }, 304],
    ["HEAD", { "If-Match": '"other"' }, 412],
  ];
  test.each(unread)("is not asked anything for %s with %j, which is %i", async (method, given, status) => {
    const { calls, ASSETS } = watched();
    expect((await ask(10, given, method, { ASSETS })).status).toBe(status);
    expect(calls).toEqual([]);
  });

  const read: readonly [given: Given, status: number, options: R2GetOptions | undefined][] = [
    [{}, 200, undefined],
    [{ "If-None-Match": '"other"' }, 200, undefined],
    [{ Range: "bytes=5-4" }, 200, undefined],
    [{ Range: "bytes=2-5" }, 206, { range: { offset: 2, length: 4 } }],
    [{ Range: "bytes=8-99" }, 206, { range: { offset: 8, length: 2 } }],
    [{ Range: "bytes=-3" }, 206, { range: { offset: 7, length: 3 } }],
    [{ Range: "bytes=0-" }, 206, { range: { offset: 0, length: 10 } }],
  ];
  test.each(read)(
    "is read once for GET with %j, which is %i, and no more than is sent",
    async (given, status, options) => {
      const { calls, ASSETS } = watched();
      expect((await ask(10, given, "GET", { ASSETS })).status).toBe(status);
      expect(calls).toEqual([["get", expect.any(String), options]]);
    },
  );
});

describe("content of which nobody knows when it was modified", () => {
  const content: Content = {
    etag: '"tag"',
    size: 5,
    headers: {},
    metadata: { "Content-Encoding": "br" },
    read: async (range) => new Blob([range ? "el" : "hello"]).stream(),
  };
  const serve = (given: Given) =>
    serveContent(
      { request: new Request("http://localhost/", { headers: given }), locals: { requestId: "id" } },
      content,
    );

  const date = new Date(0).toUTCString();
  const later = new Date(Date.now() + 86_400_000).toUTCString();
  const rows: readonly [section: string, given: Given, status: number][] = [
    ["13.1.3", { "If-Modified-Since": later }, 200],
    ["13.1.4", { "If-Unmodified-Since": date }, 200],
    ["13.1.5", { "If-Range": date, Range: "bytes=1-2" }, 200],
    ["13.1.5", { "If-Range": '"tag"', Range: "bytes=1-2" }, 206],
    ["13.1.2", { "If-None-Match": '"tag"' }, 304],
  ];
  test.each(rows)("§%s: %j gets %i, without Last-Modified", async (_, given, status) => {
    const response = await serve(given);
    expect(response.status).toBe(status);
    expect(response.headers.has("Last-Modified")).toBe(false);
    expect(response.headers.has("Content-Encoding")).toBe(status !== 304);
    expect(await response.text()).toBe({ 200: "hello", 206: "el" }[status] ?? "");
  });
});
