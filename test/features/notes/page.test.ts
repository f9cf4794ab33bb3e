import { beforeEach, describe, expect, test } from "vitest";
import { type Account, type Browser, createAccount, createNote, openBrowser, send, submit } from "../../harness.ts";

const HOSTILE = `</textarea><script>alert(1)</script>"'&<b>`;

/** A user of each test's own, signed in with a browser. */
let me: Account;
let browser: Browser;
beforeEach(async () => {
  me = await createAccount({ name: HOSTILE });
  browser = await openBrowser(me);
});

const open = (query = "") => send(`/notes${query}`, { headers: browser.headers });
const page = async (query = "") => (await open(query)).text();
const add = (fields: Record<string, string>) => submit(browser, "/notes", fields);

test("a note added by form is on the page", async () => {
  const response = await add({ title: "Tea", body: "Green" });
  expect([response.status, response.headers.get("Location")]).toEqual([303, "/notes"]);
  expect(await page()).toMatch(/Tea[\s\S]*Green/);
});

test("what a user typed comes back escaped wherever it is shown", async () => {
  await add({ title: HOSTILE, body: HOSTILE });
  const refused = await add({ title: "", body: HOSTILE });
  for (const html of [await page(), await page(`?q=${encodeURIComponent(HOSTILE)}`), await refused.text()]) {
    expect(html).not.toContain("<script>");
    expect(html).not.toContain("<b>");
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  }
});

test("a refused note answers 400 and loses nothing that was typed", async () => {
  const response = await add({ title: " ", body: "a long text" });
  expect(response.status).toBe(400);
  expect(await response.text()).toMatch(/The title is empty[\s\S]*a long text/);
});

test("a form over its limit answers 413, and another media type 415", async () => {
  expect((await add({ title: "t", body: "b".repeat(300_000) })).status).toBe(413);
  expect((await send("/notes", { method: "POST", headers: browser.headers, body: "title=x" })).status).toBe(415);
});

test("older notes are a link away, also within a search", async () => {
  for (let i = 0; i < 21; i++) await createNote(me, `note & ${i}`);
  const [, href = ""] = /href="\/notes(\?[^"]*)">Older/.exec(await page("?q=note%20%26")) ?? [];
  expect(await page(href.replaceAll("&amp;", "&"))).toMatch(/note &amp; 0</);
});

test("the page loads nothing but our own stylesheet and images", async () => {
  const policy = (await open()).headers.get("Content-Security-Policy") ?? "";
  expect(policy).toMatch(/^default-src 'none'; style-src 'self'; img-src 'self'; /);
  expect(policy).not.toContain("unsafe");
});

test("a query that is none of the page's answers 400 as a page", async () => {
  const response = await open("?cursor=x");
  expect([response.status, response.headers.get("Content-Type")]).toEqual([400, "text/html; charset=utf-8"]);
});

test("the page has the notes of who is signed in, and nobody else's", async () => {
  const other = await createAccount();
  await createNote(other, "Theirs");
  await createNote(me, "Mine");
  expect(await page()).toContain("Mine");
  for (const query of ["", "?q=theirs"]) expect(await page(query)).not.toContain("Theirs");
});

describe("who has not signed in", () => {
  const Accept = "text/html";

  test("is led to the sign-in page, and from there back", async () => {
    const response = await send("/notes?q=tea", { headers: { Accept } });
    expect([response.status, response.headers.get("Location")]).toEqual([303, "/login?next=%2Fnotes%3Fq%3Dtea"]);
  });

  test("adds no note by form", async () => {
    const headers = { Accept, "Sec-Fetch-Site": "same-origin" };
    const response = await send("/notes", { method: "POST", headers, body: new URLSearchParams({ title: "Tea" }) });
    expect([response.status, response.headers.get("Location")]).toEqual([303, "/login"]);
  });
});

describe("a form", () => {
  const refused: Readonly<Record<string, () => Promise<Response>>> = {
    "without the session's token": () => add({ csrf: "", title: "Forged" }),
    "with the token of another session": async () => add({ csrf: (await openBrowser(me)).csrf, title: "Forged" }),
    "from another site": () => {
      const body = new URLSearchParams({ csrf: browser.csrf, title: "Forged" });
      return send("/notes", { method: "POST", headers: { ...browser.headers, "Sec-Fetch-Site": "cross-site" }, body });
    },
  };
  test.each(Object.entries(refused))("%s answers 403 and adds nothing", async (_, sent) => {
    expect((await sent()).status).toBe(403);
    expect(await page()).toContain("No notes yet.");
  });

  test("carries the session's token", async () => {
    const [, form = ""] = /<form method="post" action="\/notes">([\s\S]*?)<\/form>/.exec(await page()) ?? [];
    expect(form).toContain(`<input type="hidden" name="csrf" value="${browser.csrf}">`);
  });
});
