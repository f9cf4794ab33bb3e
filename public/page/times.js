/** Shows times in the reader's time zone and language; the server renders them in UTC. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const { locale } = full.resolvedOptions();

/** The number of calendar days from today to a time. @param {Date} at */
function daysFromToday(at) {
  const midnight = (date) => new Date(date).setHours(0, 0, 0, 0);
  return Math.round((midnight(at) - midnight(Date.now())) / DAY_MS);
}

/** @param {Date} at */
function dateOf(at) {
  const isThisYear = at.getFullYear() === new Date().getFullYear();
  return at.toLocaleDateString(undefined, { day: "numeric", month: "short", ...(!isThisYear && { year: "numeric" }) });
}

/** @param {Date} at */
function dayOf(at) {
  const days = daysFromToday(at);
  return Math.abs(days) <= 1 ? relative.format(days, "day") : dateOf(at);
}

/** @param {Date} at */
function relativeTime(at) {
  const difference = at.getTime() - Date.now();
  const distance = Math.abs(difference);
  if (distance < MINUTE_MS) return relative.format(0, "second");
  if (distance < HOUR_MS) return relative.format(Math.trunc(difference / MINUTE_MS), "minute");
  if (distance < DAY_MS) return relative.format(Math.trunc(difference / HOUR_MS), "hour");
  const days = daysFromToday(at);
  return Math.abs(days) < 7 ? relative.format(days, "day") : dateOf(at);
}

/** By the attribute `data-format`; see `timeOf` in src/web/pages/time.ts. */
const FORMATS = { relative: relativeTime, clock: (at) => clock.format(at), day: dayOf };

/** @param {HTMLTimeElement} time */
function showTime(time) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) return;
  const text = FORMATS[time.dataset.format ?? "relative"](at);
  if (time.textContent === text) return;
  time.textContent = text;
  time.title = full.format(at);
  time.lang = locale;
  time.dir = "auto";
}

/** @param {ParentNode} root */
function showTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) showTime(time);
}

showTimes(document);
// Content that HTMX or another script adds, or a time that a script changes.
new MutationObserver((records) => {
  for (const { type, target, addedNodes } of records) {
    if (type === "attributes") showTime(target);
    for (const node of addedNodes) {
      if (!(node instanceof Element)) continue;
      if (node.matches("time[datetime]")) showTime(node);
      else showTimes(node);
    }
  }
}).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["datetime"] });
setInterval(() => showTimes(document), MINUTE_MS);
