/** A rotation that does not respond leaves the client enough time to retry. */
import { env } from "cloudflare:test";
import { afterEach, expect, test, vi } from "vitest";
import { useRefreshToken } from "../../../src/identity/tokens/refresh-token.ts";
import { readTokenKeys } from "../../../src/identity/tokens/token-keys.ts";
import { openRequestDatabase } from "../../../src/web/platform/request-database.ts";
import { DeadlineError } from "../../../src/web/platform/transient.ts";
import { type Intercept, intercepted } from "../../faults.ts";
import { createAccount } from "../../harness.ts";

/** A retry within this time gets the same successor. */
const GRACE_MS = 5_000;
/** What the response says, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

afterEach(() => void vi.useRealTimers());

test("a client whose rotation took effect without a response retries in time, and gets the successor", async () => {
  const { refreshToken } = await createAccount();
  const keys = readTokenKeys(env.TOKEN_KEYS);
  let rotated: Promise<unknown> | undefined;
  const intercept: Intercept = (_, make) => {
    rotated = make();
    return new Promise(() => {});
  };
  vi.useFakeTimers();
  const began = Date.now();
  const db = openRequestDatabase(intercepted(env, intercept).DB);
  const failure = useRefreshToken(db, keys, refreshToken).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(GRACE_MS - RETRY_AFTER_MS);
  expect(await Promise.race([failure, "still waiting"])).toBeInstanceOf(DeadlineError);
  await rotated;
  expect(Date.now() - began).toBeLessThanOrEqual(GRACE_MS - RETRY_AFTER_MS);
  const retried = await useRefreshToken(openRequestDatabase(env.DB), keys, refreshToken);
  expect(retried).toHaveProperty("refreshToken");
});
