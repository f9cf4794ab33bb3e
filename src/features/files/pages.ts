/** One's files as a page. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { errorSummary } from "../../web/pages/form-fields.ts";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { type Message, messageBox } from "../../web/pages/message.ts";
import { sizeOf } from "../../web/pages/size.ts";
import { timeOf } from "../../web/pages/time.ts";
import type { Page } from "../../web/request/paging.ts";
import { isPreviewed, isUnknown } from "./media-type.ts";
import { type File, MAX_FILE_BYTES, MAX_REQUEST_BYTES } from "./schema.ts";

/** A part of the files. */
export interface Shown {
  readonly files: Page<File>;
  /** Undefined for the newest. */
  readonly cursor: string | undefined;
}

/** @param error What was wrong with an upload. */
export function filesPage(context: PageContext, { files, cursor }: Shown, error?: string): SafeHtml {
  const { items, nextCursor } = files;
  return layout(
    "Files",
    html`<header class="page-head"><h1>Files</h1></header>
${uploadForm(context.csrf, error)}
<ul class="list uploads" id="uploads" aria-label="Uploads"></ul>
<div class="visually-hidden" id="upload-log" role="log" aria-label="What became of uploads"></div>
<template id="upload-row">${uploadItem()}</template>
<section aria-labelledby="your-files">
<h2 class="visually-hidden" id="your-files">Your files</h2>
${cursor === undefined ? "" : html`<p class="meta newest"><a href="/files">Newest files</a></p>`}
<ul class="list files" id="files">${items.map((file) => fileItem(file, context.csrf))}</ul>
<p class="empty">No files yet. Whatever you put here, only you can open it.</p>
${nextCursor === null ? "" : html`<p class="older"><a class="button quiet" href="/files?${new URLSearchParams({ cursor: nextCursor }).toString()}">Older files</a></p>`}
</section>`,
    context,
    ["files/files.css", "files/files.js"],
  );
}

/** With scripts it sends what is chosen at once; the token comes first, for `requireMultipart`. */
function uploadForm(csrf: string, error?: string): SafeHtml {
  const state = { id: "upload", errors: error === undefined ? {} : { file: error } };
  const about = `upload-file-hint${error === undefined ? "" : " upload-file-error"}`;
  return html`<form class="card upload" id="upload" method="post" action="/files" enctype="multipart/form-data" data-max-bytes="${MAX_FILE_BYTES}">
${errorSummary(state)}
${csrfField(csrf)}
<div class="field">
<label for="upload-file">Upload files</label>
<input type="file" id="upload-file" name="file" multiple required aria-describedby="${about}"${error === undefined ? "" : html` aria-invalid="true"`}>
<small id="upload-file-hint">Up to ${sizeOf(MAX_FILE_BYTES)} each<span class="unscripted">, ${sizeOf(MAX_REQUEST_BYTES)} together</span>.<span class="scripted"> Or drop them anywhere on this page.</span></small>
${error === undefined ? "" : html`<small id="upload-file-error" class="error">${error}</small>`}
</div>
<noscript><button>Upload</button></noscript>
</form>`;
}

/** A file that is being uploaded: `public/files/upload-row.js` fills it in. */
function uploadItem(): SafeHtml {
  return html`<li class="card file">
<div class="about">
<p class="name"></p>
<progress></progress>
<p class="meta sent"></p>
<p class="error"></p>
</div>
<div class="actions"><button type="button" class="quiet retry" hidden>Retry</button><button type="button" class="quiet cancel">Cancel</button></div>
</li>`;
}

/** A file of the list. */
export function fileItem(file: File, csrf: string): SafeHtml {
  const { id, name, type, size, createdAt, url } = file;
  const path = `/files/${id}/delete`;
  return html`<li class="card file">
${preview(file)}
<div class="about">
<a class="name" href="${url}" download>${name}</a>
<p class="meta facts"><span>${sizeOf(size)}</span> ${isUnknown(type) ? "" : html`<span>${type}</span> `}${timeOf(createdAt)}</p>
</div>
<form method="post" action="${path}" hx-post="${path}" hx-target="closest li" hx-swap="outerHTML" data-confirm="Delete “${name}”? It can’t be brought back.">${csrfField(csrf)}<button class="quiet" aria-label="Delete ${name}">Delete</button></form>
</li>`;
}

function preview({ name, type, size, url }: File): SafeHtml {
  if (!isPreviewed(type, size)) return html`<span class="preview" aria-hidden="true">${endingOf(name)}</span>`;
  return html`<a class="preview" href="${url}?inline=1"><img src="${url}?inline=1" alt="Preview of ${name}" width="56" height="56" loading="lazy" decoding="async"></a>`;
}

/** What a name ends with, where that is short. */
function endingOf(name: string): string {
  return /\.(\w{1,4})$/.exec(name)?.[1] ?? "";
}

/** What comes in place of a row that is removed: a message, which takes the focus that its button had. */
export function removedPart(message: Message, csrf: string): SafeHtml {
  return html`<div id="messages" hx-swap-oob="innerHTML"><div tabindex="-1" autofocus>${messageBox(message, csrf)}</div></div>`;
}
