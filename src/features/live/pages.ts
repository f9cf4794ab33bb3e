/** The live feed as a page: the page's script draws it, and without one it shows the latest values. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { Activity, LiveFeedObject, Metric, Sample } from "../../env.ts";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { timeOf } from "../../web/pages/time.ts";

type Recent = Awaited<ReturnType<LiveFeedObject["recent"]>>;

/** From which value on a metric is a warning, and critical. */
type Thresholds = Readonly<Record<Metric, { readonly warning: number; readonly critical: number }>>;

const METRICS: readonly { readonly metric: Metric; readonly title: string; readonly unit: string }[] = [
  { metric: "requests", title: "Requests", unit: "a second" },
  { metric: "sockets", title: "Chat sockets", unit: "open now" },
  { metric: "notes", title: "Notes", unit: "made in the last minute" },
  { metric: "uploads", title: "Uploads", unit: "in the last minute" },
];

const ACTIVITIES: Readonly<Record<Activity["activity"], string>> = {
  note: "A note was made",
  upload: "Files were uploaded",
  account: "An account was made",
};

export function livePage(context: PageContext, thresholds: Thresholds, { samples, activities }: Recent): SafeHtml {
  return layout(
    "Live",
    html`<div class="live" id="live">
<header class="page-head"><h1>Live</h1><p class="meta" id="state" role="status"><noscript>Without JavaScript, <a href="/live">load the page again</a> for new values.</noscript></p>
<p class="lead">What this app is doing, second by second. Nothing is measured while nobody looks.</p></header>
<p class="visually-hidden" id="announcement" role="status"></p>
<div class="metrics">${METRICS.map(({ metric, title, unit }) => {
      const { warning, critical } = thresholds[metric];
      return html`<figure class="metric card" data-metric="${metric}" data-warning="${warning}" data-critical="${critical}">
<figcaption><h2>${title}</h2><span class="meta">${unit}</span></figcaption>
${latest(samples.find((sample) => sample.metric === metric))}
<svg class="chart" role="img" aria-label="${title}, the last five minutes"></svg>
<p class="axis meta" aria-hidden="true"><span>5 minutes ago</span><span>now</span></p>
</figure>`;
    })}</div>
<section class="activity" aria-labelledby="activity-title"><h2 id="activity-title">Recent activity</h2>
<ol class="card list plain" id="activity">${activities.map(activityItem)}</ol>
<p class="empty">Nothing has been made since somebody looked.</p>
<template id="activity-item">${activityItem({ timestamp: "0000-00-00T00:00:00.000Z", activity: "note", count: 0 })}</template>
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

/** Each kind with its words, so that the page's script finds them where it fills the template in. */
function activityItem({ timestamp, activity, count }: Activity): SafeHtml {
  const names = Object.entries(ACTIVITIES).map(
    ([kind, words]) => html`<span data-activity="${kind}"${kind === activity ? "" : html` hidden`}>${words}</span>`,
  );
  return html`<li>${timeOf(timestamp)} ${names}<span class="times"${count > 1 ? "" : html` hidden`}>, ${count} times</span></li>`;
}
