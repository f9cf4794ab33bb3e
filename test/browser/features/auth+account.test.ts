/** The account, and what is signed in to: a mailed link. */
import type { Page } from "playwright-core";
import { describe } from "vitest";
import { expectShown, test } from "../fixture.ts";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

describe.each([true, false])("with JavaScript: %s", (javaScript) => {
  test("one asks for the link again, follows it, and the address is confirmed", async ({ open }) => {
    const page = await open({ as: "user", javaScript });
    await page.goto("/account");
    const email = await page.locator('input[autocomplete="username"]').getAttribute("value");
    await button(page, "Send the link again").click();
    await expectShown(page, "An e-mail is on its way.");
    await page.goto("/outbox");
    await page
      .getByRole("listitem")
      .filter({ hasText: email ?? "" })
      .first()
      .getByRole("link")
      .click();
    await page.getByRole("main").getByRole("button", { name: "Confirm" }).click();
    await page.goto("/account");
    await page.getByText("Confirmed", { exact: true }).waitFor();
  });
});
