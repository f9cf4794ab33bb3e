/** A bucket that does not respond ends an upload in time. */
import { env } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CALL_DEADLINE_MS, writeObject } from "../../../src/features/files/write-object.ts";
import { isTransient } from "../../../src/web/platform/transient.ts";
import { type Intercept, intercepted } from "../../faults.ts";
import { bytesOf, MIB } from "./files.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

const CALLS = ["put", "createMultipartUpload", "uploadPart", "complete"];

test.each(CALLS)("an upload fails if R2 does not respond to %s", async (method) => {
  let isCalled = false;
  const intercept: Intercept = (call, make) => {
    if (call.name !== `FILES.${method}`) return make();
    isCalled = true;
    return new Promise(() => {});
  };
  const { FILES } = intercepted(env, intercept);
  async function* chunks() {
    yield bytesOf(method === "put" ? 1 : 5 * MIB + 1);
  }
  const failure = writeObject(FILES, crypto.randomUUID(), chunks(), async () => {}).catch((error: unknown) => error);
  await vi.waitUntil(() => isCalled);
  await vi.advanceTimersByTimeAsync(CALL_DEADLINE_MS);
  expect(isTransient(await failure)).toBe(true);
});
