import { beforeEach, expect, test } from "vitest";
import { clearNotes, createNote, send } from "../../harness.ts";

const HOSTILE = `</textarea><script>alert(1)</script>"'&<b>`;
const page = async (query = "") => (await send(`/${query}`)).text();
const submit = (fields: Record<string, string>) => send("/", { method: "POST", body: new URLSearchParams(fields) });

beforeEach(clearNotes);

test("a note added by form is on the page", async () => {
  const response = await submit({ title: "Tea", body: "Green" });
  expect([response.status, response.headers.get("Location")]).toEqual([303, "/"]);
  expect(await page()).toMatch(/Tea[\s\S]*Green/);
});

test("what a user typed comes back escaped wherever it is shown", async () => {
  await submit({ title: HOSTILE, body: HOSTILE });
  const refused = await submit({ title: "", body: HOSTILE });
  for (const html of [await page(), await page(`?q=${encodeURIComponent(HOSTILE)}`), await refused.text()]) {
    expect(html).not.toContain("<script>");
    expect(html).not.toContain("<b>");
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  }
});

test("a refused note answers 400 and loses nothing that was typed", async () => {
  const response = await submit({ title: " ", body: "a long text" });
  expect(response.status).toBe(400);
  expect(await response.text()).toMatch(/The title is empty[\s\S]*a long text/);
});

test("a form over its limit answers 413, and another media type 415", async () => {
  expect((await submit({ title: "t", body: "b".repeat(300_000) })).status).toBe(413);
  expect((await send("/", { method: "POST", body: "title=x" })).status).toBe(415);
});

test("older notes are a link away, also within a search", async () => {
  for (let i = 0; i < 21; i++) await createNote(`note & ${i}`);
  const [, href = ""] = /href="(\/\?[^"]*)">Older/.exec(await page("?q=note%20%26")) ?? [];
  expect(await page(href.slice(1).replaceAll("&amp;", "&"))).toMatch(/note &amp; 0</);
});

test("the page loads nothing but its own style, and a style in a note has no nonce", async () => {
  const policy = (await send("/")).headers.get("Content-Security-Policy") ?? "";
  expect(policy).toMatch(/^default-src 'none'; style-src 'nonce-[0-9a-f-]{36}'; /);
  expect(policy).not.toContain("unsafe");
});

test("a query that is none of the page's answers 400 as a page", async () => {
  const response = await send("/?cursor=x", { headers: { Accept: "text/html" } });
  expect([response.status, response.headers.get("Content-Type")]).toEqual([400, "text/html; charset=utf-8"]);
});
