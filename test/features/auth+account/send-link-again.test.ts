import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { createAccount } from "../../harness.ts";
import { flashOf, openPlainBrowserOf } from "../../plain-browser.ts";

test("the page of the account sends the link again to an address that is not confirmed", async () => {
  const me = await createAccount({ emailVerified: false });
  const browser = await openPlainBrowserOf(me);
  expect((await browser.open("/account")).text).toContain("Send the link again");
  expect(flashOf(await browser.submit({}, "/account/verify-email"))).toBe("An e-mail is on its way.");
  const mails = env.DB.prepare("SELECT count(*) AS n FROM outbox WHERE recipient = ?").bind(me.user.email);
  expect(await mails.first("n")).toBe(1);
});
