/** The live feed in the browser: charts that draw, warnings, what was done, a connection that is lost. */
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { expectAccessible, expectShown, expectSoon, expectToFit, STAGED, test } from "../fixture.ts";

/** Makes the page believe that it is shown or hidden, as when the user changes to another tab. */
const show = (page: Page, isShown: boolean) =>
  page.evaluate(`Object.defineProperty(document, "hidden", { value: ${!isShown}, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"))`);

describe("with JavaScript", () => {
  test("the charts draw as samples come, and warnings are shown as such", async ({ open }) => {
    const page = await open();
    await page.goto("/live");
    await expectShown(page, "Connected");
    const drawn = `document.querySelector('[data-metric="requests"] .line')?.getAttribute("d").split("L").length`;
    await expectSoon(page, `${drawn} >= 3`);
    const before = await page.evaluate<number>(drawn);
    await expectSoon(page, `${drawn} > ${before}`);
    const grace = await open({ as: "user" });
    await grace.goto("/things");
    for (let n = 0; n < 3; n++) {
      await grace.getByLabel("Title").fill("Tea");
      await grace.getByRole("button", { name: "Add" }).click();
      await grace.waitForTimeout(500);
    }
    await expectSoon(page, `document.querySelector('[data-metric="things"] .status').dataset.status === "warning"`);
    const warnings = '[data-metric="things"] .line.warning';
    await expectSoon(
      page,
      `[...document.querySelectorAll('${warnings}')].some((line) => line.getAttribute("d") !== "")`,
    );
    expect(await page.locator("#announcement").textContent()).toMatch(/^Things: \d, warning$/);
  });

  test("what is done is told as it happens", async ({ open }) => {
    const live = await open();
    await live.goto("/live");
    await expectShown(live, "Connected");
    const grace = await open({ as: "user" });
    await grace.goto("/things");
    await grace.getByLabel("Title").fill("Tea");
    await grace.getByRole("button", { name: "Add" }).click();
    await expectShown(live, "A thing was created");
  });

  test("a page that is hidden keeps no stream open, and goes on where it was when it is shown", async ({ open }) => {
    const page = await open();
    const streams: string[] = [];
    page.on("request", (request) => {
      if (new URL(request.url()).pathname === "/events") streams.push(new URL(request.url()).search);
    });
    const ended: string[] = [];
    page.on("requestfailed", (request) => void ended.push(new URL(request.url()).pathname));
    await page.goto("/live");
    const drawn = `document.querySelector('[data-metric="requests"] .line')?.getAttribute("d").split("L").length`;
    await expectSoon(page, `${drawn} >= 3`);
    await show(page, false);
    await expectShown(page, "Paused while this page is hidden");
    await expect.poll(() => ended).toEqual(["/events"]);
    const before = await page.evaluate<number>(drawn);
    await page.waitForTimeout(2_000);
    expect(await page.evaluate<number>(drawn)).toBe(before);
    await show(page, true);
    await expectShown(page, "Connected");
    await expectSoon(page, `${drawn} > ${before}`);
    expect(streams).toEqual(["?after=0", expect.stringMatching(/^\?after=[0-9a-f]{8}-\d+$/)]);
  });

  test("a stream that is refused is opened again and goes on where it was, unless the page is hidden", async ({
    open,
  }) => {
    const page = await open();
    const streams: string[] = [];
    const refusals = [503];
    await page.route("/events?*", async (route) => {
      streams.push(new URL(route.request().url()).search);
      const status = refusals.shift();
      await (status === undefined ? route.continue() : route.fulfill({ status, headers: STAGED }));
    });
    await page.goto("/live");
    await expectShown(page, "Connection lost. Reconnecting …");
    await expectShown(page, "Connected");
    await expectSoon(page, `document.querySelector('[data-metric="requests"] .line') !== null`);
    expect(streams).toEqual(["?after=0", "?after=0"]);

    await show(page, false);
    refusals.push(429, 503);
    await show(page, true);
    await expectShown(page, "Connection lost. Reconnecting …");
    await expect.poll(() => streams.length, { timeout: 10_000 }).toBe(4);
    await show(page, false);
    await page.waitForTimeout(7_000);
    expect([streams.length, new Set(streams.slice(2)).size]).toEqual([4, 1]);
    await show(page, true);
    await expectShown(page, "Connected");
    expect(streams.at(-1)).toBe(streams.at(-2));
    expect(streams.at(-1)).toMatch(/^\?after=[0-9a-f]{8}-\d+$/);
  });

  test("the more often a stream is refused, the longer the page waits, up to 30 seconds", async ({ open }) => {
    const page = await open();
    let isRefusing = true;
    await page.route("/events?*", (route) =>
      isRefusing ? route.fulfill({ status: 503, headers: STAGED }) : route.continue(),
    );
    // Counted in the page, since a request becomes known here only some time after it.
    await page.addInitScript(`globalThis.attempts = 0;
      globalThis.EventSource = class extends EventSource {
        constructor(url) { super(url); attempts += 1; }
      };`);
    const attempts = () => page.evaluate<number>("attempts");
    await page.clock.install({ time: 0 });
    await page.clock.pauseAt(1_000);
    await page.goto("/live");
    const expectAttemptAfter = async (seconds: number) => {
      await expectShown(page, "Connection lost. Reconnecting …");
      const before = await attempts();
      await page.clock.runFor(seconds * 1_000 - 1);
      expect(await attempts(), `before ${seconds} s`).toBe(before);
      await page.clock.runFor(1);
      expect(await attempts(), `after ${seconds} s`).toBe(before + 1);
    };
    for (const seconds of [3, 6, 12, 24, 30, 30]) await expectAttemptAfter(seconds);
    isRefusing = false;
    await expectAttemptAfter(30);
    await expectShown(page, "Connected");
    isRefusing = true;
    await show(page, false);
    await show(page, true);
    await expectAttemptAfter(3);
  });

  test("the page is accessible and fits into 360 pixels", async ({ open }) => {
    const page = await open({ width: 360 });
    await page.goto("/live");
    await expectSoon(page, "document.querySelectorAll('.chart .line').length >= 4");
    await expectToFit(page);
    await expectAccessible(page);
  });
});

test("without JavaScript the latest values are there", async ({ open }) => {
  const listening = await open();
  await listening.goto("/live");
  await expectSoon(listening, "document.querySelectorAll('.chart .line').length >= 4");
  const page = await open({ javaScript: false });
  await page.goto("/live");
  expect(await page.locator('[data-metric="requests"] .value').textContent()).toMatch(/^\d/);
  await page.getByRole("link", { name: "reload the page" }).click();
});
