/** Objects reach R2 intact, and an upload ends if storage makes no progress. */
import { env } from "cloudflare:test";
import { Buffer } from "node:buffer";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BodyError } from "../../../src/features/files/body.ts";
import { STORAGE_STALL_MS, writeObject } from "../../../src/features/files/write-object.ts";
import { DeadlineError, WRITE_DEADLINE_MS } from "../../../src/web/platform/transient.ts";
import { type Intercept, intercepted } from "../../faults.ts";
import { bytesOf, KIB, MIB, SLOT, sha256 } from "./files.ts";

vi.setConfig({ testTimeout: 60_000 });

async function* chunksOf(bytes: Uint8Array, ending?: Error, chunkBytes = 100_000) {
  for (let at = 0; at < bytes.byteLength; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  if (ending) throw ending;
}

/** Creates a bucket whose given method does not respond. */
function stalledAt(method: string) {
  let isCalled = false;
  const intercept: Intercept = (call, make) => {
    if (call.name !== `FILES.${method}`) return make();
    isCalled = true;
    return new Promise(() => {});
  };
  return { ...intercepted(env, intercept), isCalled: () => isCalled };
}

const write = (bucket: R2Bucket, key: string, chunks: AsyncIterable<Uint8Array>, length?: number, slot = SLOT) =>
  writeObject(bucket, key, { chunks, length }, async () => {}, slot);

describe("bytes are stored unchanged", () => {
  const SIZES = [0, 1, 64 * KIB, 64 * KIB + 1, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 10 * MIB, 12 * MIB];
  const cases = SIZES.flatMap((size) => [true, false].map((isKnown) => ({ size, isKnown })));
  test.each(cases)("$size bytes, with a known length: $isKnown", async ({ size, isKnown }) => {
    const [key, bytes] = [crypto.randomUUID(), bytesOf(size)];
    const written = await write(env.FILES, key, chunksOf(bytes), isKnown ? size : undefined);
    expect(written).toEqual({ size, sha256: await sha256(bytes) });
    const object = await env.FILES.get(key);
    expect(Buffer.from((await object?.arrayBuffer()) ?? "").equals(bytes)).toBe(true);
  });
});

describe("chunks that fail leave no object", () => {
  const failures = [new BodyError(400, "The body was cut off."), new Error("The disk is full")];
  const cases = failures.flatMap((error) =>
    [0, 1, 64 * KIB, 200 * KIB, 6 * MIB, 8 * MIB].flatMap((size) =>
      [7 * MIB, undefined].map((length) => ({ error, size, length })),
    ),
  );
  test.each(cases)("$error.name after $size bytes of $length", async ({ error, size, length }) => {
    const key = crypto.randomUUID();
    const failure = await write(env.FILES, key, chunksOf(bytesOf(size), error), length).catch((thrown) => thrown);
    expect([failure, await env.FILES.head(key)]).toEqual([error, null]);
  });
});

describe("storage that makes no progress", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  test.each([
    { method: "put", size: 1, length: undefined },
    { method: "put", size: 1, length: 1 },
    { method: "put", size: MIB, length: undefined },
    { method: "put", size: MIB, length: MIB },
    { method: "createMultipartUpload", size: 5 * MIB, length: undefined },
    { method: "uploadPart", size: 5 * MIB, length: undefined },
    { method: "complete", size: 5 * MIB, length: undefined },
  ])("ends an upload after 60 s: $method of $size bytes of $length", async ({ method, size, length }) => {
    const { FILES, isCalled } = stalledAt(method);
    const failed = vi.fn();
    write(FILES, crypto.randomUUID(), chunksOf(bytesOf(size)), length).catch(failed);
    await vi.waitUntil(isCalled);
    await vi.advanceTimersByTimeAsync(STORAGE_STALL_MS - 1000);
    expect(failed).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1000);
    expect(failed.mock.calls).toEqual([[expect.any(DeadlineError)]]);
  });

  test("does not count the time in which the client sends nothing", async () => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    async function* chunks() {
      yield bytesOf(64 * KIB);
      await arrived;
      yield bytesOf(1);
    }
    const [done, failed] = [vi.fn(), vi.fn()];
    write(env.FILES, crypto.randomUUID(), chunks(), 64 * KIB + 1).then(done, failed);
    await vi.advanceTimersByTimeAsync(10 * STORAGE_STALL_MS);
    arrive();
    await vi.waitUntil(() => done.mock.calls.length + failed.mock.calls.length > 0);
    expect([done, failed].map((each) => each.mock.calls.length)).toEqual([1, 0]);
  });

  test("is reported after an error of the client, since the write may still take effect", async () => {
    const { FILES, isCalled } = stalledAt("put");
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    async function* chunks() {
      yield bytesOf(1);
      await arrived;
      throw new BodyError(400, "The body was cut off.");
    }
    const failed = vi.fn();
    write(FILES, crypto.randomUUID(), chunks(), MIB).catch(failed);
    await vi.waitUntil(isCalled);
    arrive();
    await vi.advanceTimersByTimeAsync(WRITE_DEADLINE_MS);
    expect(failed.mock.calls).toEqual([[expect.any(DeadlineError)]]);
  });
});

test("each response of storage touches the slot of the upload", async () => {
  const touch = vi.fn();
  await write(env.FILES, crypto.randomUUID(), chunksOf(bytesOf(MIB)), MIB, { ...SLOT, touch });
  expect(touch.mock.calls.length).toBeGreaterThanOrEqual(16);
});

describe("a write that fails early", () => {
  test.each([MIB, undefined])("ends the upload at once, for a length of %s", async (length) => {
    const intercept: Intercept = async (call, make) => {
      if (call.name === "FILES.put") throw new Error("put: We encountered an internal error. (10001)");
      return make();
    };
    const { FILES } = intercepted(env, intercept);
    await expect(write(FILES, crypto.randomUUID(), chunksOf(bytesOf(MIB)), length)).rejects.toThrow("(10001)");
  });
});
