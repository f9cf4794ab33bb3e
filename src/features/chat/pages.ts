/** The page of a chat room. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { HTMX, layout, type PageContext } from "../../web/pages/layout.ts";
import { submissionField } from "../../web/pages/submission-field.ts";
import { button } from "../../web/pages/ui/button.ts";
import { emptyListText } from "../../web/pages/ui/empty-state.ts";
import { menu } from "../../web/pages/ui/menu.ts";
import { messageList, messageTemplate } from "./partials.ts";
import type { ChatMessage, ChatUser } from "./protocol.ts";

/** The label of the field for a message. */
export const MESSAGE_LABEL = "Message";

/** The name of the draft of a message to a room. */
export function draftOf(room: string): string {
  return `chat/${room}`;
}

/** The content of the page. */
export interface RoomView {
  readonly room: string;
  /** The rooms of the list; contains `room`. */
  readonly rooms: readonly string[];
  readonly me: ChatUser;
  /** Oldest first. */
  readonly messages: readonly ChatMessage[];
  /** A refused message, which the form shows again. */
  readonly refused?: { readonly submission: string | undefined; readonly text: string; readonly error: string };
}

export function roomPage(context: PageContext, { room, rooms, me, messages, refused }: RoomView): SafeHtml {
  const last = messages.at(-1)?.seq ?? 0;
  const { attribute, sentence } = emptyListText(messages, "No messages yet.");
  return layout(
    `#${room}`,
    html`<div class="chat" id="chat" data-room="${room}" data-me="${me.id}" data-name="${me.name}" data-last="${last}">
${roomList(rooms, room)}
<section class="room" aria-label="Room ${room}">
<header>
<h1><span aria-hidden="true">#</span>${room}</h1>
<p class="state"><span id="state" role="status"></span></p>
<div class="rooms-button">${button({ label: "Rooms", kind: "plain", attributes: html` type="button" popovertarget="rooms"` })}</div>
<div class="people" id="people" data-menu="${String(peopleMenu())}"></div>
</header>
<noscript><p class="meta">Without JavaScript, <a href="/chat/${room}">reload the page</a> to see new messages.</p></noscript>
<div class="log" id="log"><div class="messages" role="log" aria-label="Messages" tabindex="0"><div>
<ol class="list"${attribute} data-item="${String(messageTemplate(me))}">${messageList(room, me, messages)}</ol>${sentence}
</div></div></div>
${composer(context.csrf, room, refused)}
</section>
</div>`,
    context,
    [HTMX, "chat/chat.css", "chat/chat-page.js"],
    { waitsForModules: true },
  );
}

/** On a narrow screen, the list is a menu. */
function roomList(rooms: readonly string[], current: string): SafeHtml {
  const join = { label: "Join room", icon: "plus", isIconOnly: true, kind: "plain" } as const;
  return html`<nav class="menu rooms" id="rooms" popover aria-label="Rooms">
<p class="title">Rooms</p>
<ul class="names">${rooms.map((room) => html`<li><a href="/chat/${room}" data-room="${room}"${room === current ? html` aria-current="page"` : ""}><span aria-hidden="true">#</span><span class="one-line">${room}</span></a></li>`)}</ul>
<form method="get" action="/chat"><label><span class="visually-hidden">Another room</span><input name="room" placeholder="another-room" pattern="[a-z0-9\\-]{1,64}" title="1 to 64 lowercase letters, digits and hyphens" maxlength="64" required autocapitalize="none" autocomplete="off" spellcheck="false"></label>${button(join)}</form>
</nav>`;
}

/** The page's script copies this HTML from an attribute and fills in the users in the room. */
function peopleMenu(): SafeHtml {
  const opener = { label: "People", icon: "user", kind: "plain" } as const;
  return menu("people-list", opener, html`<ul class="names"></ul>`);
}

function composer(csrf: string, room: string, refused: RoomView["refused"]): SafeHtml {
  const { submission, text = "", error = "" } = refused ?? {};
  return html`<form class="composer" id="composer" method="post" action="/chat/${room}" data-draft="${draftOf(room)}">
${csrfField(csrf)}${submissionField(submission)}
<p class="error-text" id="composer-error" role="alert">${error}</p>
<label><span class="visually-hidden">${MESSAGE_LABEL}</span><textarea name="text" rows="1" dir="auto" maxlength="4000" required placeholder="Write a message" aria-describedby="composer-error"${error && html` aria-invalid="true"`}>
${text}</textarea></label>
${button({ label: "Send", kind: "primary" })}
</form>`;
}
