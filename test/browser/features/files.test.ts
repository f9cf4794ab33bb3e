/** Files in the browser: uploads by form, by choice and by drop, their progress, and removal. */
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { apiOf, expectAccessible, expectShown, expectToFit, test } from "../fixture.ts";

const MIB = 1024 * 1024;
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

const fileOf = (name: string, content: string | Buffer = "x") => ({ name, mimeType: "", buffer: Buffer.from(content) });
const choose = (page: Page, ...files: ReturnType<typeof fileOf>[]) =>
  page.getByLabel("Upload files").setInputFiles(files);
const listOf = (page: Page) => page.getByRole("region", { name: "Your files" }).getByRole("listitem");
const uploadsOf = (page: Page) => page.getByRole("list", { name: "Uploads" }).getByRole("listitem");

/** The names of the files that the server has. */
async function storedNames(page: Page): Promise<string[]> {
  const { status, body } = await apiOf(page)["GET /api/files"]();
  return status === 200 ? body.items.map(({ name }) => name).sort() : expect.fail(`The answer is ${status}`);
}

/** From here on uploads are slow, so that one can see them. */
async function slowDown(page: Page, bytesPerSecond: number): Promise<void> {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send("Network.enable");
  const upload = { uploadThroughput: bytesPerSecond, downloadThroughput: -1, latency: 0, offline: false };
  await devTools.send("Network.emulateNetworkConditions", upload);
}

/** As if these came from a folder beside the browser. */
async function drop(page: Page, contents: Readonly<Record<string, string>>): Promise<void> {
  const transfer = await page.evaluateHandle(`(() => {
    const made = new DataTransfer();
    for (const [name, content] of Object.entries(${JSON.stringify(contents)})) made.items.add(new File([content], name));
    return made;
  })()`);
  await page.dispatchEvent("h1", "dragover", { dataTransfer: transfer });
  expect(await page.locator("body.dropping").count()).toBe(1);
  await page.dispatchEvent("h1", "drop", { dataTransfer: transfer });
  expect(await page.locator("body.dropping").count()).toBe(0);
}

describe("without JavaScript", () => {
  test("one uploads several by form, sees them, downloads one, and deletes it", async ({ open }) => {
    const page = await open({ as: "user", javaScript: false, width: 360 });
    await page.goto("/files");
    await expectShown(page, "No files yet.");
    await choose(page, fileOf("notes.txt", "tea"), fileOf("photo.png", PNG));
    await page.getByRole("button", { name: "Upload", exact: true }).click();
    await expectShown(page, "2 files were uploaded.");
    await expectToFit(page);
    expect(await page.getByAltText("Preview of photo.png").count()).toBe(1);

    const downloading = page.waitForEvent("download");
    await page.getByRole("link", { name: "notes.txt" }).click();
    expect((await downloading).suggestedFilename()).toBe("notes.txt");

    await page.getByRole("button", { name: "Delete notes.txt" }).click();
    await expectShown(page, "“notes.txt” was deleted.");
    expect(await storedNames(page)).toEqual(["photo.png"]);
  });

  test("a file that is too large is refused with the page and the reason", async ({ open }) => {
    const page = await open({ as: "user", javaScript: false });
    await page.goto("/files");
    await choose(page, fileOf("large.bin", Buffer.alloc(26 * MIB)));
    await page.getByRole("button", { name: "Upload", exact: true }).click();
    await page.getByRole("alert").getByRole("link", { name: "A file must not exceed 25 MiB." }).waitFor();
    expect(await storedNames(page)).toEqual([]);
  });
});

test("what is dropped is uploaded, each in a row of its own until it is in the list", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/files");
  await drop(page, { "one.txt": "1", "<b>two.txt": "22", "three.md": "333", "four.csv": "4,4" });
  await listOf(page).nth(3).waitFor();
  await uploadsOf(page).first().waitFor({ state: "detached" });
  expect(await storedNames(page)).toEqual(["<b>two.txt", "four.csv", "one.txt", "three.md"]);
  expect(await page.getByRole("link", { name: "<b>two.txt" }).count()).toBe(1);
  await page.reload();
  expect(await listOf(page).count()).toBe(4);
});

test("the bar shows the bytes that are sent, three at a time, and to cancel leaves nothing", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/files");
  await slowDown(page, MIB / 2);
  const names = ["a.bin", "b.bin", "c.bin", "d.bin"];
  await choose(page, ...names.map((name) => fileOf(name, Buffer.alloc(8 * MIB))));
  await expect.poll(() => uploadsOf(page).filter({ hasText: "of 8 MiB" }).count()).toBe(3);
  expect(await uploadsOf(page).filter({ hasText: "Waiting" }).count()).toBe(1);
  const bar = page.getByRole("progressbar", { name: "Upload of a.bin" });
  const sent = () => bar.evaluate((element) => Number(element.getAttribute("value")));
  const before = await sent();
  expect(await bar.getAttribute("max")).toBe(`${8 * MIB}`);
  await expect.poll(sent, { timeout: 10_000 }).toBeGreaterThan(Math.max(before, 1));
  expect(await sent()).toBeLessThan(8 * MIB);
  await expectAccessible(page);

  for (const name of names) await page.getByRole("button", { name: `Cancel ${name}` }).click();
  await expectShown(page, "The upload of “d.bin” was cancelled.");
  expect(await uploadsOf(page).count()).toBe(0);
  await expectShown(page, "No files yet.");
  // Whatever went on all the same would get there before this, which takes the place that was freed.
  await slowDown(page, -1);
  await choose(page, fileOf("last.txt"));
  await listOf(page).filter({ hasText: "last.txt" }).waitFor();
  expect(await storedNames(page)).toEqual(["last.txt"]);
});

test("leaving while something is under way asks first", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/files");
  await slowDown(page, MIB / 2);
  await choose(page, fileOf("a.bin", Buffer.alloc(8 * MIB)));
  await page.getByRole("button", { name: "Cancel a.bin" }).waitFor();
  const asked = page.waitForEvent("dialog");
  const leaving = page.close({ runBeforeUnload: true });
  const dialog = await asked;
  expect(dialog.type()).toBe("beforeunload");
  await dialog.dismiss();
  await leaving;
  await page.getByRole("button", { name: "Cancel a.bin" }).click();
});

test("what is too large is refused before it is sent, and the rest is not held up", async ({ open }) => {
  const page = await open({ as: "user" });
  const sent: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "PUT") sent.push(new URL(request.url()).pathname);
  });
  await page.goto("/files");
  await choose(page, fileOf("large.bin", Buffer.alloc(26 * MIB)), fileOf("small.txt"));
  await expectShown(page, "A file must not exceed 25 MiB. This one is 26 MiB.");
  await listOf(page).filter({ hasText: "small.txt" }).waitFor();
  expect(sent).toEqual(["/api/files/small.txt"]);
  await page.getByRole("button", { name: "Dismiss large.bin" }).click();
  expect(await uploadsOf(page).count()).toBe(0);
});

test("what the server refuses is told in its words, and can be tried again", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/files");
  const name = "n".repeat(256);
  await choose(page, fileOf(name));
  await expectShown(page, "The name is longer than 255 characters.");
  await page.getByRole("button", { name: `Dismiss ${name}` }).click();

  await page.route("/api/files/*", (route) =>
    route.fulfill({ status: 429, contentType: "application/problem+json", json: { detail: "Try again in a minute." } }),
  );
  await choose(page, fileOf("late.txt"));
  await expectShown(page, "“late.txt” was not uploaded. Try again in a minute.");
  await expectAccessible(page);
  await page.unroute("/api/files/*");
  await page.getByRole("button", { name: "Retry late.txt" }).click();
  await listOf(page).filter({ hasText: "late.txt" }).waitFor();
  expect(await storedNames(page)).toEqual(["late.txt"]);
});

test("by keyboard alone one deletes a file, is asked before, and hears of it", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/files");
  await choose(page, fileOf("kept.txt"), fileOf("gone.txt"));
  await listOf(page).nth(1).waitFor();
  await page.getByRole("button", { name: "Delete gone.txt" }).press("Enter");
  const dialog = page.getByRole("dialog", { name: "Delete “gone.txt”? This cannot be undone." });
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  expect(await storedNames(page)).toEqual(["gone.txt", "kept.txt"]);
  await page.getByRole("button", { name: "Delete gone.txt" }).press("Enter");
  await dialog.getByRole("button", { name: "Delete" }).press("Enter");
  await expectShown(page, "“gone.txt” was deleted.");
  expect(await page.locator(":focus").textContent()).toContain("“gone.txt” was deleted.");
  expect(await listOf(page).count()).toBe(1);
  expect(await storedNames(page)).toEqual(["kept.txt"]);
});

test("the list says that there are no files when the last one is deleted, and no longer when one is added", async ({
  open,
}) => {
  const page = await open({ as: "user" });
  const shownAfter = (selector: string, pseudo: string) =>
    page.evaluate<string>(`getComputedStyle(document.querySelector("${selector}"), "${pseudo}").content`);
  await page.goto("/files");
  await expectShown(page, "No files yet.");
  expect(await shownAfter("#upload-file-hint", "::after")).toContain("Or drop them anywhere on this page.");
  await choose(page, fileOf("tea.txt"));
  await listOf(page).waitFor();
  expect(await page.getByText("No files yet.").isVisible()).toBe(false);
  await page.reload();
  await listOf(page).waitFor();
  expect(await shownAfter("#files", "::before")).toBe("none");
  await page.getByRole("button", { name: "Delete tea.txt" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expectShown(page, "“tea.txt” was deleted.");
  expect(await listOf(page).count()).toBe(0);
  expect(await shownAfter("#files", "::before")).toContain("No files yet.");
});

test("the page is accessible, fits into 360 pixels, and nothing moves while it loads", async ({ open }) => {
  const page = await open({ as: "user", width: 360 });
  await page.goto("/files");
  await expectAccessible(page);
  const long = `${"a-name-without-an-end".repeat(11)}.png`;
  await choose(page, fileOf(long, PNG), fileOf("notes.txt"));
  await listOf(page).nth(1).waitFor();
  await expectToFit(page);
  await expectAccessible(page);
  await page.addInitScript(`
    window.shifted = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shifted += entry.value; })
      .observe({ type: "layout-shift", buffered: true });
  `);
  await page.reload({ waitUntil: "networkidle" });
  expect(await page.evaluate<number>("window.shifted")).toBe(0);
});
