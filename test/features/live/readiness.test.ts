import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import type { Env } from "../../../src/env.ts";
import { facts } from "../../harness.ts";

test("the app is not ready if the feed does not answer", async () => {
  const check = facts.checks.live;
  await check?.({ env, db: env.DB });
  const LIVE_FEED = {
    idFromName: () => "",
    get: () => ({ report: () => Promise.reject(new Error("The object is down")) }),
  } as unknown as Env["LIVE_FEED"];
  await expect(check?.({ env: { ...env, LIVE_FEED }, db: env.DB })).rejects.toThrow("is down");
});
