import { html } from "@remix-run/html-template";
import { expect, test } from "vitest";
import { hxRedirect, hxTrigger, isHtmx, partOrPage, partOrRedirect } from "../../../src/web/pages/htmx.ts";

const request = (headers: Record<string, string> = {}) => new Request("http://localhost/", { headers });
const HTMX = { "HX-Request": "true" };
const content = { part: () => html`<i>part</i>`, page: async () => html`<html></html>`, headers: hxRedirect("/x") };

test("a part is asked for by HTMX, unless it restores a page from the history", () => {
  expect(isHtmx(request())).toBe(false);
  expect(isHtmx(request(HTMX))).toBe(true);
  expect(isHtmx(request({ ...HTMX, "HX-History-Restore-Request": "true" }))).toBe(false);
});

test("HTMX gets the part with its headers, everybody else the page, and caches are told", async () => {
  const [part, page] = [
    await partOrPage(request(HTMX), content),
    await partOrPage(request(), { ...content, status: 412 }),
  ];
  expect([await part.text(), part.status, part.headers.get("HX-Redirect")]).toEqual(["<i>part</i>", 200, "/x"]);
  expect([await page.text(), page.status, page.headers.get("HX-Redirect")]).toEqual([
    "<!doctype html><html></html>",
    412,
    null,
  ]);
  expect([part.headers.get("Vary"), page.headers.get("Vary")]).toEqual(["HX-Request", "HX-Request"]);
});

test("HTMX gets the part, everybody else is led on", async () => {
  const redirect = (headers: Record<string, string>) => partOrRedirect(request(headers), "/next", content.part);
  const [part, other] = await Promise.all([HTMX, {}].map(redirect));
  expect([part?.status, other?.status, other?.headers.get("Location")]).toEqual([200, 303, "/next"]);
});

test("an event in a header is ASCII and reads back unchanged", () => {
  const header = hxTrigger("refused", "“ü” \r\n 🦊")["HX-Trigger"];
  expect(header).toMatch(/^[\x20-\x7e]*$/);
  expect(JSON.parse(header)).toEqual({ refused: "“ü” \r\n 🦊" });
});
