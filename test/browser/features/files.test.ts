/** Files in the browser: uploads by form, by choice and by drop, their progress, and removal. */
import { Buffer } from "node:buffer";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { apiOf, expectAccessible, expectShown, expectToFit, STAGED, test } from "../fixture.ts";

const MIB = 1024 * 1024;
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

const fileOf = (name: string, content: string | Buffer = "x") => ({ name, mimeType: "", buffer: Buffer.from(content) });
/** A file on disk, which a browser opens at once. */
let large: string;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "files-"));
  large = join(folder, "large.bin");
  writeFileSync(large, "");
  truncateSync(large, 26 * MIB);
});
afterAll(() => rmSync(folder, { recursive: true }));

const choose = (page: Page, ...files: ReturnType<typeof fileOf>[]) =>
  page.getByLabel("Upload files").setInputFiles(files);
const listOf = (page: Page) => page.getByRole("region", { name: "Your files" }).getByRole("listitem");
const uploadsOf = (page: Page) => page.getByRole("list", { name: "Uploads" }).getByRole("listitem");

/** The names of the files that the server has. */
async function storedNames(page: Page): Promise<string[]> {
  const { status, body } = await apiOf(page)["GET /api/files"]();
  return status === 200 ? body.items.map(({ name }) => name).sort() : expect.fail(`The response is ${status}`);
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

/** The layout shifts since the page began to load. */
const SHIFTS = `new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
    .observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => setTimeout(() => resolve(sum), 100));
})`;

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

    await page.goBack();
    expect(await listOf(page).allTextContents()).toEqual([expect.stringContaining("photo.png")]);
  });

  test("a file that is too large is refused with the page and the reason", async ({ open }) => {
    const page = await open({ as: "user", javaScript: false });
    await page.goto("/files");
    await page.getByLabel("Upload files").setInputFiles(large);
    await page.getByRole("button", { name: "Upload", exact: true }).click();
    await page.getByRole("alert").getByRole("link", { name: "A file must not exceed 25 MiB." }).waitFor();
    expect(await storedNames(page)).toEqual([]);
  });
});

describe.each([360, 1440])("at %i pixels, while the script is not loaded", (width) => {
  test("the form shows the chosen files and sends them, and nothing moves when the script arrives", async ({
    open,
  }) => {
    const page = await open({ as: "user", width });
    const form = page.locator("#upload");
    const submit = form.getByRole("button", { name: "Upload", exact: true });
    const clipOf = (selector: string) =>
      page.evaluate<string>(`getComputedStyle(document.querySelector("#upload ${selector}")).clipPath`);
    await page.route(/\/files\/files\b.*\.js$/, (route) => route.abort(), { times: 1 });
    await page.goto("/files");
    await choose(page, fileOf("one.txt"), fileOf("two.txt"));
    expect([await clipOf(".chosen"), await clipOf("label")]).toEqual(["none", "inset(50%)"]);
    await expectAccessible(page);
    await expectToFit(page);
    await submit.click();
    await expectShown(page, "2 files were uploaded.");

    const { promise, resolve } = Promise.withResolvers<void>();
    await page.route(/\/files\/files\b.*\.js$/, (route) => promise.then(() => route.continue()), { times: 1 });
    await page.goto("/files", { waitUntil: "commit" });
    await submit.waitFor();
    await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))");
    const [before, hint] = [await listOf(page).first().boundingBox(), page.locator("#upload-file-hint")];
    const hintBefore = await hint.boundingBox();
    resolve();
    await submit.waitFor({ state: "hidden" });
    expect([await clipOf(".chosen"), await clipOf("label")]).toEqual(["inset(50%)", "none"]);
    expect(await listOf(page).first().boundingBox()).toEqual(before);
    expect(await hint.boundingBox()).toEqual(hintBefore);
    expect(await page.evaluate<number>(SHIFTS)).toBe(0);

    await page.goto("about:blank");
    const { promise: late, resolve: arrive } = Promise.withResolvers<void>();
    await page.route(/\/files\/files\b.*\.js$/, (route) => late.then(() => route.continue()), { times: 1 });
    await page.goto("/files", { waitUntil: "commit" });
    await submit.waitFor();
    await choose(page, fileOf("three.txt"));
    arrive();
    await page.waitForLoadState("load");
    expect(await clipOf(".chosen")).toBe("none");
    await submit.click();
    await listOf(page).filter({ hasText: "three.txt" }).waitFor();
    await submit.waitFor({ state: "hidden" });
    expect(await storedNames(page)).toEqual(["one.txt", "three.txt", "two.txt"]);
  });
});

test("each dropped file is uploaded, in a row of its own until it is in the list", async ({ open }) => {
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

test("two files are uploaded at a time, the bar shows the bytes sent, and canceling leaves nothing", async ({
  open,
}) => {
  const page = await open({ as: "user" });
  await page.goto("/files");
  await slowDown(page, MIB / 8);
  const names = ["a.bin", "b.bin", "c.bin", "d.bin"];
  await choose(page, ...names.map((name) => fileOf(name, Buffer.alloc(2 * MIB))));
  await expect.poll(() => uploadsOf(page).filter({ hasText: "of 2 MiB" }).count()).toBe(2);
  expect(await uploadsOf(page).filter({ hasText: "Waiting" }).count()).toBe(2);
  const bar = page.getByRole("progressbar", { name: "Upload of a.bin" });
  const sent = () => bar.evaluate((element) => Number(element.getAttribute("value")));
  const before = await sent();
  expect(await bar.getAttribute("max")).toBe(`${2 * MIB}`);
  await expect.poll(sent, { timeout: 10_000 }).toBeGreaterThan(Math.max(before, 1));
  expect(await sent()).toBeLessThan(2 * MIB);
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

test("an upload waits and continues by itself if another tab is using the slots", async ({ open }) => {
  const page = await open({ as: "user" });
  const body = JSON.stringify({ status: 503, detail: "You already have 2 uploads in progress.", slot: "user" });
  const headers = { ...STAGED, "Content-Type": "application/problem+json", "Retry-After": "2" };
  await page.route("**/api/files/c.txt", (route) => route.fulfill({ status: 503, headers, body }), { times: 2 });
  await page.goto("/files");
  await choose(page, fileOf("c.txt"));
  await uploadsOf(page).filter({ hasText: "Waiting" }).waitFor();
  await listOf(page).filter({ hasText: "c.txt" }).waitFor();
  expect(await storedNames(page)).toEqual(["c.txt"]);
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

test("a file that is too large is refused before it is sent, and the others are uploaded", async ({ open }) => {
  const page = await open({ as: "user" });
  const sent: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "PUT") sent.push(new URL(request.url()).pathname);
  });
  await page.goto("/files");
  await page.getByLabel("Upload files").setInputFiles(large);
  await choose(page, fileOf("small.txt"));
  await expectShown(page, "A file must not exceed 25 MiB. This one is 26 MiB.");
  await listOf(page).filter({ hasText: "small.txt" }).waitFor();
  expect(sent).toEqual(["/api/files/small.txt"]);
  await page.getByRole("button", { name: "Dismiss large.bin" }).click();
  expect(await uploadsOf(page).count()).toBe(0);
});

test("a refusal of the server is shown in its words, and the upload can be tried again", async ({ open }) => {
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

/** Passes a request on and loses its response. */
async function loseResponse(route: Route): Promise<void> {
  await route.fetch();
  await route.abort();
}

const onceAt = async (page: Page, url: string, handle: (route: Route) => Promise<void>) =>
  page.route(url, handle, { times: 1 });
const logOf = (page: Page) => page.getByRole("log", { name: "Upload log" }).getByRole("paragraph").allTextContents();
const UPLOADS = "**/api/files/*";
const UNKNOWN = "it is unknown whether the file was stored";

test("an upload whose response is lost may be retried, and is stored once, unless it was deleted since", async ({
  open,
}) => {
  const page = await open({ as: "user" });
  const keys: (string | undefined)[] = [];
  page.on("request", (request) => {
    if (request.method() === "PUT") keys.push(request.headers()["idempotency-key"]);
  });
  await page.goto("/files");
  await onceAt(page, UPLOADS, loseResponse);
  await choose(page, fileOf("tea.txt"));
  await uploadsOf(page).filter({ hasText: UNKNOWN }).waitFor();
  expect(await storedNames(page)).toEqual(["tea.txt"]);
  await page.getByRole("button", { name: "Retry tea.txt" }).click();
  await listOf(page).filter({ hasText: "tea.txt" }).waitFor();
  expect([await storedNames(page), await listOf(page).count()]).toEqual([["tea.txt"], 1]);
  expect(await logOf(page)).toEqual([
    expect.stringMatching(/^“tea.txt” may not have been uploaded. No response arrived/),
    "“tea.txt” was uploaded.",
  ]);

  await onceAt(page, UPLOADS, loseResponse);
  await choose(page, fileOf("milk.txt"));
  const retry = page.getByRole("button", { name: "Retry milk.txt" });
  await retry.waitFor();
  const { status, body } = await apiOf(page)["GET /api/files"]();
  const milkNow = status === 200 ? body.items.find(({ name }) => name === "milk.txt") : undefined;
  await apiOf(page)["DELETE /api/files/:id"]({ params: { id: milkNow?.id ?? "" } });
  await retry.click();
  await uploadsOf(page).filter({ hasText: "has been deleted since. Retry to store it again." }).waitFor();
  expect(await storedNames(page)).toEqual(["tea.txt"]);
  await retry.click();
  await listOf(page).filter({ hasText: "milk.txt" }).waitFor();
  expect(await storedNames(page)).toEqual(["milk.txt", "tea.txt"]);
  const [tea, teaAgain, milk, milkAgain, newMilk] = keys;
  expect([teaAgain, milkAgain]).toEqual([tea, milk]);
  expect(new Set([tea, milk, newMilk, undefined]).size).toBe(4);
  await expectShown(page, "2 files, 2 bytes");
});

test("a stored upload is reported as stored, even if the page cannot show it", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/files");
  const fulfill = (response: Parameters<Route["fulfill"]>[0]) => (route: Route) =>
    route.fulfill({ headers: STAGED, ...response });
  const endings: Readonly<Record<string, readonly [url: string, handle: (route: Route) => Promise<void>]>> = {
    "aborted.txt": ["**/files/*/row", (route) => route.abort()],
    "failed.txt": ["**/files/*/row", fulfill({ status: 500, body: "Internal error" })],
    "elsewhere.txt": ["**/files/*/row", fulfill({ contentType: "text/html", body: "<h1>Sign in</h1>" })],
    "unreadable.txt": [UPLOADS, async (route) => route.fulfill({ response: await route.fetch(), body: "{" })],
  };
  for (const [name, [url, handle]] of Object.entries(endings)) {
    await onceAt(page, url, handle);
    await choose(page, fileOf(name));
    await uploadsOf(page).filter({ hasText: name }).filter({ hasText: "Uploaded. Reload the page" }).waitFor();
    expect(await page.getByRole("button", { name: `Retry ${name}` }).isVisible()).toBe(false);
    expect((await logOf(page)).at(-1)).toBe(`“${name}” was uploaded.`);
    await page.getByRole("button", { name: `Dismiss ${name}` }).click();
  }
  expect(await storedNames(page)).toEqual(Object.keys(endings).sort());
  await page.reload();
  expect(await listOf(page).count()).toBe(4);
});

test("messages about a failed upload are the app's own, and say whether it is known to have failed", async ({
  open,
}) => {
  const page = await open({ as: "user" });
  await page.addInitScript(`
    console.error = () => {};
    const { send } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.send = function (file) {
      if (file.name === "broken.txt") throw new TypeError("Cannot read properties of undefined");
      send.call(this, file);
    };
  `);
  await page.goto("/files");
  const problem = (status: number, json: object) => ({ status, json, contentType: "application/problem+json" });
  const html = (status: number) => ({ status, contentType: "text/html", body: "<h1>Bad gateway</h1>" });
  const failures: readonly (readonly [string, Parameters<Route["fulfill"]>[0] | undefined, RegExp])[] = [
    [
      "broken.txt",
      undefined,
      /^“broken.txt” may not have been uploaded. This page could not finish the upload, so it is/,
    ],
    [
      "gateway.txt",
      html(502),
      /^“gateway.txt” may not have been uploaded. The request failed with status 502, so it is/,
    ],
    ["proxy.txt", html(403), /^“proxy.txt” was not uploaded. The request failed with status 403.$/],
    [
      "ours.txt",
      problem(503, { detail: "Ours." }),
      /^“ours.txt” may not .* Ours. Retrying is safe: the file is stored o/,
    ],
    ["limit.txt", problem(422, { detail: "Too many." }), /^“limit.txt” was not uploaded. Too many.$/],
  ];
  for (const [name, response, text] of failures) {
    if (response) await onceAt(page, UPLOADS, (route) => route.fulfill({ headers: STAGED, ...response }));
    await choose(page, fileOf(name));
    await page.getByRole("button", { name: `Retry ${name}` }).waitFor();
    expect((await logOf(page)).at(-1)).toMatch(text);
  }
  await expectAccessible(page);
  expect(await page.locator("body").textContent()).not.toContain("Cannot read");
});

test("without the scripts of every page, files are uploaded once and deleted", async ({ open }) => {
  const page = await open({ as: "user" });
  const missing: string[] = [];
  await page.route(/\/(page|htmx)\.[^/]*js|\/(page|htmx)[^/]*\.js/, (route) => {
    missing.push(route.request().url());
    return route.abort();
  });
  await page.goto("/files");
  expect(missing).not.toEqual([]);
  await choose(page, fileOf("tea.txt"));
  await listOf(page).filter({ hasText: "tea.txt" }).waitFor();
  expect(await storedNames(page)).toEqual(["tea.txt"]);
  await page.getByRole("button", { name: "Delete tea.txt" }).click();
  await listOf(page).waitFor({ state: "detached" });
  expect(await storedNames(page)).toEqual([]);
});

test("a deletion whose response is lost may be repeated, and a refused one says why", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/files");
  await choose(page, fileOf("gone.txt"));
  const remove = page.getByRole("button", { name: "Delete gone.txt" });
  const confirmed = async () => {
    await remove.press("Enter");
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).press("Enter");
  };
  await onceAt(page, UPLOADS, (route) =>
    route.fulfill({
      status: 429,
      headers: STAGED,
      contentType: "application/problem+json",
      json: { detail: "Too fast." },
    }),
  );
  await confirmed();
  await expectShown(page, "“gone.txt” was not deleted. Too fast.");
  expect(await page.locator(":focus").getAttribute("title")).toBe("Delete gone.txt");
  await onceAt(page, UPLOADS, loseResponse);
  await confirmed();
  await expectShown(page, "it is unknown whether “gone.txt” was deleted. Deleting it again is safe.");
  expect(await listOf(page).count()).toBe(1);
  await confirmed();
  await listOf(page).waitFor({ state: "detached" });
  expect(await page.getByRole("status").allTextContents()).toEqual([
    expect.stringContaining("“gone.txt” was deleted."),
  ]);
  expect(await page.getByText(/unknown/).count()).toBe(0);
  expect(await page.locator(":focus").getAttribute("id")).toBe("upload-file");
  await page.goto("about:blank");
  await page.goBack();
  await expectShown(page, "No files yet.");
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
  expect(await page.locator(":focus").textContent()).toBe("kept.txt");
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
