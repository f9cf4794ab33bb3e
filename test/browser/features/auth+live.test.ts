/** What the live feed shows of accounts. */
import { expectShown, PASSWORD, test } from "../fixture.ts";

test("a new account is told", async ({ open }) => {
  const live = await open();
  await live.goto("/live");
  await expectShown(live, "Connected");
  const page = await open();
  await page.goto("/register");
  await page.getByLabel("Name", { exact: true }).fill("Grace");
  await page.getByLabel("E-mail", { exact: true }).fill(`${crypto.randomUUID()}@example.com`);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.locator("main form button").first().click();
  await expectShown(live, "An account was created");
});
