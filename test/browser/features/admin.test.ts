/** The accounts in an administrator's browser: search, roles, deletion. */
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { expectAccessible, expectShown, expectToFit, makeAccount, origin, test } from "../fixture.ts";

const pathOf = (page: Page) => page.url().slice(origin.length);
const rowOf = (page: Page, email: string) =>
  page.getByRole("row").filter({ has: page.getByText(email, { exact: true }) });

/** Presses a button of a row and says yes to what is asked then. */
async function press(page: Page, email: string, label: string, javaScript: boolean): Promise<void> {
  await rowOf(page, email).getByRole("button", { name: label }).click();
  if (!javaScript) await page.waitForURL(/\/admin\/users\/[^/]+\//);
  const asking = javaScript ? page.getByRole("dialog") : page.getByRole("main");
  await asking.getByRole("button", { name: label, exact: true }).click();
}

describe.each([true, false])("with JavaScript: %s", (javaScript) => {
  test("an administrator finds an account, changes its role, and deletes it", async ({ open }) => {
    const page = await open({ as: "admin", javaScript });
    const { name, email } = await makeAccount();
    await page.goto("/things");
    await page.getByRole("navigation").getByRole("link", { name: "Users" }).click();
    await page.waitForURL("/admin/users");
    await page.getByRole("searchbox").fill(email);
    if (!javaScript) await page.getByRole("button", { name: "Search" }).click();
    await page.waitForURL(`/admin/users?${new URLSearchParams({ q: email })}`);
    expect(await page.locator("tbody tr").count()).toBe(1);

    await press(page, email, "Make administrator", javaScript);
    await expectShown(page, `${name} is now an administrator.`);
    expect(pathOf(page)).toBe(`/admin/users?${new URLSearchParams({ q: email })}`);
    await press(page, email, "Make user", javaScript);
    await expectShown(page, `${name} is now a user.`);
    await press(page, email, "Delete", javaScript);
    await expectShown(page, `The account of ${name} has been deleted.`);
    await expectShown(page, "No matching users.");
  });

  test("a question that is answered with no changes nothing", async ({ open }) => {
    const page = await open({ as: "admin", javaScript });
    const { email } = await makeAccount();
    await page.goto(`/admin/users?q=${email}`);
    await rowOf(page, email).getByRole("button", { name: "Delete" }).click();
    await expectShown(page, "This cannot be undone.");
    const asking = javaScript ? page.getByRole("dialog").getByRole("button") : page.getByRole("main").getByRole("link");
    await asking.filter({ hasText: "Cancel" }).click();
    await page.reload();
    await rowOf(page, email).waitFor();
    expect(pathOf(page)).toBe(`/admin/users?q=${javaScript ? email : encodeURIComponent(email)}`);
  });

  test("one's own account has nothing to press", async ({ open }) => {
    const page = await open({ as: "admin", javaScript });
    await page.goto("/admin/users?q=ada@example.com");
    await rowOf(page, "ada@example.com").getByText("This is you").waitFor();
    expect(await rowOf(page, "ada@example.com").getByRole("button").count()).toBe(0);
  });

  test("a user gets no further than to an error page, and sees no link", async ({ open }) => {
    const page = await open({ as: "user", javaScript });
    const response = await page.goto("/admin/users");
    expect(response?.status()).toBe(403);
    await expectShown(page, "This requires the admin role.");
    await page.goto("/things");
    expect(await page.getByRole("link", { name: "Users" }).count()).toBe(0);
  });
});

test("the list follows what one types, and the last word wins", async ({ open }) => {
  const page = await open({ as: "admin" });
  const [a, b] = [await makeAccount("Åsa Lindgren"), await makeAccount("Åsa Öberg")];
  await page.goto("/admin/users");
  await page.getByRole("searchbox").pressSequentially("åsa ö");
  await rowOf(page, a.email).waitFor({ state: "detached" });
  await rowOf(page, b.email).waitFor();
  expect(await page.locator(":focus").getAttribute("id")).toBe("q");
  await expectShown(page, "matching “åsa ö”");
  await page.reload();
  expect(await page.getByRole("searchbox").inputValue()).toBe("åsa ö");
});

test("what an account is deleted under is answered where one stands, when it is gone already", async ({ open }) => {
  const page = await open({ as: "admin" });
  const other = await open({ beside: page });
  const { email } = await makeAccount();
  for (const each of [page, other]) await each.goto(`/admin/users?q=${email}`);
  await press(other, email, "Delete", true);
  await expectShown(other, "has been deleted.");
  await press(page, email, "Delete", true);
  await expectShown(page, "There is no such user.");
});

test("the page is accessible and fits into 360 pixels, with whatever name", async ({ open }) => {
  const page = await open({ as: "admin", width: 360 });
  const { email } = await makeAccount("W".repeat(100));
  await page.goto(`/admin/users?q=${email}`);
  await expectToFit(page);
  await expectAccessible(page);
  await rowOf(page, email).getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").waitFor();
  await expectToFit(page);
  await expectAccessible(page);
  const wide = await open({ as: "admin" });
  for (const query of ["", `?q=${email}`, "?q=nobody-has-this"]) {
    await wide.goto(`/admin/users${query}`);
    await expectToFit(wide);
    await expectAccessible(wide);
  }
});
