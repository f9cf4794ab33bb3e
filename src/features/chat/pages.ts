/** The page of a chat room. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { messageList, messageTemplate } from "./partials.ts";
import type { ChatMessage, ChatUser } from "./protocol.ts";

/** The content of the page. */
export interface RoomView {
  readonly room: string;
  readonly me: ChatUser;
  /** Oldest first. */
  readonly messages: readonly ChatMessage[];
  /** The content of the composer: a new message, or one that was refused. */
  readonly draft: { readonly id: string; readonly text: string; readonly error?: string };
}

export function roomPage(context: PageContext, { room, me, messages, draft }: RoomView): SafeHtml {
  const last = messages.at(-1)?.seq ?? 0;
  return layout(
    `#${room}`,
    html`<section class="chat" id="chat" aria-label="Room ${room}" data-room="${room}" data-me="${me.id}" data-last="${last}">
<header>
<h1><span aria-hidden="true">#</span>${room}</h1>
<p class="state meta" id="state" role="status"><noscript>Without JavaScript, <a href="/chat/${room}">reload the page</a> to see new messages.</noscript></p>
<p class="here meta" id="here"></p>
<form class="other" method="get" action="/chat"><label><span class="visually-hidden">Another room</span><input name="room" placeholder="another-room" pattern="[a-z0-9\\-]{1,64}" title="1 to 64 lowercase letters, digits and hyphens" maxlength="64" required autocapitalize="none" autocomplete="off"></label><button class="quiet">Go</button></form>
</header>
<div class="messages" role="log" aria-label="Messages" tabindex="0"><ol data-item="${String(messageTemplate(me))}">${messageList(room, me, messages)}</ol></div>
${messages.length === 0 ? html`<p class="empty">No messages yet.</p>` : ""}
${composer(context.csrf, room, draft)}
</section>`,
    context,
    ["chat/chat.css", "chat/chat-page.js"],
  );
}

function composer(csrf: string, room: string, { id, text, error }: RoomView["draft"]): SafeHtml {
  return html`<form class="composer" id="composer" method="post" action="/chat/${room}">
${csrfField(csrf)}<input type="hidden" name="id" value="${id}">
<p class="error" id="composer-error" role="alert">${error ?? ""}</p>
<label><span class="visually-hidden">Message</span><textarea name="text" rows="1" maxlength="4000" required placeholder="Write a message" aria-describedby="composer-error"${error ? html` aria-invalid="true"` : ""}>
${text}</textarea></label>
<button>Send</button>
</form>`;
}
