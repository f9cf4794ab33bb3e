/** The messages of a room: part of the page, and the part that HTMX swaps in for earlier messages. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { continuesGroup, type Part, parseMessage } from "../../../public/chat/message.js";
import { timeOf } from "../../web/pages/time.ts";
import { avatar } from "../../web/pages/ui/avatar.ts";
import { buttonLink } from "../../web/pages/ui/button.ts";
import type { ChatMessage, ChatUser } from "./protocol.ts";

/**
 * The messages, below a link that is replaced with the messages before them. Days are in UTC;
 * `public/chat/message-list.js` separates days in the reader's time zone.
 */
export function messageList(room: string, me: ChatUser, messages: readonly ChatMessage[]): SafeHtml {
  const first = messages[0]?.seq ?? 1;
  const earlier = `/chat/${room}?before=${first}`;
  const attributes = html` id="earlier" hx-get="${earlier}" hx-target="closest li" hx-swap="outerHTML"`;
  const link = html`<li class="earlier">${buttonLink(earlier, { label: "Earlier messages", kind: "plain", attributes })}</li>`;
  return html`${first > 1 ? link : ""}${messages.map((message, n) => messageWithDay(message, messages[n - 1], me))}`;
}

function messageWithDay(message: ChatMessage, previous: ChatMessage | undefined, me: ChatUser): SafeHtml {
  const startsDay = previous?.at.slice(0, 10) !== message.at.slice(0, 10);
  const isFirst = !previous || startsDay || !continuesGroup(authorship(previous), authorship(message));
  return html`${startsDay ? html`<li class="day">${timeOf(message.at, "day")}</li>` : ""}${messageItem(message, me, isFirst)}`;
}

function authorship({ sender, at }: ChatMessage) {
  return { senderId: sender.id, at };
}

/**
 * @param isFirst Whether the message is the first of its group: later ones show only the text. Text browsers, which ignore
 *   stylesheets, show the name and the time of each.
 */
function messageItem({ seq, id, sender, text, at }: ChatMessage, me: ChatUser, isFirst: boolean): SafeHtml {
  const ownId = sender.id === me.id ? html` data-id="${id}"` : "";
  return html`<li class="chat-message${isFirst ? " first" : ""}" data-seq="${seq}" data-sender="${sender.id}"${ownId}>${
    isFirst ? avatar(sender.name) : ""
  }<p class="meta"><bdi class="sender">${sender.name}</bdi> ${timeOf(at, "clock")} <span class="delivery"></span></p><p class="text" dir="auto">${parseMessage(text).map(textPart)}</p></li>`;
}

/** The backquotes of code are part of the text, so that a copy equals the original; the stylesheet makes them tiny. */
function textPart(part: Part): SafeHtml | string {
  switch (part.type) {
    case "text":
      return part.text;
    case "link":
      return html`<a href="${part.text}" target="_blank" rel="noopener noreferrer nofollow">${part.text}</a>`;
    case "code":
    case "block":
      return html`<code class="${part.type}"><span class="mark">${part.open}</span>${part.text}<span class="mark">${part.close}</span></code>`;
  }
}

const EMPTY: ChatMessage = { seq: 0, id: "", sender: { id: "", name: "" }, text: "", at: "0000-00-00T00:00:00.000Z" };

/**
 * An empty message that the page's script copies from an attribute and fills in. Text browsers would show the content of a
 * template element.
 */
export function messageTemplate(me: ChatUser): SafeHtml {
  return messageItem(EMPTY, me, false);
}
