/** The page of the live feed. Its script adds new samples to the charts and new activities to the list. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { emptyListText } from "../../web/pages/ui/empty-state.ts";
import { pageHead } from "../../web/pages/ui/page-head.ts";
import { SHOWN_SECONDS } from "./chart.ts";
import type { Metric, RecentEvents } from "./env.ts";
import { activityItem, metricFigure, NO_ACTIVITY } from "./partials.ts";

/** @param now Milliseconds since the epoch. */
export function livePage(
  context: PageContext,
  metrics: readonly Metric[],
  { lastId, samples, activities }: RecentEvents,
  now: number,
): SafeHtml {
  const texts = Object.fromEntries(context.app.activities.map(({ name, text }) => [name, text]));
  const { attribute, sentence } = emptyListText(activities, "No activity yet.");
  const start = now - SHOWN_SECONDS * 1_000;
  const shown = samples.filter(({ timestamp }) => Date.parse(timestamp) >= start);
  const figures = metrics.map((metric, index) => {
    const own = shown.filter((sample) => sample.metric === metric.name);
    return metricFigure({ metric, samples: own }, index === 0, start, now);
  });
  const state = html`<p class="meta" id="state" role="status"><noscript><a href="/live">Reload</a> to see new values.</noscript></p>`;
  return layout(
    "Live",
    html`<div class="live" id="live" data-start="${start}" data-last-id="${lastId}">
${pageHead({ title: "Live", lead: "The last five minutes.", actions: state })}
<p class="visually-hidden" id="announcement" role="status"></p>
<div class="metrics" role="radiogroup" aria-label="Wide chart">${figures}</div>
<section class="activity" aria-labelledby="activity-title"><h2 id="activity-title">Recent activity</h2>
<ol class="list rows" id="activity" data-item="${String(activityItem(NO_ACTIVITY, texts))}" data-texts="${JSON.stringify(texts)}"${attribute}>${activities.map((event) => activityItem(event, texts))}</ol>
${sentence}
</section>
</div>`,
    context,
    ["live/live.css", "live/live-page.js"],
  );
}
