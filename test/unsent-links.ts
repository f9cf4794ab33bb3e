/** A link that could not be mailed takes no place among the live ones: the owner always gets one in the end. */
import { env } from "cloudflare:test";
import { expect, test, vi } from "vitest";
import type { Env } from "../src/env.ts";
import { type Account, createAccount, PRODUCTION } from "./harness.ts";

/** Declares the test. @param ask Causes the mail, and gets 202. */
export function testUnsentLinks(
  purpose: "reset" | "verify",
  ask: (account: Account, bindings: Partial<Env>) => Promise<Response>,
): void {
  test(`after mails that were not sent, the next one brings a ${purpose} link`, async () => {
    const account = await createAccount({ emailVerified: false });
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const sent: { readonly text: string }[] = [];
    const send = vi.fn(async (mail: { readonly text: string }) => void sent.push(mail));
    const bindings = { ...PRODUCTION, MAIL_PROVIDER: "cloudflare", EMAIL: { send } as unknown as SendEmail };
    for (let failure = 0; failure < 4; failure += 1) {
      send.mockRejectedValueOnce(Object.assign(new Error("Not today"), { code: "E_DAILY_LIMIT_EXCEEDED" }));
      expect((await ask(account, bindings)).status).toBe(202);
    }
    expect([sent.length, log.mock.calls.length]).toEqual([0, 4]);
    await ask(account, bindings);
    expect(sent.map(({ text }) => text)).toEqual([expect.stringMatching(/\?token=[\w-]{43}\s/)]);
    const live = env.DB.prepare("SELECT count(*) AS n FROM email_tokens WHERE user_id = ? AND purpose = ?");
    expect(await live.bind(account.user.id, purpose).first("n")).toBe(1);
    log.mockRestore();
  });
}
