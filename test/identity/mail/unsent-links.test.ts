/** A link that could not be mailed takes no place among the live ones: the owner always gets one in the end. */
import { env } from "cloudflare:test";
import { expect, test, vi } from "vitest";
import type { Env } from "../../../src/env.ts";
import { createAccount, PRODUCTION, send, sendJson } from "../../harness.ts";

const { user, headers } = await createAccount({ emailVerified: false });

const ways = {
  reset: (bindings: Partial<Env>) => sendJson("POST", "/api/auth/forgot-password", { email: user.email }, {}, bindings),
  verify: (bindings: Partial<Env>) => send("/api/me/verify-email", { method: "POST", headers }, bindings),
};

test.each(Object.entries(ways))("after mails that failed, the next one brings a %s link", async (purpose, ask) => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const sent: { readonly text: string }[] = [];
  const send = vi.fn(async (mail: { readonly text: string }) => void sent.push(mail));
  const bindings = { ...PRODUCTION, EMAIL: { send } as unknown as SendEmail };
  for (let failure = 0; failure < 4; failure += 1) {
    send.mockRejectedValueOnce(new Error("The mail server is away"));
    expect((await ask(bindings)).status).toBe(202);
  }
  expect([sent.length, log.mock.calls.length]).toEqual([0, 4]);
  await ask(bindings);
  expect(sent.map(({ text }) => text)).toEqual([expect.stringMatching(/\?token=[\w-]{43}\s/)]);
  const live = env.DB.prepare("SELECT count(*) AS n FROM email_tokens WHERE user_id = ? AND purpose = ?");
  expect(await live.bind(user.id, purpose).first("n")).toBe(1);
});
