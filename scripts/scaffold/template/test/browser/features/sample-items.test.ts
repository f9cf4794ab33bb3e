/** The page of sample items in a browser, with scripts and without. */
import { describe, expect } from "vitest";
import { expectAccessible, expectShown, expectToFit, test } from "../fixture.ts";

describe.each([true, false])("with JavaScript: %s", (javaScript) => {
  test("a sample item is added and deleted", async ({ open }) => {
    const page = await open({ as: "user", javaScript });
    await page.goto("/sample-items");
    await expectShown(page, "No sample items yet.");
    await page.getByLabel("Title").fill("First");
    await page.getByRole("button", { name: "Add sample item" }).click();
    await expectShown(page, "“First” was added.");
    await page.getByRole("button", { name: "Actions: First" }).click();
    await page.getByRole("button", { name: "Delete: First" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await expectShown(page, "“First” was deleted.");
    expect(await page.getByRole("listitem").filter({ hasText: "First" }).count()).toBe(0);
  });
});

test("the page is accessible and fits into 360 pixels", async ({ open }) => {
  const page = await open({ as: "user", width: 360 });
  await page.goto("/sample-items");
  await page.getByLabel("Title").fill("W".repeat(200));
  await page.getByRole("button", { name: "Add sample item" }).click();
  await expectShown(page, "was added.");
  await expectToFit(page);
  await expectAccessible(page);
});
