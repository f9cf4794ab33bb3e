/** The description of the API in the browser. `every-page.test.ts` checks that it is accessible. */
import { describe, expect } from "vitest";
import { expectToFit, test } from "../fixture.ts";

describe.each([1280, 360])("at %i px, without JavaScript", (width) => {
  test("the page fits", async ({ open }) => {
    const page = await open({ width, javaScript: false });
    await page.goto("/docs");
    expect(await page.locator("article.operation").count()).toBeGreaterThan(0);
    await expectToFit(page);
  });

  test("a link of the contents leads to its operation, which has an address of its own", async ({ open }) => {
    const page = await open({ width, javaScript: false });
    await page.goto("/docs");
    const link = page.locator(".contents a", { hasText: "/openapi.json" });
    await link.focus();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/docs#getOpenapiJson");
    expect(await page.locator("#getOpenapiJson:target h3").textContent()).toBe("GET /openapi.json");
    expect(await page.evaluate<number>("document.querySelector(':target').getBoundingClientRect().top")).toBeLessThan(
      200,
    );
  });
});
