/** The page of the live feed: adds new samples to the charts, and announces changes of their status. */

const SHOWN_SECONDS = 5 * 60;
/** After a longer pause between two samples, the line begins again. */
const MAX_PAUSE_SECONDS = 6;
/** Minimum value at the top of the axis, for whole numbers and for others. The axis also shows half of it. */
const MIN_SCALE = { whole: 2, other: 1 };
const MAX_ACTIVITIES = 20;
/** The badge classes of each status; empty for a status without a badge. */
const STATUS_CLASSES = { normal: "", warning: "badge warn ", critical: "badge bad " };

const live = document.querySelector("#live");
const state = document.querySelector("#state");
const activity = document.querySelector("#activity");
/** By kind of activity. @type {Record<string, string>} */
const activityTexts = JSON.parse(activity.dataset.texts);

/** @type {Map<string, { figure: HTMLElement, points: { x: number, value: number, isStart: boolean }[], end: number }>} */
const metrics = new Map();

/** The origin of the x axis of all charts, in milliseconds since the epoch. */
let start = 0;
/** The id of the last event. After one that the feed no longer stores, it sends `reset`. */
let lastId = "";
/** When the server drew the page, or the last sample came. */
let sampledAt = 0;

/** Reads what the server has drawn. */
function readPage() {
  start = Number(live.dataset.start);
  lastId = live.dataset.lastId;
  sampledAt = Date.now();
  for (const figure of document.querySelectorAll("[data-metric]")) {
    const svg = figure.querySelector("svg");
    const [left] = svg.getAttribute("viewBox").split(" ");
    const points = readPoints(svg.querySelector(".line").getAttribute("d"));
    metrics.set(figure.dataset.metric, { figure, points, end: Number(left) + SHOWN_SECONDS });
  }
}

/** The points of the line that the server has drawn. */
function readPoints(line) {
  return [...line.matchAll(/([ML])(\S+) ([^ML]+)/g)].map(([, command, x, y]) => {
    return { x: Number(x), value: -Number(y), isStart: command === "M" };
  });
}

/** @type {EventSource | null} */
let events = null;

const MIN_RETRY_MS = 3_000;
const MAX_RETRY_MS = 30_000;
let retryMs = MIN_RETRY_MS;
/** The timer of the next attempt. */
let retry = 0;

function connect() {
  clearTimeout(retry);
  events?.close();
  state.textContent = "Connecting …";
  events = new EventSource(`/events?${new URLSearchParams({ after: lastId })}`);
  events.addEventListener("open", () => {
    // While nobody listened, the feed took no samples.
    if (Date.now() > sampledAt + 1_000 * MAX_PAUSE_SECONDS) return catchUp();
    retryMs = MIN_RETRY_MS;
    state.textContent = "Connected";
  });
  events.addEventListener("error", ({ target }) => {
    state.textContent = "Connection lost. Reconnecting …";
    // After any status but 200, the browser does not reconnect.
    if (target.readyState === EventSource.CLOSED) connectLater();
  });
  events.addEventListener("reset", catchUp);
  events.addEventListener("message", ({ data, lastEventId }) => {
    lastId = lastEventId;
    sampledAt = Date.now();
    addSample(JSON.parse(data));
  });
  events.addEventListener("activity", ({ data, lastEventId }) => {
    lastId = lastEventId;
    addActivity(JSON.parse(data));
  });
}

/** Shows what this page has missed: the feed has no events of that time, but the server draws the last minutes. */
async function catchUp() {
  events.close();
  state.textContent = "Connecting …";
  try {
    const response = await fetch("/live");
    if (!response.ok) throw new Error(`The page was refused with ${response.status}`);
    showPage(new DOMParser().parseFromString(await response.text(), "text/html"));
    if (!document.hidden) connect();
  } catch {
    if (!document.hidden) connectLater();
  }
}

/**
 * Keeps the elements that may have the focus, and each status, so that the next sample announces its change.
 *
 * @param {Document} page The same page, as the server draws it now.
 */
function showPage(page) {
  Object.assign(live.dataset, page.querySelector("#live").dataset);
  for (const { figure } of metrics.values()) {
    const plot = page.querySelector(`[data-metric="${figure.dataset.metric}"] .plot`);
    if (plot) figure.querySelector(".plot").replaceWith(plot);
  }
  activity.replaceChildren(...page.querySelector("#activity").children);
  changed.clear();
  readPage();
}

function connectLater() {
  clearTimeout(retry);
  retry = setTimeout(connect, retryMs);
  retryMs = Math.min(2 * retryMs, MAX_RETRY_MS);
}

function disconnect() {
  clearTimeout(retry);
  events?.close();
  events = null;
  state.textContent = "Paused while this page is hidden";
}

/** A hidden page must not keep the feed awake. */
function followVisibility() {
  if (document.hidden) disconnect();
  else connect();
}
document.addEventListener("visibilitychange", followVisibility);
addEventListener("pagehide", disconnect);

/** The metrics to draw in the next frame. */
const changed = new Set();

function addSample({ timestamp, metric: name, value, status }) {
  const metric = metrics.get(name);
  if (!metric) return;
  addPoint(metric.points, (Date.parse(timestamp) - start) / 1000, value);
  metric.latest = { value, status };
  if (changed.size === 0) requestAnimationFrame(drawChanged);
  changed.add(metric);
}

/**
 * Omits points between two others of the same value, and those before the displayed period. After the feed's clock went
 * back, a sample replaces those of a later time.
 */
function addPoint(points, second, value) {
  const x = Math.round(second * 10) / 10;
  while (points.length > 0 && points.at(-1).x >= x) points.pop();
  const [last, before] = [points.at(-1), points.at(-2)];
  const isStart = last === undefined || x - last.x > MAX_PAUSE_SECONDS;
  if (!isStart && !last.isStart && last.value === value && before?.value === value) points.pop();
  points.push({ x, value, isStart });
  while (points[1] && points[1].x < x - SHOWN_SECONDS) points.shift();
  points[0].isStart = true;
}

function drawChanged() {
  for (const metric of changed) {
    showLatest(metric);
    draw(metric);
  }
  changed.clear();
}

function showLatest({ figure, latest: { value, status } }) {
  figure.querySelector(".value").textContent = value.toLocaleString("en");
  const badge = figure.querySelector(".status");
  const before = badge.dataset.status;
  if (before === status) return;
  badge.className = `${STATUS_CLASSES[status]}status`;
  badge.dataset.status = status;
  badge.textContent = status === "normal" ? "" : status;
  if (before === "no data") return;
  const title = figure.querySelector("h2").textContent;
  document.querySelector("#announcement").textContent = `${title}: ${value}, ${status}`;
}

/** The paths of the chart are in the units of the data; see src/features/live/chart.ts, which draws the same. */
function draw(metric) {
  const { figure, points } = metric;
  const svg = figure.querySelector("svg");
  const max = scaleOf(points.map(({ value }) => value));
  const line = points.map(({ x, value, isStart }) => `${isStart ? "M" : "L"}${x} ${-value}`).join("");
  const set = (selector, d) => svg.querySelector(selector).setAttribute("d", d);
  set(".line", line);
  set(".area", areaBelow(line));
  set(".line.warning", piecesOf(figure, points, "warning"));
  set(".line.critical", piecesOf(figure, points, "critical"));
  metric.end = Math.max(metric.end, points.at(-1)?.x ?? 0);
  svg.setAttribute("viewBox", `${metric.end - SHOWN_SECONDS} ${-max} ${SHOWN_SECONDS} ${max}`);
  const ticks = [max, max / 2, 0];
  for (const [index, tick] of figure.querySelectorAll(".values i").entries())
    tick.dataset.tick = ticks[index].toLocaleString("en");
}

function scaleOf(values) {
  const min = values.every(Number.isInteger) ? MIN_SCALE.whole : MIN_SCALE.other;
  const needed = Math.max(min, 1.05 * Math.max(...values));
  const power = 10 ** Math.floor(Math.log10(needed));
  return [1, 2, 4].map((step) => step * power).find((max) => max >= needed) ?? 10 * power;
}

function areaBelow(line) {
  const parts = line.split(/(?=M)/).filter((part) => part.includes("L"));
  return parts.map((part) => `${part}V0H${part.slice(1, part.indexOf(" "))}Z`).join("");
}

function piecesOf({ dataset }, points, status) {
  const pieces = points.map(({ x, value, isStart }, index) => {
    const from = points[index - 1];
    return isStart || statusOf(dataset, value) !== status ? "" : `M${from.x} ${-from.value}L${x} ${-value}`;
  });
  return pieces.join("");
}

function statusOf({ warning, critical }, value) {
  if (value >= Number(critical)) return "critical";
  return value >= Number(warning) ? "warning" : "normal";
}

/** Adds an activity in order of time: isolates report at different times, so an older one may arrive after a newer one. */
function addActivity({ timestamp, activity: kind, count }) {
  const template = document.createElement("template");
  template.innerHTML = activity.dataset.item;
  const item = template.content.firstElementChild;
  item.querySelector("time").dateTime = timestamp;
  item.querySelector(".activity-text").textContent = activityTexts[kind] ?? "";
  if (count > 1) item.querySelector(".times").textContent = `, ${count} times`;
  const newer = [...activity.children].filter((li) => li.querySelector("time").dateTime > timestamp);
  if (newer.length > 0) newer.at(-1).after(item);
  else activity.prepend(item);
  while (activity.childElementCount > MAX_ACTIVITIES) activity.lastElementChild.remove();
}

readPage();
for (const metric of metrics.values()) draw(metric);
followVisibility();
