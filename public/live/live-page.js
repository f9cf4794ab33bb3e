/** The page of the live feed: draws the metrics of the last five minutes, and announces changes of their status. */

const SHOWN_MS = 5 * 60 * 1000;
const MAX_ACTIVITIES = 20;

const state = document.querySelector("#state");
const activity = document.querySelector("#activity");
/** By kind of activity. @type {Record<string, string>} */
const activityTexts = JSON.parse(activity.dataset.texts);

/** @type {Map<string, { figure: HTMLElement, samples: { at: number, value: number, status: string }[] }>} */
const metrics = new Map();
for (const figure of document.querySelectorAll("[data-metric]"))
  metrics.set(figure.dataset.metric, { figure, samples: [] });

/** The id of the last event. At first an unknown one, so that the feed sends its stored events. */
let lastId = "0";

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
    retryMs = MIN_RETRY_MS;
    state.textContent = "Connected";
  });
  events.addEventListener("error", ({ target }) => {
    state.textContent = "Connection lost. Reconnecting …";
    // After any status but 200, the browser does not reconnect.
    if (target.readyState === EventSource.CLOSED) connectLater();
  });
  events.addEventListener("reset", () => {
    for (const { samples } of metrics.values()) samples.length = 0;
    activity.replaceChildren();
  });
  events.addEventListener("message", ({ data, lastEventId }) => {
    lastId = lastEventId;
    addSample(JSON.parse(data));
  });
  events.addEventListener("activity", ({ data, lastEventId }) => {
    lastId = lastEventId;
    addActivity(JSON.parse(data));
  });
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
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});

/** The metrics to draw in the next frame. */
const changed = new Set();

function addSample({ timestamp, metric, value, status }) {
  const shown = metrics.get(metric);
  if (!shown) return;
  const at = Date.parse(timestamp);
  shown.samples.push({ at, value, status });
  while (shown.samples[0].at < at - SHOWN_MS) shown.samples.shift();
  if (changed.size === 0) requestAnimationFrame(drawChanged);
  changed.add(metric);
}

function drawChanged() {
  for (const metric of changed) show(metrics.get(metric));
  changed.clear();
}

function show({ figure, samples }) {
  const { value, status } = samples.at(-1);
  figure.querySelector(".value").textContent = value.toLocaleString("en");
  const badge = figure.querySelector(".status");
  if (badge.dataset.status !== status) announce(figure, value, status);
  badge.dataset.status = status;
  badge.textContent = status;
  draw(figure, samples);
}

function announce(figure, value, status) {
  const title = figure.querySelector("h2").textContent;
  document.querySelector("#announcement").textContent = `${title}: ${value}, ${status}`;
}

/** Draws the line, the parts with a warning over it, and each threshold that is within the chart. */
function draw(figure, samples) {
  const svg = figure.querySelector("svg");
  const [width, height] = [svg.clientWidth, svg.clientHeight];
  const now = samples.at(-1).at;
  const max = Math.max(5, ...samples.map(({ value }) => value)) * 1.15;
  const x = (at) => (width - 2 - ((now - at) / SHOWN_MS) * width).toFixed(1);
  const y = (value) => (height - 2 - (value / max) * (height - 4)).toFixed(1);
  const points = samples.map(({ at, value, status }) => ({ x: x(at), y: y(value), status }));
  const [first, last] = [points[0], points.at(-1)];
  const shape = `${points.map((point) => `${point.x} ${point.y}`).join("L")}`;
  const paths = [path("area", `M${first.x} ${height}L${shape}L${last.x} ${height}Z`), path("line", `M${shape}`)];
  for (const status of ["warning", "critical"]) {
    const threshold = Number(figure.dataset[status]);
    if (threshold < max) paths.push(path(`threshold ${status}`, `M0 ${y(threshold)}H${width}`));
    const pieces = points.slice(1).map((point, n) => (point.status === status ? pieceTo(point, points[n]) : ""));
    paths.push(path(`line ${status}`, pieces.join("")));
  }
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.replaceChildren(...paths);
}

function pieceTo(point, from) {
  return `M${from.x} ${from.y}L${point.x} ${point.y}`;
}

function path(className, d) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", "path");
  element.setAttribute("class", className);
  element.setAttribute("d", d);
  return element;
}

function addActivity({ timestamp, activity: kind, count }) {
  const template = document.createElement("template");
  template.innerHTML = activity.dataset.item;
  const item = template.content.firstElementChild;
  const time = item.querySelector("time");
  time.dateTime = timestamp;
  showTime(time);
  item.querySelector(".activity-text").textContent = activityTexts[kind] ?? "";
  if (count > 1) item.querySelector(".times").textContent = `, ${count} times`;
  activity.prepend(item);
  while (activity.childElementCount > MAX_ACTIVITIES) activity.lastElementChild.remove();
}

/** In the user's time zone, which the server does not know. */
function showTime(time) {
  time.textContent = new Date(time.dateTime).toLocaleTimeString("en-GB");
}
for (const time of activity.querySelectorAll("time")) showTime(time);
followVisibility();
