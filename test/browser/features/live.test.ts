/** The live feed in the browser: charts that draw, warnings, what was done, a connection that is lost. */
import { describe, expect } from "vitest";
import { expectAccessible, expectShown, expectSoon, expectToFit, test } from "../fixture.ts";

describe("with JavaScript", () => {
  test("the charts draw as samples come, and warnings are shown as such", async ({ open }) => {
    const page = await open();
    await page.goto("/live");
    await expectShown(page, "Connected");
    const requests = page.locator('[data-metric="requests"]');
    const drawn = `document.querySelector('[data-metric="requests"] .line')?.getAttribute("d").split("L").length`;
    await expectSoon(page, `${drawn} >= 3`);
    const before = await page.evaluate<number>(drawn);
    await expectSoon(page, `${drawn} > ${before}`);
    // Some hundred requests a second.
    let isWarned = false;
    const load = async () => {
      while (!isWarned) await Promise.all(Array.from({ length: 25 }, () => page.request.get("/nowhere")));
    };
    const status = `document.querySelector('[data-metric="requests"] .status').dataset.status`;
    const warned = expectSoon(page, `["warning", "critical"].includes(${status})`).finally(() => {
      isWarned = true;
    });
    await Promise.all([warned, load()]);
    expect(await requests.locator(".status").textContent()).toMatch(/warning|critical/);
    const warnings = '[data-metric="requests"] .line:is(.warning, .critical)';
    await expectSoon(
      page,
      `[...document.querySelectorAll('${warnings}')].some((line) => line.getAttribute("d") !== "")`,
    );
    expect(await page.locator("#announcement").textContent()).toMatch(/^Requests: [\d.,]+, (warning|critical)$/);
  });

  test("what is done is told as it happens", async ({ open }) => {
    const live = await open();
    await live.goto("/live");
    await expectShown(live, "Connected");
    const grace = await open({ as: "user" });
    await grace.goto("/things");
    // An isolate that was told that nobody listens asks again after five seconds.
    let isTold = false;
    const told = expectShown(live, "A thing was created").finally(() => {
      isTold = true;
    });
    const add = async () => {
      while (!isTold) {
        await grace.getByLabel("Title").fill("Tea");
        await grace.getByRole("button", { name: "Add" }).click();
        await grace.waitForTimeout(1_000);
      }
    };
    await Promise.all([told, add()]);
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
