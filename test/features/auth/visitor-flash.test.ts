/** The messages that the forms of visitors leave. */
import { describe, expect, test } from "vitest";
import { createAccount, PASSWORD, send } from "../../harness.ts";
import { cookieOf } from "../../identity/sessions/cookie-of.ts";
import { flashOf, openPlainBrowser } from "../../plain-browser.ts";

const MESSAGE = "If an account with this address exists, an e-mail is on its way.";

describe("a visitor's message", () => {
  test("survives the way through /login, and is shown once", async () => {
    const browser = openPlainBrowser();
    await browser.open("/forgot-password");
    const page = await browser.submit({ email: "nobody@example.com" });
    expect([page.path, flashOf(page)]).toEqual(["/login", MESSAGE]);
    expect(flashOf(await browser.open("/login"))).toBeUndefined();
  });

  test("that was not shown before signing in is shown after it, once, and its cookie is gone", async () => {
    const { user } = await createAccount();
    const headers = { "Sec-Fetch-Site": "same-origin", Accept: "text/html" };
    const body = new URLSearchParams({ email: "nobody@example.com" });
    const left = await send("/forgot-password", { method: "POST", headers, body });
    const browser = openPlainBrowser();
    browser.cookies.set("__Host-flash", cookieOf(left, "flash"));
    const credentials = { email: user.email, password: PASSWORD, next: "/forgot-password" };
    const page = await browser.submit(credentials, "/login");
    expect([page.path, flashOf(page)]).toEqual(["/forgot-password", MESSAGE]);
    expect(browser.cookies.has("__Host-flash")).toBe(false);
    expect(flashOf(await browser.open("/forgot-password"))).toBeUndefined();
  });
});
