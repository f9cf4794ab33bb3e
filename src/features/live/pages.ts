/** The page of the live feed. Its script draws the charts; without it, the page shows the latest values. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { emptyListText } from "../../web/pages/empty-list.ts";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { timeOf } from "../../web/pages/time.ts";
import type { ActivityEvent, Metric, RecentEvents, Sample } from "./env.ts";

export function livePage(
  context: PageContext,
  metrics: readonly Metric[],
  { samples, activities }: RecentEvents,
): SafeHtml {
  const texts = Object.fromEntries(context.app.activities.map(({ name, text }) => [name, text]));
  const { attribute, sentence } = emptyListText(activities, "No activity yet.");
  return layout(
    "Live",
    html`<div class="live" id="live">
<header class="page-head"><h1>Live</h1><p class="meta" id="state" role="status"><noscript>Without JavaScript, <a href="/live">reload the page</a> to see new values.</noscript></p>
<p class="lead">What this app has done in the last five minutes. The charts advance once a second while someone is watching; a request may appear up to a minute late.</p></header>
<p class="visually-hidden" id="announcement" role="status"></p>
<div class="metrics">${metrics.map(({ name, title, unit, warning, critical }) => {
      return html`<figure class="metric card" data-metric="${name}" data-warning="${warning}" data-critical="${critical}">
<figcaption><h2>${title}</h2><span class="meta">${unit}</span></figcaption>
${latest(samples.find((sample) => sample.metric === name))}
<svg class="chart" role="img" aria-label="${title}, the last five minutes"></svg>
<p class="axis meta" aria-hidden="true"><span>5 minutes ago</span> <span>now</span></p>
</figure>`;
    })}</div>
<section class="activity" aria-labelledby="activity-title"><h2 id="activity-title">Recent activity</h2>
<ol class="card list plain" id="activity" data-item="${String(activityItem(NOTHING, texts))}" data-texts="${JSON.stringify(texts)}"${attribute}>${activities.map((event) => activityItem(event, texts))}</ol>
${sentence}
</section>
</div>`,
    context,
    ["live/live.css", "live/live-page.js"],
  );
}

function latest(sample: Sample | undefined): SafeHtml {
  const { value = "–", status = "normal" } = sample ?? {};
  return html`<p class="latest"><span class="value">${value}</span> <span class="badge status" data-status="${status}">${status}</span></p>`;
}

const NOTHING: ActivityEvent = { timestamp: "0000-00-00T00:00:00.000Z", activity: "", count: 0 };

/**
 * @param event `NOTHING` for the item that the page's script copies from an attribute and fills in. Text browsers would
 * show the content of a template element.
 */
function activityItem(
  { timestamp, activity, count }: ActivityEvent,
  texts: Readonly<Record<string, string>>,
): SafeHtml {
  return html`<li>${timeOf(timestamp)} <span class="activity-text">${texts[activity] ?? ""}</span><span class="times">${count > 1 ? `, ${count} times` : ""}</span></li>`;
}
