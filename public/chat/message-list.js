/** The list of messages: renders messages, groups them, and separates the days of the reader's time zone. */
import { avatarClass, initialsOf } from "../page/avatar.js";
import { continuesGroup, parseMessage } from "./message.js";

const MESSAGE = ".chat-message";

/** @typedef {{ seq: number, id: string, sender: { id: string, name: string }, text: string, at: string }} Message */

/**
 * Fills in an empty message, whose HTML the page supplies. Texts are set as text, never as HTML.
 *
 * @param {string} template
 * @param {Message} message
 */
export function renderMessage(template, { seq, sender, text, at }) {
  const content = document.createElement("template");
  content.innerHTML = template;
  const item = content.content.firstElementChild;
  item.dataset.seq = seq;
  item.dataset.sender = sender.id;
  item.querySelector(".sender").textContent = sender.name;
  item.querySelector(".text").append(...parseMessage(text).map(renderPart));
  item.querySelector("time").dateTime = at;
  return item;
}

function renderPart({ type, text, open, close }) {
  if (type === "text") return text;
  if (type === "link") {
    const attributes = { href: text, target: "_blank", rel: "noopener noreferrer nofollow", textContent: text };
    return Object.assign(document.createElement("a"), attributes);
  }
  const code = createElement("code", type);
  code.append(createElement("span", "mark", open), text, createElement("span", "mark", close));
  return code;
}

function createElement(name, className, textContent = "") {
  return Object.assign(document.createElement(name), { className, textContent });
}

/** Adds a message at the end, above those that wait for an acknowledgement. */
export function addMessage(/** @type {Element} */ list, /** @type {HTMLElement} */ item) {
  const firstWaiting = item.classList.contains("waiting") ? null : list.querySelector(".waiting");
  if (firstWaiting) firstWaiting.before(item);
  else list.append(item);
  arrange(item);
  if (firstWaiting) arrange(firstWaiting);
}

export function removeMessage(/** @type {HTMLElement} */ item) {
  let next = item.nextElementSibling;
  while (next && !next.matches(MESSAGE)) next = next.nextElementSibling;
  const list = item.parentElement;
  item.remove();
  if (next) arrange(next);
  else for (const day of [...list.children].reverse()) if (!removeSeparator(day)) break;
}

/** @returns Whether the element was a separator. */
function removeSeparator(/** @type {Element} */ element) {
  const isSeparator = !element.matches(`${MESSAGE}, .earlier`);
  if (isSeparator) element.remove();
  return isSeparator;
}

/** Groups all messages again, after earlier ones have been added or a marker was set. */
export function arrangeAll(/** @type {Element} */ list) {
  for (const item of list.querySelectorAll(MESSAGE)) arrange(item);
}

/** Decides whether a message starts a day and a group. A marker of unread messages before it ends the group. */
function arrange(/** @type {HTMLElement} */ item) {
  let day;
  let marker;
  let before = item.previousElementSibling;
  for (; before && !before.matches(`${MESSAGE}, .earlier`); before = before.previousElementSibling) {
    if (before.matches(".day")) day = before;
    else marker = before;
  }
  const previous = before?.matches(MESSAGE) ? authorshipOf(before) : undefined;
  const message = authorshipOf(item);
  const startsDay = !previous || new Date(previous.at).toDateString() !== new Date(message.at).toDateString();
  if (!startsDay) day?.remove();
  else if (day) day.querySelector("time").dateTime = message.at;
  else (marker ?? item).before(daySeparator(message.at));
  const isFirst = startsDay || marker !== undefined || !continuesGroup(previous, message);
  item.classList.toggle("first", isFirst);
  if (isFirst && !item.querySelector(".avatar")) item.prepend(avatar(item.querySelector(".sender").textContent));
}

const authorshipOf = (item) => ({ senderId: item.dataset.sender, at: item.querySelector("time").dateTime });

function daySeparator(at) {
  const item = createElement("li", "day");
  const time = document.createElement("time");
  time.dateTime = at;
  time.dataset.format = "day";
  item.append(time);
  return item;
}

/** An avatar, as the server renders it. */
export function avatar(/** @type {string} */ name) {
  const element = createElement("span", avatarClass(name), initialsOf(name));
  element.setAttribute("aria-hidden", "true");
  return element;
}
