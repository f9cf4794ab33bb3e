/** Where signing in leads on to. */
import { env } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { createAccount, facts, openBrowser, PASSWORD, send, submit } from "../../harness.ts";
import { HOSTILE_PATHS } from "../../hostile-paths.ts";

// Many requests or hashes a test: on a slow machine they take their time.
vi.setConfig({ testTimeout: 60_000 });

const limits = { ...env, SIGN_IN_RATE_LIMIT: 100_000, ACCOUNT_RATE_LIMIT: 100_000 };

describe("the sign-in form", () => {
  test.each(HOSTILE_PATHS)("of GET /login does not hold %j", async (next) => {
    const query = next === undefined ? "" : `?${new URLSearchParams({ next })}`;
    const page = await (await send(`/login${query}`)).text();
    expect(page).toContain(`<input type="hidden" name="next" value="${facts.startPath}">`);
  });

  test("holds a path of our own, escaped, also where it is given twice", async () => {
    const page = await (await send("/login?next=%2Fthings%3Fq%3D%22%26x%3D1&next=//evil.example")).text();
    expect(page).toContain('<input type="hidden" name="next" value="/things?q=%22&amp;x=1">');
    expect(page).not.toContain("evil");
  });

  const spellings = [
    "/things?q=tea",
    "//evil.example",
    "/\\evil.example",
    "/.//evil.example",
    "/ok\r\nX-Evil: 1",
    "/\t/evil",
  ];
  test.each(spellings)("leads on from POST /login with next %j only to a path of our own", async (next) => {
    const { user } = await createAccount();
    const fields = { email: user.email, password: PASSWORD, next };
    const headers = { "Sec-Fetch-Site": "same-origin", Accept: "text/html" };
    const response = await send("/login", { method: "POST", headers, body: new URLSearchParams(fields) }, limits);
    const isOurs = next.startsWith("/things");
    expect([response.status, response.headers.get("Location")]).toEqual([303, isOurs ? next : facts.startPath]);
    expect(response.headers.has("X-Evil")).toBe(false);
  });

  test("shows a bad next no more when the password was wrong", async () => {
    const browser = await openBrowser(await createAccount());
    const page = await submit(browser, "/login", { email: "no address", password: "x", next: "//evil.example" });
    expect([page.status, await page.text()]).toEqual([401, expect.not.stringContaining("evil")]);
  });
});
