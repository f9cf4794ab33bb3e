/** What readParts makes of well-formed forms, in whatever pieces they arrive. */
import { parseMultipart } from "@remix-run/multipart-parser";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { type Chunks, readBody } from "../../../src/features/files/body.ts";
import { readParts } from "../../../src/features/files/multipart.ts";
import { SLOT } from "./files.ts";

// Thousands of forms a test: on a slow machine they take their time.
vi.setConfig({ testTimeout: 60_000 });

/** A part as a test writes it: its header lines in UTF-8, its content byte by byte (Latin-1). */
interface Written {
  header: string[];
  content: string;
}

interface Read {
  filename: string | undefined;
  type: string;
  content: string;
}

interface Around {
  preamble?: string;
  padding?: string;
  epilogue?: string;
}

function write(
  boundary: string,
  parts: Written[],
  { preamble = "", padding = "", epilogue = "" }: Around = {},
): Buffer {
  const pieces = parts.flatMap(({ header, content }) => [
    Buffer.from(`--${boundary}${padding}\r\n${header.join("\r\n")}\r\n\r\n`),
    Buffer.from(`${content}\r\n`, "latin1"),
  ]);
  return Buffer.concat([Buffer.from(preamble), ...pieces, Buffer.from(`--${boundary}--${padding}${epilogue}`)]);
}

function requestOf(boundary: string, body: ReadableStream | null = null): Request {
  const headers = { "Content-Type": `multipart/form-data; boundary="${boundary}"` };
  return new Request("http://localhost/", { method: "POST", headers, body });
}

async function* inPieces(bytes: Uint8Array, cuts: number[]): AsyncGenerator<Uint8Array> {
  const ends = [...cuts, bytes.byteLength];
  for (const [i, end] of ends.entries()) yield bytes.slice(ends[i - 1] ?? 0, end);
}

async function contentOf(chunks: Chunks): Promise<string> {
  return Buffer.concat(await Array.fromAsync(chunks)).toString("latin1");
}

async function read(boundary: string, body: Chunks): Promise<Read[]> {
  const parts: Read[] = [];
  for await (const { filename, type, body: content } of readParts(requestOf(boundary), body, 100))
    parts.push({ filename, type, content: await contentOf(content) });
  return parts;
}

const field = 'Content-Disposition: form-data; name="f"';
const file = (name: string) => `${field}; filename="${name}"`;
const everyByte = String.fromCharCode(...Array(256).keys());

/** Contents that look like the end of a part, and are not. */
function treacherous(boundary: string): string[] {
  const most = boundary.slice(0, -1);
  return [
    "",
    "\r\n",
    "\r",
    "\r\n\r\n\r",
    "--",
    "\r\n--",
    `x--${boundary}`,
    `x\n--${boundary}\r--${boundary}--`,
    `\r\n-${boundary}\r\n --${boundary}`,
    `\r\n--${most}`,
    `\r\n--${most}\r\n--${most}!\r\r\n--${most}\r`,
  ];
}

const boundaries = ["-", "----FormBoundary7MA4YWxk", "odd '()+_,-./:=? one", "7".repeat(69).concat("x")];

describe("readParts", () => {
  test.each(boundaries)("finds the same parts wherever a form with the boundary %j is cut", async (boundary) => {
    const parts = [
      { header: [field], content: "value" },
      { header: [file("ü茶.bin"), "Content-Type: Application/Octet-Stream; x=y"], content: everyByte },
      ...treacherous(boundary).map((content) => ({ header: ["X-Other: 1", file("")], content })),
    ];
    const around = { preamble: `Not --${boundary}\r\n`, padding: " \t", epilogue: `\r\n--${boundary}\r\nnothing` };
    const bytes = write(boundary, parts, around);
    const expected = [
      { filename: undefined, type: "", content: "value" },
      { filename: "ü茶.bin", type: "application/octet-stream", content: everyByte },
      ...treacherous(boundary).map((content) => ({ filename: "", type: "", content })),
    ];
    for (let cut = 0; cut <= bytes.byteLength; cut++)
      expect(await read(boundary, inPieces(bytes, [cut])), `cut at ${cut}`).toEqual(expected);
    expect(await read(boundary, inPieces(bytes, [...bytes.keys()])), "byte by byte").toEqual(expected);
  });

  test.each(["", "\r\n", "\r\n\r\n", "Hello.\r\n", "\r\n--almos\r\n"])(
    "passes over the preamble %j",
    async (preamble) => {
      const bytes = write("almost", [{ header: [field], content: "v" }], { preamble });
      expect(await read("almost", inPieces(bytes, []))).toEqual([{ filename: undefined, type: "", content: "v" }]);
    },
  );

  test("tells boundaries apart by their case", async () => {
    const parts = [{ header: [field], content: "\r\n--CASE\r\n\r\n--Case--" }];
    expect(await read("case", inPieces(write("case", parts), []))).toMatchObject([{ content: parts[0]?.content }]);
  });

  test("gives no parts for a form that has none", async () => {
    expect(await read("b", inPieces(write("b", []), []))).toEqual([]);
  });

  const boundaryChars = [..."ABCabc019'()+_,-./:=?"];
  const anyBoundary = fc
    .tuple(
      fc.constantFrom(...boundaryChars),
      fc.string({ unit: fc.constantFrom(...boundaryChars, " "), maxLength: 68 }),
      fc.constantFrom(...boundaryChars),
    )
    .map((pieces) => pieces.join(""));
  // Spaces around a name, which the other parser takes off, are left out.
  const anyName = fc
    .string({ unit: fc.constantFrom(...`aZ0 .;,=:'é茶🍵\\"`), maxLength: 12 })
    .filter((name) => name === name.trim());
  const asQuoted = (name: string) => name.replace(/["\\]/g, "\\$&");

  function anyPart(boundary: string): fc.Arbitrary<Written> {
    const delimiter = `\r\n--${boundary}`;
    const piece = fc.oneof(
      fc.string({ unit: fc.constantFrom("\r", "\n", "-", "x", "\0", "\xff"), maxLength: 6 }),
      fc.nat(delimiter.length - 1).map((length) => delimiter.slice(0, length)),
      fc.constantFrom(delimiter.slice(1), delimiter.slice(2), everyByte),
    );
    return fc.record({
      header: fc
        .record({ name: anyName, type: fc.constantFrom("text/plain", "IMAGE/png; a=b", "") }, { requiredKeys: [] })
        .map(({ name, type }) => [
          name === undefined ? field : file(asQuoted(name)),
          ...(type === undefined ? [] : [`content-TYPE:${type}`]),
        ]),
      content: fc
        .array(piece, { maxLength: 6 })
        .map((pieces) => pieces.join(""))
        .filter((content) => !content.includes(delimiter)),
    });
  }

  const anyForm = anyBoundary.chain((boundary) =>
    fc.record({
      boundary: fc.constant(boundary),
      parts: fc.array(anyPart(boundary), { maxLength: 5 }),
      sizes: fc.array(fc.nat(90), { minLength: 1, maxLength: 40 }),
    }),
  );

  test("reads any form, however it is split, like another parser that gets it whole", async () => {
    const property = fc.asyncProperty(anyForm, async ({ boundary, parts, sizes }) => {
      const bytes = write(boundary, parts);
      const cuts = sizes.map((_, i) => sizes.slice(0, i + 1).reduce((a, b) => a + b)).filter((at) => at < bytes.length);
      const theirs = Array.from(parseMultipart(bytes, { boundary }), (part) => ({
        filename: part.filename,
        type: (part.mediaType ?? "").toLowerCase(),
        content: Buffer.from(part.bytes).toString("latin1"),
      }));
      expect(theirs.map(({ content }) => content)).toEqual(parts.map(({ content }) => content));
      expect(await read(boundary, inPieces(bytes, cuts))).toEqual(theirs);
    });
    await fc.assert(property, { numRuns: 3000 });
  });
});

describe("the name of a file", () => {
  const names: [parameters: string, name: string | undefined][] = [
    ["", undefined],
    ['filename=""', ""],
    ['filename="a.txt"', "a.txt"],
    ["filename=a.txt", "a.txt"],
    ["FileName=a.txt", "a.txt"],
    ['filename="übung 茶 🍵.txt"', "übung 茶 🍵.txt"],
    ['filename="a;b; filename=c.txt"', "a;b; filename=c.txt"],
    ['other="; filename=\\"x\\""; filename="a.txt"', "a.txt"],
    ['filename="say \\"x\\" \\\\.txt"', 'say "x" \\.txt'],
    ['filename="say %22x%22.txt"', 'say "x".txt'],
    ['filename="%0D%0a"', "\r\n"],
    ['filename="%41%25%2f%E8"', "%41%25%2f%E8"],
    ["filename*=UTF-8''%e8%8c%b6%20%22.txt", '茶 ".txt'],
    ["filename=\"tea.txt\"; filename*=utf-8'en'%e8%8c%b6.txt", "茶.txt"],
    ["filename*=utf-8''%e8%8c%b6.txt; filename=tea.txt", "茶.txt"],
    // What RFC 8187 has decoded is decoded: browsers' escapes are those of `filename` alone.
    ["filename*=UTF-8''100%2522.txt", "100%22.txt"],
  ];
  test.each(names)("given by %s is %j", async (parameters, filename) => {
    const header = ["content-disposition:  Form-Data; name=f".concat(parameters && `; ${parameters}`)];
    const [part] = await read("b", inPieces(write("b", [{ header, content: "" }]), []));
    expect(part?.filename).toBe(filename);
  });
});

describe("a form that is still arriving", () => {
  const SIZE = 100;
  const LARGE = 5000;
  const parts = ["1", "2", "3"].map((digit) => ({ header: [file(digit)], content: digit.repeat(LARGE) }));

  /** The parts of a form that comes in chunks of `SIZE`, and how much of it has been asked for. */
  function arriving() {
    const bytes = write("b", parts);
    const seen = { pulled: 0, cancelled: 0, of: bytes.byteLength };
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const chunk = bytes.slice(seen.pulled, seen.pulled + SIZE);
          seen.pulled += chunk.byteLength;
          if (chunk.byteLength > 0) controller.enqueue(chunk);
          else controller.close();
        },
        async cancel() {
          await scheduler.wait(1);
          seen.cancelled++;
        },
      },
      { highWaterMark: 0 },
    );
    const request = requestOf("b", stream);
    return { seen, parts: readParts(request, readBody(request, bytes.byteLength, SLOT), 3) };
  }

  test("is pulled only as far as it is read, and is not cancelled in the end", async () => {
    const { seen, parts } = arriving();
    let before = 0;
    for await (const { body } of parts) {
      expect(seen.pulled).toBeLessThan(before + 2 * SIZE);
      let size = 0;
      for await (const chunk of body) {
        size += chunk.byteLength;
        expect(seen.pulled).toBeLessThan(before + size + 2 * SIZE);
      }
      expect(size).toBe(LARGE);
      before = seen.pulled;
    }
    expect(seen).toEqual({ pulled: seen.of, cancelled: 0, of: seen.of });
  });

  test("is skipped if a part is not read", async () => {
    const names: unknown[] = [];
    for await (const { filename } of arriving().parts) names.push(filename);
    expect(names).toEqual(["1", "2", "3"]);
  });

  test.each([1, 2, LARGE / SIZE])("goes on with the next part after %i chunks of one", async (most) => {
    const starts: [name: string | undefined, byte: string | undefined][] = [];
    for await (const { filename, body } of arriving().parts) {
      let count = 0;
      for await (const chunk of body) {
        if (count === 0) starts.push([filename, String.fromCharCode(chunk[0] ?? 0)]);
        if (++count === most) break;
      }
    }
    expect(starts).toEqual(["1", "2", "3"].map((digit) => [digit, digit]));
  });

  const mishap = new Error("The disk is full");
  const stops: Record<string, (parts: ReturnType<typeof readParts>) => Promise<unknown>> = {
    "breaks at a part": async (parts) => {
      for await (const _ of parts) break;
    },
    "breaks in a part": async (parts) => {
      for await (const { body } of parts) {
        await body[Symbol.asyncIterator]().next();
        break;
      }
    },
    "throws at a part": async (parts) => {
      for await (const _ of parts) throw mishap;
    },
    "throws in a part": async (parts) => {
      for await (const { body } of parts) for await (const _ of body) throw mishap;
    },
  };
  test.each(Object.entries(stops))("is cancelled by who %s, who gets the own error only", async (how, stop) => {
    const { seen, parts } = arriving();
    const outcome = await stop(parts).catch((error: unknown) => error);
    expect(outcome).toBe(how.startsWith("throws") ? mishap : undefined);
    expect(seen.cancelled).toBe(1);
    expect(seen.pulled).toBeLessThan(3 * SIZE);
  });

  test("gives no more of a part once it was left", async () => {
    const { parts } = arriving();
    const first = await parts.next();
    const body = first.value?.body[Symbol.asyncIterator]();
    expect((await body?.next())?.done).toBe(false);
    await parts.return();
    await expect(body?.next()).rejects.toMatchObject({ name: "BodyError", status: 400 });
  });
});
