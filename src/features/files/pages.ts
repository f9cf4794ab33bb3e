/** The page of a user's files: the upload form, uploads in progress, the list. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { emptyListText } from "../../web/pages/empty-list.ts";
import { errorSummary } from "../../web/pages/form-fields.ts";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { sizeOf } from "../../web/pages/size.ts";
import type { Page } from "../../web/request/paging.ts";
import { fileItem } from "./partials.ts";
import { type File, MAX_FILE_BYTES, MAX_REQUEST_BYTES } from "./schema.ts";

/** A page of the list of files, and the request for it. */
export interface FileListing {
  readonly files: Page<File>;
  /** Undefined for the newest files. */
  readonly cursor: string | undefined;
}

const NO_FILES = "No files yet. Only you can open the files that you upload.";

/** @param error The message of a refused upload. */
export function filesPage(context: PageContext, { files, cursor }: FileListing, error?: string): SafeHtml {
  const { items, nextCursor } = files;
  const isOnly = cursor === undefined && nextCursor === null;
  const { attribute, sentence } = emptyListText(items, isOnly ? NO_FILES : "No files on this page.");
  return layout(
    "Files",
    html`<header class="page-head"><h1>Files</h1></header>
${uploadForm(context.csrf, error)}
<ul class="list uploads" id="uploads" aria-label="Uploads" data-item="${String(uploadItem())}"></ul>
<div class="visually-hidden" id="upload-log" role="log" aria-label="Upload log"></div>
<section aria-labelledby="your-files">
<h2 class="visually-hidden" id="your-files">Your files</h2>
${cursor === undefined ? "" : html`<p class="meta newest"><a href="/files">Newest files</a></p>`}
<ul class="list files" id="files"${attribute}>${items.map((file) => fileItem(file, context.csrf))}</ul>
${sentence}
${nextCursor === null ? "" : html`<p class="older"><a class="button quiet" href="/files?${new URLSearchParams({ cursor: nextCursor }).toString()}">Older files</a></p>`}
</section>`,
    context,
    ["files/files.css", "files/files.js"],
  );
}

/** With scripts, it sends files as soon as they are chosen. The token comes first, as `requireMultipart` requires. */
function uploadForm(csrf: string, error?: string): SafeHtml {
  const state = { id: "upload", errors: error === undefined ? {} : { file: error } };
  const about = `upload-file-hint${error === undefined ? "" : " upload-file-error"}`;
  return html`<form class="card upload" id="upload" method="post" action="/files" enctype="multipart/form-data" data-max-bytes="${MAX_FILE_BYTES}">
${errorSummary(state)}
${csrfField(csrf)}
<div class="field">
<label for="upload-file">Upload files</label>
<input type="file" id="upload-file" name="file" multiple required aria-describedby="${about}"${error === undefined ? "" : html` aria-invalid="true"`}>
<small id="upload-file-hint" data-scripted=" Or drop them anywhere on this page.">Up to ${sizeOf(MAX_FILE_BYTES)} each<noscript>, ${sizeOf(MAX_REQUEST_BYTES)} together</noscript>.</small>
${error === undefined ? "" : html`<small id="upload-file-error" class="error">${error}</small>`}
</div>
<noscript><button>Upload</button></noscript>
</form>`;
}

/**
 * An upload in progress, which `public/files/upload.js` copies from an attribute and fills in. Text browsers would show
 * the content of a template element.
 */
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
