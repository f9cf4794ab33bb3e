/** Five minutes of traffic, so that the charts show lines. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { serialize } from "node:v8";
import { loadApp } from "../../../../scripts/load-app.ts";
import type { StoredHistory } from "../../../../src/features/live/report-history.ts";
import type { AddSamples, AgeSamples } from "../../samples.ts";

const { activities: ACTIVITIES } = (await loadApp()).facts;

const FOLDER = ".wrangler/state/v3/do/candor-LiveFeed";

/** Seconds before the screenshots, and the seconds that taking them may last. */
const [PAST, AHEAD] = [360, 300];

export const addSamples: AddSamples = async ({ ada, origin }) => {
  // The feed stores something only after a report, which comes soon while somebody listens.
  const listener = new AbortController();
  const stream = await fetch(`${origin}/events`, { signal: listener.signal });
  await ada.send("GET", "/live");
  await stream.body?.getReader().read();
  listener.abort();
  return {
    live: {
      path: "/live",
      ready: async (page) => {
        await page.locator('[data-status="no data"]').first().waitFor({ state: "detached" });
        await page.getByText("Connected", { exact: true }).waitFor();
      },
    },
  };
};

/** Replaces what the feed has stored: requests that come in waves, and an activity every half minute. */
export const ageSamples: AgeSamples = ({ checkout }) => {
  const now = Math.floor(Date.now() / 1_000);
  const seconds = Array.from({ length: PAST + AHEAD }, (_, index) => {
    const wave = 5 + 3 * Math.sin(index / 19) + 2 * Math.sin(index / 7.3) + (index % 5) / 2;
    const name = index % 27 === 0 ? ACTIVITIES[(index / 27) % ACTIVITIES.length]?.name : undefined;
    const activities: Record<string, number> = name === undefined ? {} : { [name]: 1 + (index % 4) };
    return { second: now - PAST + index, requests: Math.round(wave), activities };
  });
  const activities = seconds
    .filter(({ second }) => second < now)
    .flatMap(({ second, activities: counts }) =>
      Object.entries(counts).map(([activity, count]) => {
        return { timestamp: new Date(second * 1_000).toISOString(), activity, count };
      }),
    )
    .reverse();
  const history: StoredHistory = { since: now - PAST, seconds, activities, isolates: [] };
  const folder = join(checkout, FOLDER);
  for (const name of readdirSync(folder).filter((file) => /^[0-9a-f]{64}\.sqlite$/.test(file))) {
    const database = new DatabaseSync(join(folder, name));
    database.prepare("UPDATE _cf_KV SET value = ? WHERE key = 'history'").run(serialize(history));
    database.close();
  }
};
