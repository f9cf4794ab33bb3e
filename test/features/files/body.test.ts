/** What bodies are counted for, and what becomes of the rest of those that are refused. */
import { describe, expect, test, vi } from "vitest";
import { atMost, BodyError, type Chunks, MIN_RATE, readBody } from "../../../src/features/files/body.ts";
import { SLOT } from "./files.ts";

/** A body of chunks of these sizes, and what is done to it. */
function bodyOf(sizes: readonly number[], failure?: Error) {
  const seen = { asked: 0, cancelled: 0 };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const size = sizes[seen.asked++];
        if (size !== undefined) controller.enqueue(new Uint8Array(size).fill(seen.asked));
        else if (failure) controller.error(failure);
        else controller.close();
      },
      cancel() {
        seen.cancelled++;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, seen };
}

function requestOf(body: ReadableStream | string | null, contentLength?: string): Request {
  const headers = contentLength === undefined ? {} : { "Content-Length": contentLength };
  return new Request("http://localhost/", { method: "POST", headers, body });
}

/** Takes everything. @returns What came, by size, and the error that ended it. */
async function take(chunks: Chunks): Promise<{ sizes: number[]; error: unknown }> {
  const sizes: number[] = [];
  try {
    for await (const chunk of chunks) sizes.push(chunk.byteLength);
    return { sizes, error: undefined };
  } catch (error) {
    return { sizes, error };
  }
}

const refused = (status: number) => expect.objectContaining({ name: "BodyError", status });
const mishap = new Error("The disk is full");

describe("readBody", () => {
  test.each([
    { seconds: 30, bytes: 1, status: undefined },
    { seconds: 31, bytes: 31 * MIN_RATE, status: undefined },
    { seconds: 31, bytes: 31 * MIN_RATE - 1, status: 408 },
    { seconds: 3_600, bytes: 3_600 * MIN_RATE - 1, status: 408 },
  ])("of a client that sends $bytes bytes in $seconds s: $status", async ({ seconds, bytes, status }) => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          vi.setSystemTime(Date.now() + seconds * 1_000);
          controller.enqueue(new Uint8Array(bytes));
          controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    const { error } = await take(readBody(requestOf(stream), bytes, SLOT));
    vi.useRealTimers();
    expect(error).toEqual(status && refused(status));
  });

  test("the time that storage takes does not count", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const chunks = readBody(requestOf(bodyOf([1, 1, 1]).stream), 3, SLOT);
    for await (const _ of chunks) vi.setSystemTime(Date.now() + 3_600_000);
    vi.useRealTimers();
  });

  test("gives the bytes as they came", async () => {
    const chunks = await Array.fromAsync(readBody(requestOf("Grün 茶"), 100, SLOT));
    expect(Buffer.concat(chunks).toString()).toBe("Grün 茶");
    const [first, second] = await Array.fromAsync(readBody(requestOf(bodyOf([2, 1]).stream), 3, SLOT));
    expect([first, second]).toEqual([new Uint8Array([1, 1]), new Uint8Array([2])]);
  });

  test.each([
    [[10], 10],
    [[4, 0, 5, 1], 10],
    [[1], 1],
    [[], 0],
  ])("passes %j, of at most %i bytes", async (sizes, maxBytes) => {
    const { stream, seen } = bodyOf(sizes);
    const { sizes: taken, error } = await take(readBody(requestOf(stream), maxBytes, SLOT));
    expect([taken, error, seen.cancelled]).toEqual([sizes, undefined, 0]);
  });

  test.each([
    [[11], []],
    [[10, 1, 1], [10]],
    [[4, 7, 1], [4]],
  ])("refuses %j with 413 at the first byte over 10, of which it gives no more", async (sizes, given) => {
    for (const claimed of [undefined, "0", "10", "11", "12", "99999999999999999999", "-1", "ten"]) {
      const { stream, seen } = bodyOf([...sizes, 1, 1, 1]);
      const { sizes: taken, error } = await take(readBody(requestOf(stream, claimed), 10, SLOT));
      expect([taken, error], `Content-Length: ${claimed}`).toEqual([given, refused(413)]);
      expect(seen).toEqual({ asked: given.length + 1, cancelled: 1 });
    }
  });

  test.each(["0", "9", "11", "99999999999999999999", "-10", "ten", "10, 10", "10.5"])(
    "refuses 10 bytes that claim a Content-Length of %s with 400, at their end",
    async (claimed) => {
      const { sizes, error } = await take(readBody(requestOf(bodyOf([4, 6]).stream, claimed), 10, SLOT));
      expect([sizes, error]).toEqual([[4, 6], refused(400)]);
    },
  );

  test("passes a body of the length that it claims", async () => {
    const { sizes, error } = await take(readBody(requestOf(bodyOf([4, 6]).stream, "10"), 10, SLOT));
    expect([sizes, error]).toEqual([[4, 6], undefined]);
  });

  test.each([
    [undefined, undefined],
    ["0", undefined],
    ["5", refused(400)],
  ])("gives nothing of a request without a body that claims a Content-Length of %s", async (claimed, expected) => {
    expect(await take(readBody(requestOf(null, claimed), 0, SLOT))).toEqual({ sizes: [], error: expected });
  });

  test.each([undefined, "7", "10"])("refuses a truncated body with 400 and its cause (of %s)", async (claimed) => {
    const reset = new Error("Connection reset");
    const { sizes, error } = await take(readBody(requestOf(bodyOf([3, 4], reset).stream, claimed), 10, SLOT));
    expect([sizes, error]).toEqual([[3, 4], refused(400)]);
    expect(error).toHaveProperty("cause", reset);
    expect(error).toHaveProperty("message", expect.not.stringContaining("reset"));
  });

  test("asks for a chunk only when it is asked for one", async () => {
    const { stream, seen } = bodyOf([1, 1, 1]);
    const chunks = readBody(requestOf(stream), 3, SLOT);
    const counts = [seen.asked];
    for await (const _ of chunks) counts.push(seen.asked);
    expect(counts).toEqual([0, 1, 2, 3]);
  });

  test("is cancelled by a reader that stops early, and does not complain about the length", async () => {
    const { stream, seen } = bodyOf([1, 1, 1]);
    for await (const _ of readBody(requestOf(stream, "99"), 3, SLOT)) break;
    expect(seen).toEqual({ asked: 1, cancelled: 1 });
  });

  test("is cancelled by an error of its reader, which is passed on unchanged", async () => {
    const { stream, seen } = bodyOf([1, 1, 1]);
    const consume = async () => {
      for await (const _ of readBody(requestOf(stream), 3, SLOT)) throw mishap;
    };
    await expect(consume()).rejects.toBe(mishap);
    expect(seen).toEqual({ asked: 1, cancelled: 1 });
  });

  test("keeps its own error if cancelling fails", async () => {
    const cancel = () => Promise.reject(new Error("Already gone"));
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => controller.enqueue(new Uint8Array(2));
    const { error } = await take(
      readBody(requestOf(new ReadableStream({ pull, cancel }, { highWaterMark: 0 })), 1, SLOT),
    );
    expect(error).toEqual(refused(413));
  });
});

describe("atMost", () => {
  test.each([
    [[10], 10],
    [[4, 0, 6], 10],
    [[], 0],
  ])("passes %j, of at most %i bytes", async (sizes, maxBytes) => {
    const { stream, seen } = bodyOf(sizes);
    const { sizes: taken, error } = await take(atMost(stream, maxBytes, "A file"));
    expect([taken, error, seen.cancelled]).toEqual([sizes, undefined, 0]);
  });

  test("refuses one byte more with 413, says of what, gives none of the chunk and cancels the rest", async () => {
    const { stream, seen } = bodyOf([4, 7, 1]);
    const { sizes, error } = await take(atMost(stream, 10, "A file"));
    expect([sizes, error]).toEqual([[4], refused(413)]);
    expect(error).toHaveProperty("message", "A file must not exceed 10 bytes.");
    expect(seen).toEqual({ asked: 2, cancelled: 1 });
  });

  test("passes on an error of its source unchanged", async () => {
    expect(await take(atMost(bodyOf([1], mishap).stream, 10, "A file"))).toEqual({ sizes: [1], error: mishap });
    const broken = new BodyError(400, "The body was cut off.");
    expect((await take(atMost(bodyOf([1], broken).stream, 10, "A file"))).error).toBe(broken);
  });

  test("is cancelled by a reader that stops early or fails, whose error is passed on unchanged", async () => {
    const [left, failed] = [bodyOf([1, 1]), bodyOf([1, 1])];
    for await (const _ of atMost(left.stream, 10, "A file")) break;
    const consume = async () => {
      for await (const _ of atMost(failed.stream, 10, "A file")) throw mishap;
    };
    await expect(consume()).rejects.toBe(mishap);
    expect([left.seen, failed.seen]).toEqual(Array(2).fill({ asked: 1, cancelled: 1 }));
  });
});
