/** The page that shows the policy, in the browser: its links, its filter by keyboard, and how it fits. */
import { describe, expect } from "vitest";
import { expectAccessible, expectShown, expectToFit, origin, test } from "../fixture.ts";

const pathOf = (url: string) => url.slice(origin.length);

describe.each([true, false])("with JavaScript: %s", (javaScript) => {
  test("a page leads to its own row, which is marked, and a guard to its explanation", async ({ open }) => {
    const page = await open({ as: "user", javaScript });
    await page.goto("/things");
    await page.getByRole("contentinfo").getByRole("link", { name: "Policy of this page" }).click();
    await page.waitForURL("/policy#GET/things");
    const row = page.locator("tr:target");
    expect(await row.getByRole("rowheader").textContent()).toContain("/things");
    expect(await row.textContent()).toContain("allow");
    await row.getByRole("link", { name: "requireAuth" }).click();
    expect(await page.locator("div:target").textContent()).toContain("Requires a signed-in user");
  });

  test("the filter works by keyboard alone, and has an address", async ({ open }) => {
    const page = await open({ javaScript });
    await page.goto("/policy");
    await page.getByLabel("Guard", { exact: true }).focus();
    await page.keyboard.type("requireAuth");
    await page.keyboard.press("Tab");
    await page.keyboard.type("An admin");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.type("/things");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL("/policy?**");
    const query = { guard: "requireAuth", role: "admin", key: "", path: "/things" };
    expect(pathOf(page.url())).toBe(`/policy?${new URLSearchParams(query)}`);
    expect(await page.getByRole("rowheader").locator("code").allTextContents()).toEqual([
      "/api/things/export",
      "/things",
      "/things",
    ]);
    expect(await page.getByLabel("Guard", { exact: true }).inputValue()).toBe("requireAuth");
  });

  test("an invalid filter names the error and leads to the field", async ({ open }) => {
    const page = await open({ javaScript });
    await page.goto("/policy?role=root");
    await page.getByRole("alert").getByRole("link", { name: "The role must be visitor, user or admin." }).click();
    expect(await page.locator("select:target").getAttribute("name")).toBe("role");
    expect(await page.getByRole("rowheader").count()).toBe(0);
  });
});

// `every-page.test.ts` opens the page without a filter.
describe.each([360, 1280])("at %i pixels", (width) => {
  test.for(["/policy?role=user&path=things", "/policy?guard=none&path=/things", "/policy?role=visitor&key=any"])(
    "%s fits and is accessible",
    async (path, { open }) => {
      const page = await open({ as: "admin", width });
      await page.goto(path);
      await expectShown(page, "Guards explained");
      await expectToFit(page);
      await expectAccessible(page);
    },
  );
});
