import { env } from "cloudflare:test";
import { expect, test, vi } from "vitest";
import { createAccount, openBrowser, PRODUCTION, send } from "../../harness.ts";
import { flashOf, openPlainBrowserOf } from "../../plain-browser.ts";

test("the page of the account sends the link again to an address that is not confirmed", async () => {
  const me = await createAccount({ emailVerified: false });
  const browser = await openPlainBrowserOf(me);
  expect((await browser.open("/account")).text).toContain("Send the link again");
  expect(flashOf(await browser.submit({}, "/account/verify-email"))).toBe("An e-mail is on its way.");
  const mails = env.DB.prepare("SELECT count(*) AS n FROM outbox WHERE recipient = ?").bind(me.user.email);
  expect(await mails.first("n")).toBe(1);
});

test("while mail is off, the link is not sent again, and the page of the account says why", async () => {
  const OFF = { ...PRODUCTION, MAIL_PROVIDER: "" };
  const me = await createAccount({ emailVerified: false });
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const { text } = await (await openPlainBrowserOf(me, OFF)).open("/account");
  expect([text.includes("Send the link again"), text.includes("Mail is not configured")]).toEqual([false, true]);
  const { headers, csrf } = await openBrowser(me);
  const asked = [
    await send("/api/me/verify-email", { method: "POST", headers: me.headers }, OFF),
    await send("/account/verify-email", { method: "POST", headers, body: new URLSearchParams({ csrf }) }, OFF),
  ];
  for (const response of asked) {
    expect([response.status, response.headers.get("Retry-After")]).toEqual([503, "3600"]);
    expect(await response.text()).toContain("Mail is not configured, so no link can be sent.");
  }
  const tokens = env.DB.prepare("SELECT count(*) AS n FROM email_tokens WHERE user_id = ?").bind(me.user.id);
  expect(await tokens.first("n")).toBe(0);
  warn.mockRestore();
});
