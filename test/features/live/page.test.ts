import { beforeAll, expect, test } from "vitest";
import { metricsOf } from "../../../src/features/live/metrics.ts";
import { createAccount, facts, openBrowser, send } from "../../harness.ts";
import { expectHarmless, HOSTILE } from "../../hostile-text.ts";
import { plainText } from "../../plain-browser.ts";
import { feed, isSample, listen } from "./listen.ts";

const open = async (headers: Record<string, string> = {}) =>
  send("/live", { headers: { Accept: "text/html", ...headers } });
/** The value and status of each metric, as the page shows them. */
const shownBy = (html: string) =>
  [...html.matchAll(/data-metric="(\w+)"[\s\S]*?class="value">([^<]+)<[\s\S]*?data-status="(\w+)"/g)].map(
    ([, ...shown]) => shown,
  );

let before: string;
beforeAll(async () => {
  before = await (await open()).text();
});

test("shows strangers each metric, before anything was measured", () => {
  expect(shownBy(before).map(([metric]) => metric)).toEqual(metricsOf(facts).map(({ name }) => name));
  expect(shownBy(before).every(([, value]) => value === "–")).toBe(true);
  expect(plainText(before)).toContain("Recent activity No activity yet.");
});

test("shows the latest values and what was done, without JavaScript", { timeout: 15_000 }, async () => {
  const listener = await listen();
  await listener.wait(isSample);
  const counts = Object.fromEntries(facts.activities.map(({ name }, index) => [name, index + 2]));
  await feed().report({ requests: 60 * 300, activities: counts });
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
    expect(plainText(list)).toContain(`UTC ${text}, ${counts[name]} times`);
  }
  const text = plainText(html);
  expect(text).not.toMatch(/No activity yet|0000-00-00/);
  for (const { text: kind } of facts.activities) expect(text.split(kind)).toHaveLength(2);
});

test("names what a browser is to load early, and loads nothing from elsewhere", async () => {
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
    await expectHarmless(html.replaceAll(/<svg class="chart"[^>]*><\/svg>/g, ""));
  }
});
