/** The accounts in an administrator's browser: search, roles, deletion. */
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { expectAccessible, expectShown, expectSoon, expectToFit, makeAccount, origin, test } from "../fixture.ts";

const pathOf = (page: Page) => page.url().slice(origin.length);
const rowOf = (page: Page, email: string) =>
  page.getByRole("row").filter({ has: page.getByText(email, { exact: true }) });

const focused = (page: Page) => page.evaluate<string>("document.activeElement.id");

/** Chooses an action from the menu of a row. */
async function choose(page: Page, email: string, label: string): Promise<void> {
  await rowOf(page, email).getByRole("button", { name: "Actions" }).click();
  await rowOf(page, email).getByRole("button", { name: label }).click();
}

/** Chooses an action and confirms it. */
async function press(page: Page, email: string, label: string, javaScript: boolean): Promise<void> {
  await choose(page, email, label);
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
    const search = page.getByRole("button", { name: "Search" });
    expect(await search.isVisible()).toBe(!javaScript);
    if (!javaScript) await search.click();
    await page.waitForURL((url) => url.searchParams.get("q") === email);
    expect(await page.locator("tbody tr").count()).toBe(1);
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Users 1");

    await press(page, email, "Make administrator", javaScript);
    await expectShown(page, `${name} is now an administrator.`);
    const menuButton = await rowOf(page, email).getByRole("button", { name: "Actions" }).getAttribute("id");
    if (javaScript) expect(await focused(page)).toBe(menuButton);
    expect(pathOf(page)).toBe(`/admin/users?${new URLSearchParams({ q: email })}`);
    await press(page, email, "Make user", javaScript);
    await expectShown(page, `${name} is now a user.`);
    await press(page, email, "Delete", javaScript);
    await expectShown(page, `The account of ${name} has been deleted.`);
    await expectShown(page, "No matching users.");
    if (javaScript) expect(await focused(page)).toBe("users");
  });

  test("declining a confirmation changes nothing", async ({ open }) => {
    const page = await open({ as: "admin", javaScript });
    const { email } = await makeAccount();
    await page.goto(`/admin/users?q=${email}`);
    await choose(page, email, "Delete");
    await expectShown(page, "This cannot be undone.");
    const asking = javaScript ? page.getByRole("dialog").getByRole("button") : page.getByRole("main").getByRole("link");
    await asking.filter({ hasText: "Cancel" }).click();
    const menuButton = await rowOf(page, email).getByRole("button", { name: "Actions" }).getAttribute("id");
    if (javaScript) expect(await focused(page)).toBe(menuButton);
    await page.reload();
    await rowOf(page, email).waitFor();
    expect(pathOf(page)).toBe(`/admin/users?q=${javaScript ? email : encodeURIComponent(email)}`);
  });

  test("one's own account has nothing to press", async ({ open }) => {
    const page = await open({ as: "admin", javaScript });
    await page.goto("/admin/users?q=ada@example.com");
    await rowOf(page, "ada@example.com").getByText("You", { exact: true }).waitFor();
    expect(await rowOf(page, "ada@example.com").getByRole("button").count()).toBe(0);
  });

  test("the filters, the order and the pager keep each other's choices", async ({ open }) => {
    const page = await open({ as: "admin", javaScript });
    const mark = crypto.randomUUID();
    for (let i = 0; i < 21; i++) await makeAccount(`${mark} ${i}`, { emailVerified: i > 0 });
    const names = page.locator("tbody .name");
    await page.goto(`/admin/users?q=${mark}`);
    await page.getByLabel("E-mail address").selectOption("Confirmed");
    if (!javaScript) await page.getByRole("button", { name: "Search" }).click();
    await page.waitForURL((url) => url.searchParams.get("emailVerified") === "true");
    await expectShown(page, "20 users matching");
    expect([await names.count(), await page.getByRole("link", { name: "Older users" }).count()]).toEqual([20, 0]);
    await page.getByLabel("E-mail address").selectOption("Any e-mail");
    if (!javaScript) await page.getByRole("button", { name: "Search" }).click();
    await page.waitForURL((url) => !url.searchParams.get("emailVerified"));
    await page.getByRole("link", { name: "Joined" }).click();
    await page.waitForURL((url) => url.searchParams.get("order") === "oldest");
    expect(await names.first().textContent()).toBe(`${mark} 0`);
    await page.getByRole("link", { name: "Newer users" }).last().click();
    await names.getByText(`${mark} 20`, { exact: true }).waitFor();
    expect(await names.count()).toBe(1);
    await page.getByRole("link", { name: "Older users" }).first().click();
    await names.getByText(`${mark} 0`, { exact: true }).waitFor();
    await page.goBack();
    await names.getByText(`${mark} 20`, { exact: true }).waitFor();
    expect(new URL(page.url()).searchParams.get("order")).toBe("oldest");
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

test("the list follows the typed text, and shows the result for the last text", async ({ open }) => {
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

test("by keyboard, the pager is reached within 12 Tabs, and keeps the focus from page to page", async ({ open }) => {
  const page = await open({ as: "admin" });
  const mark = crypto.randomUUID();
  for (let i = 0; i < 22; i++) await makeAccount(mark);
  const names = page.locator("tbody .name");
  await page.goto(`/admin/users?q=${mark}&limit=10`);
  let tabs = 0;
  do {
    await page.keyboard.press("Tab");
    tabs += 1;
  } while (tabs < 12 && (await focused(page)) !== "head-next");
  expect(await focused(page)).toBe("head-next");
  for (const [rows, focus] of [
    [10, "head-next"],
    [2, "users"],
  ] as const) {
    const first = JSON.stringify(await page.locator("tbody tr").first().textContent());
    await page.keyboard.press("Enter");
    await expectSoon(page, `document.querySelector("tbody tr").textContent !== ${first}`);
    expect([await names.count(), await focused(page)]).toEqual([rows, focus]);
  }
});

test("an action on an account that has already been deleted shows a message on the same page", async ({ open }) => {
  const page = await open({ as: "admin" });
  const other = await open({ beside: page });
  const { email } = await makeAccount();
  for (const each of [page, other]) await each.goto(`/admin/users?q=${email}`);
  await press(other, email, "Delete", true);
  await expectShown(other, "has been deleted.");
  await press(page, email, "Delete", true);
  await expectShown(page, "There is no such user.");
  await rowOf(page, email).waitFor();
});

test("the page is accessible and fits into 360 pixels, with any name", async ({ open }) => {
  const page = await open({ as: "admin", width: 360 });
  const { email } = await makeAccount("W".repeat(100));
  await page.goto(`/admin/users?q=${email}`);
  await expectToFit(page);
  await expectAccessible(page);
  for (const name of ["User", "Confirmed"])
    await rowOf(page, email).getByRole("cell", { name, exact: true }).waitFor({ state: "attached" });
  await page.getByRole("columnheader", { name: "Role" }).waitFor({ state: "attached" });
  await rowOf(page, email).getByRole("button", { name: "Actions" }).click();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await choose(page, email, "Delete");
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
