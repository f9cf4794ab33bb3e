/** The page of a chat room: shows the messages of the client, and sends those of the user. */
import { ChatClient } from "./chat-client.js";

const room = document.querySelector("#chat");
const log = room.querySelector(".messages");
const list = log.querySelector("ol");
const composer = room.querySelector("#composer");
const text = composer.elements.text;
const problem = room.querySelector("#composer-error");

const STATES = {
  connecting: "Connecting …",
  open: "Connected",
  waiting: "Connection lost. Reconnecting …",
  ended: "You are signed out. Sign in to continue.",
};

/** The users in the room by id, each with the number of their sockets. @type {Map<string, { name: string, sockets: number }>} */
const here = new Map();

/** Unacknowledged messages of this page, by id. @type {Map<string, HTMLLIElement>} */
const waiting = new Map();

const handlers = {
  state({ state }) {
    room.dataset.state = state;
    room.querySelector("#state").textContent = STATES[state];
    if (state === "ended") location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
  },
  welcome({ here: users }) {
    here.clear();
    for (const user of users) count(user, 1);
  },
  join: ({ user }) => count(user, 1),
  leave: ({ user }) => count(user, -1),
  message(message) {
    waiting.get(message.id)?.remove();
    add(render(message));
  },
  sending({ id, text }) {
    const me = { id: room.dataset.me, name: "You" };
    const item = render({ seq: 0, id, sender: me, text, at: new Date().toISOString() });
    item.classList.add("waiting");
    item.querySelector(".delivery").textContent = "Sending …";
    waiting.set(id, item);
    add(item, true);
  },
  sent({ id, seq }) {
    // If the acknowledgement was lost, the message itself has arrived before.
    waiting.get(id)?.remove();
    waiting.delete(id);
    const delivery = list.querySelector(`[data-seq="${seq}"] .delivery`);
    if (delivery) delivery.textContent = "Sent";
  },
  refused({ id, text: refused, detail }) {
    waiting.get(id)?.remove();
    waiting.delete(id);
    problem.textContent = detail;
    if (text.value === "") text.value = refused;
    text.setAttribute("aria-invalid", "true");
  },
};

const client = new ChatClient({
  url: `${location.origin.replace(/^http/, "ws")}/ws/chat/${room.dataset.room}`,
  after: Number(room.dataset.last),
  onEvent: (event) => handlers[event.type]?.(event),
});

function count({ id, name }, change) {
  const sockets = (here.get(id)?.sockets ?? 0) + change;
  if (sockets > 0) here.set(id, { name, sockets });
  else here.delete(id);
  const names = [...here.values()].map((user) => user.name).sort((a, b) => a.localeCompare(b));
  const shown = names.length > 6 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
  room.querySelector("#here").textContent = `Here: ${new Intl.ListFormat("en").format(shown)}`;
}

/** Fills in an empty message, whose HTML the page supplies. Texts are set as text, never as HTML. */
function render({ seq, sender, text, at }) {
  const template = document.createElement("template");
  template.innerHTML = list.dataset.item;
  const item = template.content.firstElementChild;
  item.dataset.seq = seq;
  item.classList.toggle("mine", sender.id === room.dataset.me);
  item.querySelector(".sender").textContent = sender.name;
  item.querySelector(".text").textContent = text;
  const time = item.querySelector("time");
  time.dateTime = at;
  showTime(time);
  return item;
}

/** In the user's time zone, which the server does not know. */
function showTime(time) {
  const at = new Date(time.dateTime);
  const isToday = at.toDateString() === new Date().toDateString();
  time.textContent = at.toLocaleString(
    "en-GB",
    isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" },
  );
}

/** Adds a message, and scrolls down to it unless the user has scrolled up. */
function add(item, isOwn = false) {
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  list.append(item);
  // Unacknowledged messages stay last.
  if (!isOwn) list.append(...[...waiting.values()].filter((each) => each.isConnected));
  if (isAtEnd || isOwn) log.scrollTop = log.scrollHeight;
}

function send() {
  if (text.value.trim() === "") return;
  problem.textContent = "";
  text.removeAttribute("aria-invalid");
  client.send(text.value);
  text.value = "";
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
  text.focus();
});

text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  send();
});

addEventListener("online", () => client.reconnect());
// The page was restored from the back/forward cache: its socket is closed, and newer messages are missing.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});

document.addEventListener("htmx:afterSwap", () => {
  for (const time of list.querySelectorAll("time:has(span)")) showTime(time);
});
for (const time of list.querySelectorAll("time")) showTime(time);
log.scrollTop = log.scrollHeight;
