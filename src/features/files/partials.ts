/** Partials of files: a list item, and the message that replaces a deleted one. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { type Message, messageBox } from "../../web/pages/message.ts";
import { sizeOf } from "../../web/pages/size.ts";
import { timeOf } from "../../web/pages/time.ts";
import { isPreviewed, isUnknown } from "./media-type.ts";
import type { File } from "./schema.ts";

export function fileItem(file: File, csrf: string): SafeHtml {
  const { id, name, type, size, createdAt, url } = file;
  const path = `/files/${id}/delete`;
  return html`<li class="card file">
${preview(file)}
<div class="about">
<a class="name" href="${url}" download>${name}</a>
<p class="meta facts"><span>${sizeOf(size)}</span> ${isUnknown(type) ? "" : html`<span>${type}</span> `}${timeOf(createdAt)}</p>
</div>
<form method="post" action="${path}" hx-post="${path}" hx-target="closest li" hx-swap="outerHTML" data-confirm="Delete “${name}”? This cannot be undone.">${csrfField(csrf)}<button class="quiet" aria-label="Delete ${name}">Delete</button></form>
</li>`;
}

function preview({ name, type, size, url }: File): SafeHtml {
  if (!isPreviewed(type, size)) return html`<span class="preview" aria-hidden="true">${extensionOf(name)}</span>`;
  return html`<a class="preview" href="${url}?inline=1"><img src="${url}?inline=1" alt="Preview of ${name}" width="56" height="56" loading="lazy" decoding="async"></a>`;
}

/** @returns The extension of a name, if it has at most four characters; else an empty string. */
function extensionOf(name: string): string {
  return /\.(\w{1,4})$/.exec(name)?.[1] ?? "";
}

/** Replaces a deleted list item by a message, which takes the focus from the Delete button. */
export function deletedMessage(message: Message, csrf: string): SafeHtml {
  return html`<div id="messages" hx-swap-oob="innerHTML"><div tabindex="-1" autofocus>${messageBox(message, csrf)}</div></div>`;
}
