/** A chat room as a page. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { timeOf } from "../../web/pages/time.ts";
import type { ChatMessage, ChatUser } from "./env.ts";

/** What a page of a room shows. */
export interface Room {
  readonly room: string;
  readonly me: ChatUser;
  /** The oldest first, up to the latest or to what `before` asked for. */
  readonly messages: readonly ChatMessage[];
  /** What is to be written, or was refused. */
  readonly draft: { readonly id: string; readonly text: string; readonly error?: string };
}

export function roomPage(context: PageContext, { room, me, messages, draft }: Room): SafeHtml {
  const last = messages.at(-1)?.seq ?? 0;
  return layout(
    `#${room}`,
    html`<section class="chat" id="chat" aria-label="Room ${room}" data-room="${room}" data-me="${me.id}" data-last="${last}">
<header>
<h1><span aria-hidden="true">#</span>${room}</h1>
<p class="state meta" id="state" role="status"><noscript>Without JavaScript, <a href="/chat/${room}">load the page again</a> for what is new.</noscript></p>
<p class="here meta" id="here"></p>
<form class="other" method="get" action="/chat"><label><span class="visually-hidden">Another room</span><input name="room" placeholder="another-room" pattern="[a-z0-9\\-]{1,64}" title="1 to 64 small letters, digits and hyphens" maxlength="64" required autocapitalize="none" autocomplete="off"></label><button class="quiet">Go</button></form>
</header>
<div class="messages" role="log" aria-label="Messages" tabindex="0"><ol>${messagesOf(room, me, messages)}</ol></div>
<p class="empty">Nothing has been said here yet.</p>
${composer(context.csrf, room, draft)}
<template id="message">${messageItem(EMPTY, me)}</template>
</section>`,
    context,
    ["chat/chat.css", "chat/chat-page.js"],
  );
}

/** The messages, and a way to earlier ones where there are any: the part that is swapped in for that way. */
export function messagesOf(room: string, me: ChatUser, messages: readonly ChatMessage[]): SafeHtml {
  const first = messages[0]?.seq ?? 1;
  const earlier = `/chat/${room}?before=${first}`;
  const way = html`<li class="earlier"><a href="${earlier}" class="button quiet" hx-get="${earlier}" hx-target="closest li" hx-swap="outerHTML">Earlier messages</a></li>`;
  return html`${first > 1 ? way : ""}${messages.map((message) => messageItem(message, me))}`;
}

const EMPTY: ChatMessage = { seq: 0, id: "", sender: { id: "", name: "" }, text: "", at: "0000-00-00T00:00:00.000Z" };

/** Also the template that the page's script fills in. */
function messageItem({ seq, sender, text, at }: ChatMessage, me: ChatUser): SafeHtml {
  return html`<li class="said${sender.id === me.id ? " mine" : ""}" data-seq="${seq}"><p class="meta"><span class="sender">${sender.name}</span> ${timeOf(at)} <span class="delivery"></span></p><p class="text">${text}</p></li>`;
}

function composer(csrf: string, room: string, { id, text, error }: Room["draft"]): SafeHtml {
  return html`<form class="composer" id="composer" method="post" action="/chat/${room}">
${csrfField(csrf)}<input type="hidden" name="id" value="${id}">
<p class="error" id="composer-error" role="alert">${error ?? ""}</p>
<label><span class="visually-hidden">Message</span><textarea name="text" rows="1" maxlength="4000" required placeholder="Write a message" aria-describedby="composer-error"${error ? html` aria-invalid="true"` : ""}>
${text}</textarea></label>
<button>Send</button>
</form>`;
}
