import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import { type Account, type Browser, createAccount, openBrowser, send, signInResponse, submit } from "../../harness.ts";
import { escaped, expectHarmless, HOSTILE } from "../../hostile-text.ts";
import { followPager } from "../../list-links.ts";
import { plainText } from "../../plain-browser.ts";
import { createNote } from "./notes.ts";

/** A user of each test's own, signed in with a browser. */
let me: Account;
let browser: Browser;
beforeEach(async () => {
  me = await createAccount();
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

describe.each(HOSTILE)("the text %j", (hostile) => {
  test("comes back escaped wherever it is shown, to a page and to HTMX", async () => {
    const { id } = await createNote(me, hostile, hostile);
    const fields = { title: hostile, body: `${hostile}!`, version: "99" };
    const query = `?q=${encodeURIComponent(hostile)}`;
    const htmx = { ...browser, headers: { ...browser.headers, "HX-Request": "true" } };
    const shown = [
      await open(),
      await open(query),
      await send(`/notes${query}`, { headers: htmx.headers }),
      await send(`/notes/${id}`, { headers: browser.headers }),
      await send(`/notes/${id}?edit`, { headers: browser.headers }),
      await send(`/notes/${id}?edit`, { headers: htmx.headers }),
      await add({ title: "t".repeat(201), body: hostile }),
      await submit(browser, `/notes/${id}`, fields),
      await submit(htmx, `/notes/${id}`, fields),
      await submit(htmx, `/notes/${id}`, { ...fields, version: "1" }),
      await submit(htmx, "/notes", { title: hostile, body: hostile }),
      await submit(htmx, `/notes/${id}/delete`, {}),
      await submit(htmx, `/notes/${id}/restore`, {}),
      await submit(browser, `/notes/${id}/delete`, {}).then(() => open()),
      await submit(browser, `/notes/${id}/restore`, {}).then(() => open()),
    ];
    for (const response of shown) {
      const text = await response.text();
      await expectHarmless(text);
      // A form sends a line's end as it likes, and the store takes off the spaces around a title.
      expect(text.replaceAll("\r", "")).toContain(escaped(hostile.trim().replaceAll("\r", "")));
    }
  });
});

test("only a list without notes says that there are none, also in a text browser", async () => {
  const textOf = async (query = "", headers = {}) =>
    plainText(await (await send(`/notes${query}`, { headers: { ...browser.headers, ...headers } })).text());
  expect(await textOf()).toContain("No notes yet.");
  await add({ title: "Tea" });
  await add({ title: "Toast" });
  for (const query of ["", "?q=t", "?limit=1"]) {
    for (const headers of [{}, { "HX-Request": "true" }]) expect(await textOf(query, headers)).not.toContain("No ");
  }
  expect(await textOf("?q=coffee")).toContain("No matching notes.");
  const [, older = ""] = /rel="next" href="\/notes([^"]*)"/.exec(await page("?limit=1")) ?? [];
  await env.DB.prepare("DELETE FROM notes WHERE title = 'Tea'").run();
  const emptied = await textOf(older.replaceAll("&amp;", "&"));
  expect(emptied).toContain("No notes on this page.");
  expect(emptied).toContain("Newer notes");
  await env.DB.prepare("DELETE FROM notes WHERE title = 'Toast'").run();
  expect(await textOf(older)).toContain("No notes yet.");
});

test("a refused note gets 400, and the page keeps the typed text", async () => {
  const response = await add({ title: " ", body: "a long text" });
  expect(response.status).toBe(400);
  expect(await response.text()).toMatch(/The title is empty[\s\S]*a long text/);
});

test("a note comes out of its form as it went in, with the lines that it had", async () => {
  const body = "\n\none\n\ttwo\n\n";
  const { id } = await createNote(me, "Lines", body);
  const form = await (await send(`/notes/${id}?edit`, { headers: browser.headers })).text();
  // The parser drops the first line's end of a textarea, and no other.
  expect(form).toContain(`>\n${body}</textarea>`);
  await submit(browser, `/notes/${id}`, { title: "Lines", body: body.replaceAll("\n", "\r\n"), version: "1" });
  const kept = await (await send(`/api/notes/${id}`, { headers: me.headers })).json<{ body: string }>();
  expect(kept.body).toBe(body);
});

test("a form over its limit gets 413, and one of another media type gets 415", async () => {
  expect((await add({ title: "t", body: "b".repeat(300_000) })).status).toBe(413);
  expect((await send("/notes", { method: "POST", headers: browser.headers, body: "title=x" })).status).toBe(415);
});

test("each page of a search is an address, and links to its neighbours and to the newest notes", async () => {
  for (let i = 0; i < 41; i++) await createNote(me, `note & ${i}`);
  const linkOf = (text: string, rel: "prev" | "next") =>
    new RegExp(`rel="${rel}" href="/notes([^"]*)"`).exec(text)?.[1]?.replaceAll("&amp;", "&");
  const titlesOf = (text: string) => [...text.matchAll(/note &amp; (\d+)<\/a>/g)].map(([, number]) => number);
  const first = await page("?q=note%20%26");
  expect([linkOf(first, "prev"), titlesOf(first).length]).toEqual([undefined, 20]);
  expect(first).toContain("41 matching");
  const second = await page(linkOf(first, "next"));
  expect(second).toContain('<a href="/notes?q=note+%26">Newest notes</a>');
  const third = await page(linkOf(second, "next"));
  expect([linkOf(third, "next"), titlesOf(third)]).toEqual([undefined, ["0"]]);
  const back = await page(linkOf(third, "prev"));
  expect(titlesOf(back)).toEqual(titlesOf(second));
  const newest = await page(linkOf(back, "prev"));
  expect([linkOf(newest, "prev"), titlesOf(newest)]).toEqual([undefined, titlesOf(first)]);
});

test("the page loads nothing but our own stylesheet and images", async () => {
  const policy = (await open()).headers.get("Content-Security-Policy") ?? "";
  expect(policy).toMatch(/^default-src 'none'; style-src 'self'; img-src 'self'; /);
  expect(policy).not.toContain("unsafe");
});

test("a query that the page does not accept gets 400 as a page", async () => {
  const response = await open("?cursor=x");
  expect([response.status, response.headers.get("Content-Type")]).toEqual([400, "text/html; charset=utf-8"]);
});

test("the page has the notes of the signed-in user only", async () => {
  const other = await createAccount();
  await createNote(other, "Theirs");
  await createNote(me, "Mine");
  expect(await page()).toContain("Mine");
  for (const query of ["", "?q=theirs"]) expect(await page(query)).not.toContain("Theirs");
});

describe("a visitor who has not signed in", () => {
  const Accept = "text/html";

  test("is led to the sign-in page, and from there back", async () => {
    const response = await send("/notes?q=tea", { headers: { Accept } });
    expect([response.status, response.headers.get("Location")]).toEqual(signInResponse("/notes?q=tea"));
  });

  test("adds no note by form", async () => {
    const headers = { Accept, "Sec-Fetch-Site": "same-origin" };
    const response = await send("/notes", { method: "POST", headers, body: new URLSearchParams({ title: "Tea" }) });
    expect([response.status, response.headers.get("Location")]).toEqual(signInResponse());
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
  test.each(Object.entries(refused))("%s gets 403 and adds nothing", async (_, sent) => {
    expect((await sent()).status).toBe(403);
    expect(await page()).toContain("No notes yet.");
  });

  test("carries the session's token", async () => {
    const [, form = ""] = /<form [^>]*method="post" action="\/notes"[^>]*>([\s\S]*?)<\/form>/.exec(await page()) ?? [];
    expect(form).toContain(`<input type="hidden" name="csrf" value="${browser.csrf}">`);
  });
});

test("the links between pages keep the limit, and so does a search", async () => {
  for (const title of ["a", "b", "c"]) await createNote(me, title);
  const queries = await followPager(page, "?limit=1&q=");
  expect(queries).toHaveLength(4);
  for (const query of queries) expect(new URLSearchParams(query).get("limit")).toBe("1");
  const text = await page("?limit=1");
  expect(text).toContain('<input type="hidden" name="limit" value="1">');
  expect(text).toMatch(/href="\/notes\/[0-9a-f-]{36}\?limit=1"/);
  expect(await page()).not.toContain("limit");
});
