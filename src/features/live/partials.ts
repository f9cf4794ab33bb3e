/** The parts of the page of the live feed: a metric with its chart, an activity. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { timeOf } from "../../web/pages/time.ts";
import { type Chart, drawChart, SHOWN_SECONDS } from "./chart.ts";
import type { ActivityEvent, Metric, Sample } from "./env.ts";

/** A metric with its samples in the displayed period, oldest first. */
export interface ShownMetric {
  readonly metric: Metric;
  readonly samples: readonly Sample[];
}

/** Maximum age at which the latest sample counts as current. */
const MAX_AGE_MS = 10_000;

/** The badge classes of each status; empty for a status without a badge. The page's script has the same table. */
const STATUS_CLASSES = {
  normal: "",
  warning: "badge warn ",
  critical: "badge bad ",
  "no data": "",
} as const;

/**
 * A metric can be selected for the wide chart. The stylesheet alone makes it wide, so this works without scripts.
 *
 * @param isWide Whether it is initially selected.
 * @param start The origin of the x axis, in milliseconds since the epoch.
 * @param now The right edge of the chart, in milliseconds since the epoch.
 */
export function metricFigure({ metric, samples }: ShownMetric, isWide: boolean, start: number, now: number): SafeHtml {
  const { name, title, unit, warning, critical } = metric;
  const last = samples.at(-1);
  const isCurrent = last !== undefined && Date.parse(last.timestamp) > now - MAX_AGE_MS;
  const { value, status = "no data" } = isCurrent ? last : {};
  return html`<figure class="metric" data-metric="${name}" data-warning="${warning}" data-critical="${critical}">
<figcaption><h2><label><input class="visually-hidden" type="radio" name="wide"${isWide ? html` checked` : ""}>${title}</label></h2> <span class="${STATUS_CLASSES[status]}status" data-status="${status}">${STATUS_CLASSES[status] ? status : ""}</span> <span class="meta">${unit}</span></figcaption>
<p class="value">${value?.toLocaleString("en") ?? "–"}</p>
${chart(metric, drawChart(metric, samples, start, now))}
</figure>`;
}

/** The numbers of the axes are attributes, which text browsers do not show. */
function chart({ title, warning, critical }: Metric, drawn: Chart): SafeHtml {
  const minutes = Array.from({ length: SHOWN_SECONDS / 60 + 1 }, (_, index) => SHOWN_SECONDS / 60 - index);
  return html`<div class="plot">
<svg class="chart" role="img" aria-label="${title}, the last five minutes" viewBox="${drawn.viewBox}" preserveAspectRatio="none">
<path class="area" d="${drawn.area}"/>
<path class="threshold warning" d="M-1e5 ${-warning}H1e7"/><path class="threshold critical" d="M-1e5 ${-critical}H1e7"/>
<path class="line" d="${drawn.line}"/><path class="line warning" d="${drawn.warning}"/><path class="line critical" d="${drawn.critical}"/>
</svg>
<div class="axis values" aria-hidden="true">${[drawn.max, drawn.max / 2, 0].map((tick) => html`<i data-tick="${tick.toLocaleString("en")}"></i>`)}</div>
<div class="axis minutes" aria-hidden="true">${minutes.map(timeTick)}</div>
</div>`;
}

function timeTick(minutes: number): SafeHtml {
  const text = minutes === 0 ? "now" : `−${minutes}`;
  return html`<i data-tick="${minutes === 0 ? text : `${text} min`}" data-short="${text}"></i>`;
}

/** For an empty item, which the page's script copies from an attribute and fills in. */
export const NO_ACTIVITY: ActivityEvent = { timestamp: "0000-00-00T00:00:00.000Z", activity: "", count: 0 };

/** @param texts The text for each name of an activity. */
export function activityItem(
  { timestamp, activity, count }: ActivityEvent,
  texts: Readonly<Record<string, string>>,
): SafeHtml {
  return html`<li><span class="what"><span class="activity-text">${texts[activity] ?? ""}</span><span class="times">${count > 1 ? `, ${count} times` : ""}</span></span> ${timeOf(timestamp)}</li>`;
}
