/** What holds for every page that one sees when signed in, at both widths. */

import { describe, expect } from "vitest";
import { APP_NAME } from "../../src/web/app/app-name.ts";
import { expectAccessible, expectToFit, test } from "./fixture.ts";

const PATHS = ["/notes", "/files", "/chat/every-page", "/live", "/account", "/admin/users", "/admin/none"];

/** How far what stood somewhere has moved since the page began to load, without anybody having done anything. */
const SHIFTS = `new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 1500);
})`;

describe.each([360, 1440])("at %i pixels", (width) => {
  test.for(PATHS)(
    "%s keeps still, fits, is accessible, and is told by its title and one heading",
    async (path, { open }) => {
      const page = await open({ as: "admin", width });
      await page.goto(path);
      expect(await page.evaluate<number>(SHIFTS)).toBe(0);
      await expectToFit(page);
      await expectAccessible(page);
      expect(await page.title()).toMatch(new RegExp(` · ${APP_NAME}$`));
      expect(await page.locator("h1").count()).toBe(1);
      expect(await page.locator("main").count()).toBe(1);
    },
  );
});

test("the navigation leads to each page, and says which one is shown", async ({ open }) => {
  const page = await open({ as: "admin" });
  await page.goto("/notes");
  for (const name of ["Files", "Chat", "Live", "Users", "Notes", "Ada"]) {
    await page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
    await page
      .locator(`nav a[aria-current="page"], nav a[aria-current="true"]`)
      .getByText(name, { exact: true })
      .waitFor();
  }
});

test("a page for administrators is closed to others, as a page", async ({ open }) => {
  const page = await open({ as: "user" });
  const response = await page.goto("/admin/users");
  expect(response?.status()).toBe(403);
  expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
});
