/** The messages of a room: part of the page, and the part that HTMX swaps in for earlier messages. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { timeOf } from "../../web/pages/time.ts";
import type { ChatMessage, ChatUser } from "./protocol.ts";

/** The messages, below a link that is replaced with the messages before them. */
export function messageList(room: string, me: ChatUser, messages: readonly ChatMessage[]): SafeHtml {
  const first = messages[0]?.seq ?? 1;
  const earlier = `/chat/${room}?before=${first}`;
  const link = html`<li class="earlier"><a href="${earlier}" class="button quiet" hx-get="${earlier}" hx-target="closest li" hx-swap="outerHTML">Earlier messages</a></li>`;
  return html`${first > 1 ? link : ""}${messages.map((message) => messageItem(message, me))}`;
}

const EMPTY: ChatMessage = { seq: 0, id: "", sender: { id: "", name: "" }, text: "", at: "0000-00-00T00:00:00.000Z" };

function messageItem({ seq, sender, text, at }: ChatMessage, me: ChatUser): SafeHtml {
  return html`<li class="chat-message${sender.id === me.id ? " mine" : ""}" data-seq="${seq}"><p class="meta"><span class="sender">${sender.name}</span> ${timeOf(at)} <span class="delivery"></span></p><p class="text">${text}</p></li>`;
}

/**
 * An empty message that the page's script copies from an attribute and fills in. Text browsers would show the content of a
 * template element.
 */
export function messageTemplate(me: ChatUser): SafeHtml {
  return messageItem(EMPTY, me);
}
