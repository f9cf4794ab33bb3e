import { env } from "cloudflare:test";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { nextPath } from "../../../src/web/request/next-path.ts";
import { createAccount, openBrowser, PASSWORD, send, submit } from "../../harness.ts";

// Many requests or hashes a test: on a slow machine they take their time.
vi.setConfig({ testTimeout: 60_000 });

const HERE = "https://candor.example/login?next=x";
const FALLBACK = "/start";

const HOSTILE = [
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "\\/evil.example",
  "/\\/evil.example",
  "/a\\..\\\\evil.example",
  "/notes\\new",
  "https://evil.example",
  "https:evil.example",
  "https:/evil.example",
  "HTTPS://evil.example",
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "data:text/html,x",
  "blob:https://candor.example/x",
  "/\t/evil.example",
  "/\n/evil.example",
  "/\r/evil.example",
  "\t//evil.example",
  " //evil.example",
  "//evil.example\n",
  "/ok\n",
  "/\0/evil.example",
  "/.//evil.example",
  "/..//evil.example",
  "/a/..//evil.example",
  "/%2e//evil.example",
  "/%2E%2e//evil.example",
  "/././/evil.example",
  "／／evil.example",
  "/／evil.example",
  "/＼evil.example",
  "/․․//evil.example",
  "//evil。example",
  "//candor.example@evil.example",
  "@evil.example",
  "/ok\r\nSet-Cookie: a=b",
  "//evil.example/?next=/ok",
  "evil.example",
  "notes",
  "?next=/notes",
  "#x",
  "",
  undefined,
];

describe("nextPath", () => {
  test.each(HOSTILE)("refuses %j", (next) => {
    expect(nextPath(next, HERE, FALLBACK)).toBe(FALLBACK);
  });

  test.each([
    ["/", "/"],
    ["/notes", "/notes"],
    ["/notes?q=tea&cursor=abc%20d", "/notes?q=tea&cursor=abc%20d"],
    ["/notes?q=//evil.example", "/notes?q=//evil.example"],
    ["/a//b", "/a//b"],
    ["/a/../b", "/b"],
    ["/notes#part", "/notes"],
    // A browser decodes neither: they are names on our own host.
    ["/%2F/evil.example", "/%2F/evil.example"],
    ["/%5Cevil.example", "/%5Cevil.example"],
    ["/%09/evil.example", "/%09/evil.example"],
    ["/@evil.example", "/@evil.example"],
  ])("keeps %s as %s", (next, path) => {
    expect(nextPath(next, HERE, FALLBACK)).toBe(path);
  });

  test("refuses other hosts however long they are", () => {
    expect(nextPath(`//${"a".repeat(100_000)}.example`, HERE, FALLBACK)).toBe(FALLBACK);
    expect(nextPath(`/${"./".repeat(50_000)}/evil.example`, HERE, FALLBACK)).toBe(FALLBACK);
  });

  const piece = fc.oneof(
    fc.constantFrom("/", "\\", ".", "..", "%2e", "%2f", "%5c", "\t", "\n", "\r", "@", ":", "?", "#", "evil.example"),
    fc.constantFrom("／", "＼", "。", "https:", "javascript:", "//"),
    fc.string({ unit: "binary", maxLength: 3 }),
  );
  const nasty = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));

  test.each(["https://candor.example", "http://localhost:8787"])("never leads away from %s", (origin) => {
    const property = fc.property(fc.oneof(nasty, fc.webUrl(), fc.string()), fc.boolean(), (text, isRooted) => {
      const result = nextPath(isRooted ? `/${text}` : text, `${origin}/login`, FALLBACK);
      expect(result).toMatch(/^\/(?![/\\])[!-~]*$/);
      expect(new URL(result, `${origin}/any/page`).origin).toBe(origin);
      expect(nextPath(result, `${origin}/login`, "/other")).toBe(result);
    });
    fc.assert(property, { numRuns: 5000 });
  });
});

const limits = { ...env, SIGN_IN_RATE_LIMIT: 100_000, ACCOUNT_RATE_LIMIT: 100_000 };

describe("the sign-in form", () => {
  test.each(HOSTILE)("of GET /login does not hold %j", async (next) => {
    const query = next === undefined ? "" : `?${new URLSearchParams({ next })}`;
    const page = await (await send(`/login${query}`)).text();
    expect(page).toContain('<input type="hidden" name="next" value="/notes">');
  });

  test("holds a path of our own, escaped, also where it is given twice", async () => {
    const page = await (await send("/login?next=%2Fnotes%3Fq%3D%22%26x%3D1&next=//evil.example")).text();
    expect(page).toContain('<input type="hidden" name="next" value="/notes?q=%22&amp;x=1">');
    expect(page).not.toContain("evil");
  });

  const spellings = [
    "/notes?q=tea",
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
    const isOurs = next.startsWith("/notes");
    expect([response.status, response.headers.get("Location")]).toEqual([303, isOurs ? next : "/notes"]);
    expect(response.headers.has("X-Evil")).toBe(false);
  });

  test("shows a bad next no more when the password was wrong", async () => {
    const browser = await openBrowser(await createAccount());
    const page = await submit(browser, "/login", { email: "no address", password: "x", next: "//evil.example" });
    expect([page.status, await page.text()]).toEqual([401, expect.not.stringContaining("evil")]);
  });
});
