/** What readParts refuses, and what it costs to make it do so. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { BodyError, type Chunks } from "../../../src/features/files/body.ts";
import { readParts } from "../../../src/features/files/multipart.ts";

// Thousands of forms a test: on a slow machine they take their time.
vi.setConfig({ testTimeout: 60_000 });
afterEach(() => {
  vi.restoreAllMocks();
});

function requestOf(contentType: string | undefined): Request {
  const headers = contentType === undefined ? {} : { "Content-Type": contentType };
  return new Request("http://localhost/", { method: "POST", headers });
}

function* inPieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

/** A body that tells how many chunks were asked for, and whether it was left. */
function watched(chunks: Iterator<Uint8Array, unknown>) {
  const seen = { asked: 0, left: 0 };
  const body: AsyncIterableIterator<Uint8Array> = {
    [Symbol.asyncIterator]: () => body,
    next: async () => {
      seen.asked++;
      return chunks.next() as IteratorResult<Uint8Array>;
    },
    return: async () => {
      seen.left++;
      return { done: true, value: undefined };
    },
  };
  return { body, seen };
}

interface Outcome {
  /** The contents of the parts that were there, whole. */
  whole: string[];
  /** Undefined where nothing was wrong. */
  status: number | undefined;
}

async function outcomeOf(body: Chunks, contentType: string | undefined, maxParts = 10): Promise<Outcome> {
  const whole: string[] = [];
  try {
    for await (const part of readParts(requestOf(contentType), body, maxParts))
      whole.push(Buffer.concat(await Array.fromAsync(part.body)).toString("latin1"));
    return { whole, status: undefined };
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    return { whole, status: error.status };
  }
}

/** What becomes of a form, given in Latin-1, that comes at once, byte by byte, and in between. */
async function outcome(form: string, contentType: string | undefined = TYPE, maxParts?: number): Promise<Outcome> {
  const bytes = Buffer.from(form, "latin1");
  const outcomes: Outcome[] = [];
  for (const size of [bytes.byteLength || 1, 1, 7]) {
    const { body, seen } = watched(inPieces(bytes, size));
    outcomes.push(await outcomeOf(body, contentType, maxParts));
    expect(seen.left, "The rest is cancelled").toBe(seen.asked === 0 ? 0 : 1);
  }
  const [first = { whole: [], status: undefined }, ...others] = outcomes;
  for (const other of others) expect(other).toEqual(first);
  return first;
}

const TYPE = "multipart/form-data; boundary=b";
const field = 'Content-Disposition: form-data; name="f"';
const part = (content: string, boundary = "b") => `--${boundary}\r\n${field}\r\n\r\n${content}\r\n`;

describe("a boundary", () => {
  const bad: [contentType: string | undefined, boundary: string][] = [
    [undefined, "undefined"],
    ["multipart/form-data", "undefined"],
    ["multipart/form-data; boundary", "undefined"],
    ["multipart/form-data; boundary=", ""],
    ['multipart/form-data; boundary=""', ""],
    ['multipart/form-data; boundary=" "', " "],
    [`multipart/form-data; boundary=${"b".repeat(71)}`, "b".repeat(71)],
    ['multipart/form-data; boundary="b "', "b"],
    ...[..."*@<>[]&;!#%^{}|~$`\t"].map((char): [string, string] => [
      `multipart/form-data; boundary="b${char}b"`,
      `b${char}b`,
    ]),
    ['multipart/form-data; boundary="b\\"b"', 'b"b'],
    ['multipart/form-data; boundary="b\\\\b"', "b\\b"],
  ];
  test.each(bad)("of %j is refused with 400 before anything is read", async (contentType, boundary) => {
    const { body, seen } = watched(inPieces(Buffer.from(`${part("v", boundary)}--${boundary}--`), 100));
    expect(await outcomeOf(body, contentType)).toEqual({ whole: [], status: 400 });
    expect(seen.asked).toBe(0);
  });

  test.each([
    ["multipart/form-data;charset=utf-8;boundary=b;x=y", "b"],
    ["Multipart/Form-Data; BOUNDARY=b", "b"],
    ['multipart/form-data; x="boundary=c; boundary=c"; boundary="b"', "b"],
    ['multipart/form-data; boundary=" b"', " b"],
    [`multipart/form-data; boundary=${"b".repeat(70)}`, "b".repeat(70)],
  ])("is found in %s", async (contentType, boundary) => {
    expect(await outcome(`${part("v", boundary)}--${boundary}--`, contentType)).toEqual({
      whole: ["v"],
      status: undefined,
    });
  });
});

describe("a form that is malformed", () => {
  const bad: Record<string, string> = {
    "is empty": "",
    "is a preamble only": "Hello.\r\n",
    "has another boundary": `${part("v", "c")}--c--`,
    "ends its lines with LF": `--b\n${field}\n\nv\n--b--\n`,
    "has no line end before its last boundary": `--b\r\n${field}\r\n\r\nv--b--`,
  };
  test.each(Object.entries(bad))("and %s is refused with 400", async (_, form) => {
    expect(await outcome(form)).toEqual({ whole: [], status: 400 });
  });

  test("and goes on behind its last boundary, on the same line, is refused with 400", async () => {
    expect(await outcome(`${part("v")}--b--X\r\n${part("w")}--b--`)).toEqual({ whole: ["v"], status: 400 });
  });

  test("and ends early is refused with 400, wherever it does, and gives no short part", async () => {
    const contents = ["one", "", "--b\r\n--", "\r\nfour\r\n"];
    const form = `Preamble\r\n${contents.map((content) => part(content)).join("")}--b--`;
    for (let end = 0; end < form.length; end++) {
      const { whole, status } = await outcome(form.slice(0, end));
      expect([status, whole], `ended at ${end}`).toEqual([400, contents.slice(0, whole.length)]);
    }
    expect(await outcome(form)).toEqual({ whole: contents, status: undefined });
  });

  // What stands between the boundary and the empty line.
  const headers: Record<string, string> = {
    "no field": "",
    "a name in another charset than UTF-8": `\r\n${field}; filename*=iso-8859-1''%e9`,
    "a name in an encoding that is none": `\r\n${field}; filename*=nonsense`,
    "a name in broken UTF-8": `\r\n${field}; filename*=UTF-8''%e9`,
    "two names": `\r\n${field}; filename=a; filename=b`,
    "a name whose quotes stay open": `\r\n${field}; filename="a\\"`,
    "no Content-Disposition": "\r\nContent-Type: text/plain",
    "two of them": `\r\n${field}\r\ncontent-disposition: form-data`,
    "another field twice": `\r\n${field}\r\nContent-Type: a/b\r\nContent-Type: c/d`,
    "an empty disposition": "\r\nContent-Disposition:",
    "another disposition": '\r\nContent-Disposition: attachment; name="f"',
    "a longer disposition": '\r\nContent-Disposition: form-data-x; name="f"',
    "a quoted disposition": '\r\nContent-Disposition: "form-data"; name="f"',
    "a disposition that is a parameter": '\r\nContent-Disposition: ; form-data; name="f"',
    "a disposition of two words": '\r\nContent-Disposition: form-data x; name="f"',
    "invalid UTF-8": `\r\n${field}; filename="\xff"`,
    "a surrogate in UTF-8": `\r\n${field}; filename="\xed\xa0\x80"`,
    "UTF-8 that breaks off": `\r\n${field}; filename=\xc3`,
    "a line without a colon": `\r\n${field}\r\nX`,
    "a line without a name": `\r\n${field}\r\n: x`,
    "a name with a space": `\r\n${field}\r\nX : x`,
    "a name that is not ASCII": `\r\n${field}\r\n\xc3\xbc: x`,
    "a folded line": `\r\n${field};\r\n filename=x`,
    "NUL in a name": `\r\n${field}\r\nX\0: x`,
    "NUL in a value": `\r\n${field}; filename="a\0"`,
    "a bare CR in a value": `\r\n${field}; filename="a\rb"`,
    "a bare LF in a value": `\r\n${field}; filename="a\nb"`,
    "a bare LF between fields": `\r\n${field}\nX: x`,
    "the boundary once more": `\r\n${field}\r\n--b`,
    "a byte order mark": `\r\n\xef\xbb\xbf${field}`,
    "data behind the boundary": `X\r\n${field}`,
    "data behind a padded boundary": ` \tX\r\n${field}`,
    "a dash behind the boundary": `-\r\n${field}`,
    "the end behind padding": ` --\r\n${field}`,
    "NUL behind the boundary": `\0\r\n${field}`,
    "a bare LF behind the boundary": `\n\r\n${field}`,
    "a bare CR behind the boundary": `\r\r\n${field}`,
    "a byte order mark behind the boundary": `\xef\xbb\xbf\r\n${field}`,
    "a form feed behind the boundary": `\f\r\n${field}`,
    "a space that is not ASCII behind the boundary": `\xc2\xa0\r\n${field}`,
  };
  test.each(Object.entries(headers))("with %s in the header of a part is refused with 400", async (_, header) => {
    expect(await outcome(`${part("v")}--b${header}\r\n\r\nx\r\n--b--`)).toEqual({ whole: ["v"], status: 400 });
  });
});

describe("a form that is too large", () => {
  test("passes with as many parts as it may have, and is refused with 413 for one more, be it a field", async () => {
    const parts = part("1") + part("2");
    expect(await outcome(`${parts}--b--`, TYPE, 2)).toEqual({ whole: ["1", "2"], status: undefined });
    expect(await outcome(`${parts}${part("3")}--b--`, TYPE, 2)).toEqual({ whole: ["1", "2"], status: 413 });
    expect(await outcome(`${part("1")}--b--`, TYPE, 0)).toEqual({ whole: [], status: 413 });
  });

  test("passes with a header of 8 KiB, and is refused with 413 for one byte more", async () => {
    const formOf = (size: number) => {
      const start = `\r\n${field}\r\nX: \xc3\xbc`;
      return `${part("v")}--b${start.padEnd(size, "x")}\r\n\r\nx\r\n--b--`;
    };
    expect(await outcome(formOf(8192))).toEqual({ whole: ["v", "x"], status: undefined });
    expect(await outcome(formOf(8193))).toEqual({ whole: ["v"], status: 413 });
  });

  test.each([1, 100, 8192])("with a header that does not end is left soon, in chunks of %i", async (size) => {
    function* longer() {
      yield Buffer.from(`--b\r\n${field}\r\nX: `);
      for (let sent = 0; sent < 100_000; sent += size) yield Buffer.alloc(size, "x");
    }
    const { body, seen } = watched(longer());
    expect(await outcomeOf(body, TYPE)).toEqual({ whole: [], status: 413 });
    expect(seen.left).toBe(1);
    expect(seen.asked * size).toBeLessThan(8192 + 3 * size);
  });
});

describe("the work that a form makes", () => {
  /** Bytes that are copied and searched. */
  async function workOf(bytes: Uint8Array, size: number, boundary: string): Promise<number> {
    const [copied, searched] = [vi.spyOn(Buffer, "concat"), vi.spyOn(Buffer.prototype, "indexOf")];
    const request = requestOf(`multipart/form-data; boundary="${boundary}"`);
    for await (const { body } of readParts(request, watched(inPieces(bytes, size)).body, Number.POSITIVE_INFINITY))
      for await (const _ of body);
    let work = 0;
    for (const { value } of copied.mock.results) work += value.byteLength;
    for (const [i, { value }] of searched.mock.results.entries())
      work += value === -1 ? Buffer.from(searched.mock.contexts[i] ?? []).byteLength : value;
    vi.restoreAllMocks();
    return work;
  }

  const boundary = "-".repeat(70);
  const near = `\r\n--${boundary.slice(1)}`;
  const close = `--${boundary}--`;
  const shapes: Record<string, (count: number) => string> = {
    "almost-boundaries": (count) => `${part(near.repeat(count), boundary)}${close}`,
    "almost-boundaries before the form": (count) => `${near.repeat(count)}\r\n${part("", boundary)}${close}`,
    dashes: (count) => `${part("-".repeat(74 * count), boundary)}${close}`,
    "line ends": (count) => `${part("\r\n".repeat(37 * count), boundary)}${close}`,
    "empty parts": (count) => `${part("", boundary).repeat(count)}${close}`,
    "data after the form": (count) => `${part("", boundary)}${close}${near.repeat(count)}`,
  };
  const cases = Object.keys(shapes).flatMap((shape) => [1, 50, 1 << 20].map((size) => [shape, size] as const));
  test.each(cases)("of %s, in chunks of %i, grows with its length and no faster", async (shape, size) => {
    const [small, large] = [100, 200].map((count) => Buffer.from(shapes[shape]?.(count) ?? ""));
    const [less, more] = [await workOf(small, size, boundary), await workOf(large, size, boundary)];
    expect(more).toBeLessThan(2.2 * less);
    // Of every chunk, no more is kept than could begin a boundary.
    expect(more).toBeLessThan(2 * large.byteLength + 2 * 74 * Math.ceil(large.byteLength / size) + 2000);
  });
});
