import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import type { Env } from "../../../src/env.ts";
import { facts } from "../../harness.ts";

test("the app is not ready if rooms do not respond", async () => {
  const check = facts.checks.chat;
  await check?.({ env, db: env.DB });
  const CHAT_ROOM = {
    idFromName: () => "",
    get: () => ({ history: () => Promise.reject(new Error("The object is down")) }),
  } as unknown as Env["CHAT_ROOM"];
  await expect(check?.({ env: { ...env, CHAT_ROOM }, db: env.DB })).rejects.toThrow("is down");
});
