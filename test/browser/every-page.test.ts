/** What holds for every page that an administrator sees, at both widths. */
import { describe, expect } from "vitest";
import { APP_NAME } from "../../src/web/app/app-name.ts";
import { app, facts } from "../app.ts";
import { ADMIN, expectAccessible, expectToFit, openAccountMenu, origin, sessionOf, test } from "./fixture.ts";

/** The routes that a browser may open, as far as they respond with a page, and an address without a route. */
const pages = [...(await findPages()), "/things/none"];

async function findPages(): Promise<string[]> {
  const paths = app.handlers.filter(({ method }) => [method].flat().includes("GET")).map(({ path }) => path);
  const open = [...new Set(paths)].filter((path) => !/[:*]/.test(path) && !path.startsWith("/api/"));
  const headers = { Accept: "text/html", Cookie: `session=${await sessionOf(ADMIN.email)}` };
  const found = open.map(async (path) => {
    const ended = new AbortController();
    const response = await fetch(origin + path, { headers, signal: ended.signal });
    const { pathname } = new URL(response.url);
    const isOther = pathname !== path && open.includes(pathname);
    const isPage = response.ok && !isOther && response.headers.get("Content-Type")?.startsWith("text/html");
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
  setTimeout(() => resolve(sum), 800);
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

/** Enough for every kind of element of a page, since a long list repeats them. */
const MAX_FOCUSED = 80;

/** Moves the focus to the elements of the page in turn, and returns those that are then cut off or covered by others. */
const UNREACHABLE = `(() => {
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, [tabindex='0']")];
  const shown = all.filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled);
  const step = Math.ceil(shown.length / ${MAX_FOCUSED});
  return shown.filter((element, index) => {
    if (index % step > 0) return false;
    element.focus();
    const [line = element.getBoundingClientRect()] = element.getClientRects();
    // A label stands for a control that is hidden except from screen readers.
    const target = line.width <= 1 ? element.labels?.[0] : element;
    if (!target) return true;
    const { left, right, top, bottom } = target === element ? line : target.getBoundingClientRect();
    const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2;
    const y = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2;
    const found = document.elementFromPoint(x, y);
    const targets = [target, ...(element.labels ?? [])];
    const isFound = found && targets.some((each) => each.contains(found) || found.contains(each));
    return left < 0 || right > innerWidth || !isFound;
  }).map((element) => element.outerHTML.slice(0, 200));
})()`;

test("at 400 % zoom, no page scrolls sideways, and each control can be reached and seen", async ({ open }) => {
  // The size of a window of 1280 by 1024 pixels, in CSS pixels at 400 %.
  const size = { width: 320, height: 256 };
  const page = await open({ as: "admin", width: size.width });
  await page.setViewportSize(size);
  for (const path of pages) {
    await page.goto(path);
    await expectToFit(page);
    expect(await page.evaluate<string[]>(UNREACHABLE), path).toEqual([]);
  }
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
  const account = facts.paths.account === undefined ? [] : ["Account"];
  for (const name of [...facts.navigation.map(({ label }) => label), ...account]) {
    if (name === "Account") await openAccountMenu(page);
    await page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
    await page
      .locator(`nav a[aria-current="page"], nav a[aria-current="true"]`)
      .getByText(name, { exact: true })
      .waitFor({ state: "attached" });
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
