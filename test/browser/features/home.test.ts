/** The front page in the browser. */
import { expectAccessible, expectToFit, test } from "../fixture.ts";

test("the front page is accessible and fits into 360 pixels", async ({ open }) => {
  const page = await open({ width: 360 });
  await page.goto("/");
  await expectToFit(page);
  await expectAccessible(page);
});
