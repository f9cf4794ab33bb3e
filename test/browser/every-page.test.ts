/** What holds for every page that an administrator sees, at both widths. */
import { describe, expect } from "vitest";
import { APP_NAME } from "../../src/web/app/app-name.ts";
import { app, facts } from "../app.ts";
import { ADMIN, expectAccessible, expectToFit, origin, sessionOf, test } from "./fixture.ts";

/** The routes that a browser may open, as far as they answer with a page, and an address without a route. */
const pages = [...(await findPages()), "/things/none"];

async function findPages(): Promise<string[]> {
  const paths = app.handlers.filter(({ method }) => [method].flat().includes("GET")).map(({ path }) => path);
  const open = [...new Set(paths)].filter((path) => !/[:*]/.test(path) && !path.startsWith("/api/"));
  const headers = { Accept: "text/html", Cookie: `session=${await sessionOf(ADMIN.email)}` };
  const found = open.map(async (path) => {
    const ended = new AbortController();
    const response = await fetch(origin + path, { headers, signal: ended.signal });
    const isPage = response.ok && response.headers.get("Content-Type")?.startsWith("text/html");
    // A stream of events has no end of its own.
    ended.abort();
    return isPage ? [path] : [];
  });
  return (await Promise.all(found)).flat();
}

/** How far what stood somewhere has moved since the page began to load, without anybody having done anything. */
const SHIFTS = `new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 1500);
})`;

test("the pages of the navigation are among them", () => {
  expect(pages).toEqual(expect.arrayContaining(facts.navigation.map(({ path }) => path)));
});

describe.each([360, 1440])("at %i pixels", (width) => {
  test.for(pages)(
    "%s keeps still, fits, is accessible, and is told by its title and one heading",
    async (path, { open }) => {
      const page = await open({ as: "admin", width });
      await page.goto(path);
      expect(await page.evaluate<number>(SHIFTS)).toBe(0);
      await expectToFit(page);
      await expectAccessible(page);
      expect((await page.title()).endsWith(` · ${APP_NAME}`)).toBe(true);
      expect(await page.locator("h1").count()).toBe(1);
      expect(await page.locator("main").count()).toBe(1);
    },
  );
});

test("an error of a script is shown, and a notice of the browser is not", async ({ open }) => {
  const page = await open({ as: "admin" });
  await page.goto("/things");
  const isShown = () => page.getByText("Part of this page does not work.").isVisible();
  await page.evaluate("dispatchEvent(new ErrorEvent('error', { message: 'ResizeObserver loop limit exceeded' }))");
  expect(await isShown()).toBe(false);
  await page.evaluate("dispatchEvent(new ErrorEvent('error', { error: new TypeError('x is not a function') }))");
  expect(await isShown()).toBe(true);
});

test("the navigation leads to each page, and says which one is shown", async ({ open }) => {
  const page = await open({ as: "admin" });
  await page.goto("/things/about");
  const account = facts.paths.account === undefined ? [] : [ADMIN.name];
  for (const name of [...facts.navigation.map(({ label }) => label), ...account]) {
    await page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
    await page
      .locator(`nav a[aria-current="page"], nav a[aria-current="true"]`)
      .getByText(name, { exact: true })
      .waitFor();
  }
});

test.for(facts.navigation.filter((page) => page.for === "admin"))(
  "$path, a page for administrators, is closed to others, as a page",
  async ({ path }, { open }) => {
    const page = await open({ as: "user" });
    const response = await page.goto(path);
    expect(response?.status()).toBe(403);
    expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
  },
);
