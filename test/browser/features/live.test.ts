/** The live feed in the browser: charts that draw, warnings, what was done, a connection that is lost. */
import type { Page } from "playwright-core";
import { describe, expect, vi } from "vitest";
import { expectAccessible, expectShown, expectSoon, expectToFit, STAGED, test } from "../fixture.ts";

/** Makes the page believe that it is shown or hidden, as when the user changes to another tab. */
const show = (page: Page, isShown: boolean) =>
  page.evaluate(`Object.defineProperty(document, "hidden", { value: ${!isShown}, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"))`);

/** The time of the last sample that is drawn, in seconds since the start of the chart; 0 if there is none. */
const DRAWN = `Number(/([-\\d.]+) [^ ]+$/.exec(document.querySelector('[data-metric="requests"] .line').getAttribute("d"))?.[1] ?? 0)`;

const THING = "A thing was created";

/** When the page was loaded; later samples come from the stream. */
const LOADED = 300;

/** The last part of the line: the period that it covers, and its end in milliseconds since the epoch. */
const LAST_PART = `(() => {
  const line = document.querySelector('[data-metric="requests"] .line').getAttribute("d");
  const times = line.split("M").at(-1).split("L").map((point) => Number(point.split(" ")[0]));
  return { seconds: times.at(-1) - times[0], end: Number(document.querySelector("#live").dataset.start) + 1_000 * times.at(-1) };
})()`;

/** A stream resumes after the last event that the page contains. */
const AFTER = /^\?after=[0-9a-f]{8}-\d+$/;

/** The attributes of all charts, and the numbers of their axes. */
const CHARTS = `[...document.querySelectorAll(".chart, .chart path, .values i")].map((element) =>
  [element.getAttribute("viewBox"), element.getAttribute("d"), element.dataset.tick])`;

/** The title of the widest chart. */
const WIDEST = `[...document.querySelectorAll(".metric")].sort((a, b) => b.querySelector("svg").clientWidth - a.querySelector("svg").clientWidth)[0]
  .querySelector("h2").textContent`;

describe("with JavaScript", () => {
  test("the charts draw as samples come, and warnings are shown as such", async ({ open }) => {
    const page = await open();
    await page.goto("/live");
    await expectShown(page, "Connected");
    await expectSoon(page, `${DRAWN} > ${LOADED}`);
    const before = await page.evaluate<number>(DRAWN);
    await expectSoon(page, `${DRAWN} > ${before}`);
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

  test("activities appear as they happen", async ({ open }) => {
    const live = await open();
    await live.goto("/live");
    await expectShown(live, "Connected");
    const grace = await open({ as: "user" });
    await grace.goto("/things");
    await grace.getByLabel("Title").fill("Tea");
    await grace.getByRole("button", { name: "Add" }).click();
    await expectShown(live, THING);
  });

  test("a page that is hidden keeps no stream open, and resumes when it is shown", async ({ open }) => {
    const page = await open();
    const streams: string[] = [];
    page.on("request", (request) => {
      if (new URL(request.url()).pathname === "/events") streams.push(new URL(request.url()).search);
    });
    const ended: string[] = [];
    page.on("requestfailed", (request) => void ended.push(new URL(request.url()).pathname));
    await page.goto("/live");
    await expectSoon(page, `${DRAWN} > ${LOADED}`);
    await show(page, false);
    await expectShown(page, "Paused while this page is hidden");
    await expect.poll(() => ended).toEqual(["/events"]);
    const before = await page.evaluate<number>(DRAWN);
    await page.waitForTimeout(2_000);
    expect(await page.evaluate<number>(DRAWN)).toBe(before);
    await show(page, true);
    await expectShown(page, "Connected");
    await expectSoon(page, `${DRAWN} > ${before}`);
    expect(streams).toEqual([expect.stringMatching(AFTER), expect.stringMatching(AFTER)]);
    expect(streams[1]).not.toBe(streams[0]);
  });

  test("a stream that is refused is opened again and resumes, unless the page is hidden", async ({ open }) => {
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
    await expectSoon(page, `${DRAWN} > ${LOADED}`);
    expect(streams).toEqual([expect.stringMatching(AFTER), streams[0]]);

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
    expect(streams).toEqual([...streams.slice(0, 4), streams[3], expect.stringMatching(AFTER)]);
    // The feed took no samples meanwhile, so the server has drawn that part of the line.
    const shownAgainAt = Date.now();
    await expectSoon(page, `${LAST_PART}.end > ${shownAgainAt}`);
    const { end, seconds } = await page.evaluate<{ end: number; seconds: number }>(LAST_PART);
    expect(end - 1_000 * seconds).toBeLessThan(shownAgainAt - 7_000);
  });

  test("the more often a stream is refused, the longer the page waits, up to 30 seconds", async ({ open }) => {
    const page = await open();
    let isRefusing = true;
    let refused = 0;
    await page.route("/events?*", (route) => {
      if (!isRefusing) return route.continue();
      refused += 1;
      return route.fulfill({ status: 503, headers: STAGED });
    });
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
    await vi.waitFor(async () => expect(refused).toBe(await attempts()), { timeout: 15_000 });
    isRefusing = false;
    const before = await attempts();
    await expectAttemptAfter(30);
    // After such a pause, the page first reads what it has missed.
    await expect.poll(attempts).toBe(before + 2);
    await expectShown(page, "Connected");
    isRefusing = true;
    await show(page, false);
    await show(page, true);
    await expectAttemptAfter(3);
  });

  test("the page is accessible and fits into 360 pixels; the wide chart is selected by keyboard", async ({ open }) => {
    const page = await open({ width: 360 });
    await page.goto("/live");
    await expectSoon(page, `${DRAWN} > ${LOADED}`);
    await expectToFit(page);
    await expectAccessible(page);
    expect(await page.evaluate(WIDEST)).toBe("Requests");
    await page.getByRole("radio", { name: "Requests" }).focus();
    await page.keyboard.press("ArrowDown");
    expect(await page.evaluate(WIDEST)).toBe("Sockets");
    await expectToFit(page);
    await page.getByText("Requests").click();
    expect(await page.evaluate(WIDEST)).toBe("Requests");
  });

  test("after the feed has lost its events, the page shows what it has missed, and loses nothing else", async ({
    open,
  }) => {
    const grace = await open({ as: "user" });
    await grace.goto("/things");
    const page = await open();
    const streams: string[] = [];
    const pages: number[] = [];
    let start = "";
    let before = 0;
    const startOf = async () => (await page.locator("#live").getAttribute("data-start")) ?? "";
    await page.route("/live", async (route) => {
      pages.push(pages.length);
      // The second attempt to read what was missed succeeds.
      await (pages.length === 2 ? route.fulfill({ status: 503, headers: STAGED }) : route.continue());
    });
    await page.route("/events?*", async (route) => {
      streams.push(new URL(route.request().url()).search);
      if (streams.length > 2) return route.continue();
      if (streams.length === 1) {
        start = await startOf();
        before = await page.locator("#activity li").count();
        await grace.getByLabel("Title").fill("Missed");
        await grace.getByRole("button", { name: "Add" }).click();
        await expectShown(grace, "Missed");
        await page.getByRole("radio", { name: "Requests" }).focus();
        await page.keyboard.press("ArrowDown");
      }
      // Only what happened since the feed woke.
      const woken = { timestamp: new Date(0), activity: "thing", count: 77 };
      const events = ["event: reset\ndata: {}", `event: activity\nid: x-1\ndata: ${JSON.stringify(woken)}`];
      await route.fulfill({ contentType: "text/event-stream", body: events.map((event) => `${event}\n\n`).join("") });
    });
    await page.goto("/live");
    await expect.poll(() => streams.length, { timeout: 15_000 }).toBe(3);
    await expectSoon(page, `${DRAWN} > ${LOADED}`);
    expect(streams).toEqual([expect.stringMatching(AFTER), streams[0], expect.stringMatching(AFTER)]);
    expect(await startOf()).not.toBe(start);
    const texts = await page.locator("#activity li").allTextContents();
    expect(texts[0]).toContain(THING);
    expect([Math.min(before + 1, 20), texts.some((text) => text.includes("77 times"))]).toEqual([texts.length, false]);
    const { end, seconds } = await page.evaluate<{ end: number; seconds: number }>(LAST_PART);
    // The line goes from before the page was loaded to the present without a hole.
    expect(end - 1_000 * seconds).toBeLessThan(Number(start) + 1_000 * LOADED);
    expect(await page.evaluate(`[${WIDEST}, document.activeElement.closest("h2")?.textContent]`)).toEqual([
      "Sockets",
      "Sockets",
    ]);
  });

  test("the script first draws what the server has drawn, so nothing jumps", async ({ open }) => {
    const page = await open();
    await page.route("/events?*", (route) => route.fulfill({ status: 503, headers: STAGED }));
    // The page without its script, then with it.
    await page.route("**/live-page*.js", (route) => route.fulfill({ body: "", contentType: "text/javascript" }), {
      times: 1,
    });
    await page.goto("/live");
    const drawn = await page.evaluate(CHARTS);
    const source = await (
      await page.request.get(await page.evaluate<string>("document.querySelector('script[type=module]').src"))
    ).text();
    // The first call of the script that changes an attribute would be seen here.
    await page.evaluate(source.replace(/^followVisibility\(\);/m, ""));
    expect(await page.evaluate(CHARTS)).toEqual(drawn);
    expect(JSON.stringify(drawn)).toMatch(/"M[\d.]+ -?[\d.]+L/);
  });
});

test("the first visitor sees the last minutes, not only the present; without JavaScript, each chart can be wide", async ({
  open,
}) => {
  const page = await open({ javaScript: false });
  // Nobody listens, so the line comes from the reports of earlier responses.
  const reload = async () => {
    await page.goto("/live");
    return page.evaluate<{ seconds: number; end: number }>(LAST_PART);
  };
  const first = await reload();
  await expect
    .poll(reload, { timeout: 20_000 })
    .toSatisfy(({ seconds, end }) => seconds > 3 && end > first.end + 2_000);
  expect(await page.locator('[data-metric="requests"] .value').textContent()).toMatch(/^\d/);
  await page.getByText("Sockets").click();
  expect(await page.evaluate(WIDEST)).toBe("Sockets");
  await page.getByRole("link", { name: "Reload" }).click();
});
