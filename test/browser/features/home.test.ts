/** The front page in the browser. */
import { expect } from "vitest";
import { expectAccessible, expectToFit, test } from "../fixture.ts";

test.for([360, 1440])(
  "the front page is accessible and fits into %i pixels, for visitors and users",
  async (width, { open }) => {
    for (const as of ["stranger", "user"] as const) {
      const page = await open({ as, width });
      await page.goto("/");
      await expectToFit(page);
      await expectAccessible(page);
    }
  },
);

test("the primary action leads to the commands, by keyboard and without JavaScript", async ({ open }) => {
  const page = await open({ javaScript: false, width: 360 });
  await page.goto("/");
  await page.getByRole("link", { name: "Start in a minute" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL("/#start");
  expect(await page.locator(":target pre").textContent()).toMatch(/^npm ci\nnpm start/);
});
