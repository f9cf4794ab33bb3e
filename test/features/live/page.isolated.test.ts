import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { metricsOf } from "../../../src/features/live/metrics.ts";
import { createAccount, facts, openBrowser, send } from "../../harness.ts";
import { expectHarmless, HOSTILE } from "../../hostile-text.ts";
import { plainText } from "../../plain-browser.ts";
import { feed, isSample, listen, reportOf } from "./listen.ts";

const open = async (headers: Record<string, string> = {}) =>
  send("/live", { headers: { Accept: "text/html", ...headers } });
/** The value and status of each metric, as the page shows them. */
const shownBy = (html: string) =>
  [...html.matchAll(/data-metric="(\w+)"[\s\S]*?data-status="([^"]+)"[\s\S]*?class="value">([^<]+)</g)].map(
    ([, metric, status, value]) => [metric, value, status],
  );

let before: string;
beforeAll(async () => {
  before = await (await open()).text();
});

test("shows strangers each metric, before anything was measured", () => {
  expect(shownBy(before).map(([metric]) => metric)).toEqual(metricsOf(facts).map(({ name }) => name));
  expect(shownBy(before).every(([, value, status]) => value === "–" && status === "no data")).toBe(true);
  expect(plainText(before)).toContain("Recent activity No activity yet.");
});

test("a client that listens after the page was rendered misses no event, even if there were no events before", async () => {
  const [, lastId] = /data-last-id="([^"]+)"/.exec(before) ?? [];
  await feed().report(reportOf({ activities: { missed: 1 } }));
  const listener = await listen(lastId);
  await listener.wait(isSample);
  await listener.leave();
  expect(listener.heard.filter(({ event }) => event !== undefined)).toMatchObject([{ data: { activity: "missed" } }]);
});

test("shows the latest values and activities without JavaScript", { timeout: 15_000 }, async () => {
  const listener = await listen();
  await listener.wait(isSample);
  const counts = Object.fromEntries(facts.activities.map(({ name }, index) => [name, index + 2]));
  await feed().report(reportOf({ requests: 60 * 300, activities: counts }));
  await listener.wait(({ data }) => data?.metric === "requests" && data.value >= 300);
  const html = await (await open()).text();
  await listener.leave();
  const counted = metricsOf(facts).flatMap(({ name, activity, warning }) => {
    const count = counts[activity ?? ""];
    return count === undefined ? [] : [[name, String(count), count < warning ? "normal" : "warning"]];
  });
  expect(shownBy(html)).toEqual([
    ["requests", expect.stringMatching(/^300(\.\d)?$/), "warning"],
    ["sockets", "0", "normal"],
    ...counted,
  ]);
  const [, list = ""] = /<ol(?:"[^"]*"|[^">])* id="activity"(?:"[^"]*"|[^">])*>([\s\S]*?)<\/ol>/.exec(html) ?? [];
  for (const { name, text } of facts.activities) {
    expect(plainText(list)).toContain(`${text}, ${counts[name]} times`);
  }
  expect(html).toMatch(/<path class="line" d="M[^"]* -300(\.\d)?["L]/);
  expect(html).toMatch(/id="live" data-start="\d+" data-last-id="[0-9a-f]{8}-\d+"/);
  const text = plainText(html);
  expect(text).not.toMatch(/No activity yet|0000-00-00/);
  for (const { text: kind } of facts.activities) expect(text.split(kind)).toHaveLength(2);
});

test("does not show an outdated number of sockets", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 20_000 });
  onTestFinished(() => void vi.useRealTimers());
  const shown = shownBy(await (await open()).text());
  expect(shown[0]).toEqual(["requests", expect.stringMatching(/^\d/), "warning"]);
  expect(shown[1]).toEqual(["sockets", "–", "no data"]);
  const drawn = async () => {
    const { samples } = await feed().recent(metricsOf(facts), { ...reportOf(), counts: [] });
    return new Set(samples.map(({ metric }) => metric));
  };
  expect([...(await drawn())]).toContain("sockets");
  vi.setSystemTime(Date.now() + 300_000);
  expect([...(await drawn())]).not.toContain("sockets");
});

test("names the resources to load early, and loads nothing from another origin", async () => {
  const response = await open();
  const links = response.headers.get("Link")?.split(", ") ?? [];
  expect(links).toHaveLength(3);
  for (const link of links) expect(link).toMatch(/^<\/static\/[\w./-]+>; rel=preload; as=(style|script)$/);
  const html = await response.text();
  for (const link of links) expect(html).toContain(`"${link.slice(1, link.indexOf(">"))}"`);
  expect(response.headers.get("Content-Security-Policy")).toMatch(/script-src 'self'; connect-src 'self'/);
});

test("shows whoever is signed in under the own name, escaped", async () => {
  for (const name of HOSTILE.slice(0, 4)) {
    const { headers } = await openBrowser(await createAccount({ name }));
    const html = await (await open(headers)).text();
    await expectHarmless(html);
  }
});
