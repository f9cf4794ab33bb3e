/** The page of a chat room: shows the messages of the client, and sends those of the user. */
import { ChatClient } from "./chat-client.js";
import { forgetUnsent, rememberUnsent, unsentIn } from "./memory.js";
import { addMessage, removeMessage, renderMessage } from "./message-list.js";
import { createPeople } from "./people.js";
import { markRooms } from "./rooms.js";
import { createUnread } from "./unread.js";

const page = document.querySelector("#chat");
const { room, me, name, last } = page.dataset;
const log = page.querySelector(".messages");
const list = log.querySelector("ol");
const composer = page.querySelector("#composer");
const text = composer.elements.text;
const problem = page.querySelector("#composer-error");

const STATES = {
  connecting: "Connecting …",
  open: "Connected",
  waiting: "Reconnecting …",
  ended: "You are signed out. Sign in to continue.",
};

/** Unacknowledged messages of this page, by id. @type {Map<string, HTMLLIElement>} */
const waiting = new Map();

const unread = createUnread({ room, me, log, list, place: page.querySelector("#log"), last: Number(last) });

const render = (message) => renderMessage(list.dataset.item, message);

/** Ends the waiting of a message that the server has acknowledged or refused. */
function settle(id) {
  const item = waiting.get(id);
  if (item?.isConnected) removeMessage(item);
  waiting.delete(id);
  forgetUnsent(room, id);
}

const handlers = {
  ...createPeople(page.querySelector("#people")),
  state({ state }) {
    page.dataset.state = state;
    page.querySelector("#state").textContent = STATES[state];
    if (state === "ended") location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
  },
  message(message) {
    const item = waiting.get(message.id);
    unread.add(() => {
      if (item?.isConnected) removeMessage(item);
      addMessage(list, render(message));
    }, message);
  },
  sending({ id, text: written }) {
    rememberUnsent(room, { id, text: written });
    const item = render({ seq: 0, id, sender: { id: me, name }, text: written, at: new Date().toISOString() });
    delete item.dataset.seq;
    item.classList.add("waiting");
    item.querySelector(".delivery").textContent = "Sending …";
    waiting.set(id, item);
    addMessage(list, item);
  },
  sent({ id, seq }) {
    settle(id);
    const delivery = list.querySelector(`[data-seq="${seq}"] .delivery`);
    if (delivery) delivery.textContent = "Sent";
  },
  refused({ id, text: refused, detail }) {
    settle(id);
    problem.textContent = detail;
    text.setAttribute("aria-invalid", "true");
    write([refused, text.value].filter(Boolean).join("\n"));
  },
};

/** Changes the text in the composer, and its draft. */
function write(value) {
  text.value = value;
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

function send() {
  if (text.value.trim() === "") return;
  problem.textContent = "";
  text.removeAttribute("aria-invalid");
  composer.querySelector(".restored")?.remove();
  client.send(text.value);
  // The default value is the text of a refused form.
  text.defaultValue = "";
  write("");
  unread.finish();
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
  text.focus();
});

text.addEventListener("keydown", (event) => {
  // Ctrl+Enter submits the form; see public/page/forms.js.
  // Safari ends a composition with a key event whose `isComposing` is false.
  const isComposing = event.isComposing || event.keyCode === 229;
  if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.metaKey || isComposing) return;
  event.preventDefault();
  send();
});

addEventListener("online", () => client.reconnect());

// Earlier messages are not news, so screen readers must not announce them.
document.addEventListener("htmx:beforeSwap", () => log.setAttribute("aria-live", "off"));
document.addEventListener("htmx:afterSwap", () => unread.rearrange());
document.addEventListener("htmx:afterSettle", () => setTimeout(() => log.removeAttribute("aria-live")));

unread.start();

// A message that the page shows was stored: only its acknowledgement was lost.
for (const { id } of unsentIn(room)) if (list.querySelector(`[data-id="${id}"]`)) forgetUnsent(room, id);

const client = new ChatClient({
  url: `${location.origin.replace(/^http/, "ws")}/ws/chat/${room}`,
  after: Number(last),
  unsent: unsentIn(room),
  onEvent: (event) => handlers[event.type]?.(event),
});

document.addEventListener("visibilitychange", () => markRooms(page));
markRooms(page);
