/** Notes whose session has ended. */
import { test } from "../fixture.ts";

test("a session that has ended leads the whole page to the sign-in, and back", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/notes?q=tea");
  await page.context().clearCookies();
  await page.getByLabel("Search the notes").fill("coffee");
  await page.waitForURL(/\/login\?next=%2Fnotes%3Fq%3Dtea/);
});
