import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { facts } from "../../harness.ts";

test("the app is not ready if the bucket does not respond", async () => {
  const check = facts.checks.files;
  await check?.({ env, db: env.DB });
  const FILES = { head: () => Promise.reject(new Error("The bucket is down")) } as unknown as R2Bucket;
  await expect(check?.({ env: { ...env, FILES }, db: env.DB })).rejects.toThrow("is down");
});
