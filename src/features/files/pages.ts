/** The page of a user's files: the upload form, uploads in progress, the list. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { errorSummary } from "../../web/pages/form-fields.ts";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { sizeOf } from "../../web/pages/size.ts";
import { submissionField } from "../../web/pages/submission-field.ts";
import { emptyListText } from "../../web/pages/ui/empty-state.ts";
import { icon } from "../../web/pages/ui/icon.ts";
import { pageHead } from "../../web/pages/ui/page-head.ts";
import { pager } from "../../web/pages/ui/pager.ts";
import { limitParameter, type Page, type PageQuery, pathOfList } from "../../web/request/paging.ts";
import { fileItem, usageLine } from "./partials.ts";
import { type File, type FilesUsage, MAX_FILE_BYTES, MAX_REQUEST_BYTES } from "./schema.ts";

/** A page of the list of files, and the request for it. */
export interface FileListing {
  readonly files: Page<File>;
  readonly query: PageQuery;
  /** The usage of all files, on every page of the list. */
  readonly usage: FilesUsage;
}

const NO_FILES = "No files yet. Only you can open the files that you upload.";

/** @param error The message of a refused upload. */
export function filesPage(context: PageContext, { files, query, usage }: FileListing, error?: string): SafeHtml {
  const { items, nextCursor, previousCursor } = files;
  const isOnly = previousCursor === null && nextCursor === null;
  const { attribute, sentence } = emptyListText(items, isOnly ? NO_FILES : "No files on this page.");
  return layout(
    "Files",
    html`${pageHead({ title: "Files", actions: usageLine(usage) })}
${uploadForm(context.csrf, error)}
<ul class="rows uploads" id="uploads" aria-label="Uploads" data-item="${String(uploadItem())}"></ul>
<div class="visually-hidden" id="upload-log" role="log" aria-label="Upload log"></div>
<section aria-labelledby="your-files">
<h2 class="visually-hidden" id="your-files">Your files</h2>
${previousCursor === null ? "" : html`<p class="meta newest"><a href="${pathOfList("/files", { limit: limitParameter(query) })}">Newest files</a></p>`}
<ul class="list rows files" id="files"${attribute}>${items.map((file) => fileItem(file, context.csrf))}</ul>
${sentence}
${pager("/files", { limit: limitParameter(query) }, files, "files")}
</section>`,
    context,
    ["files/files.css", "files/files.js"],
  );
}

/**
 * With `public/files/files.js`, it sends files as soon as they are chosen, and has no button. The hidden fields come first, as `requireMultipart` and
 * `requireSubmission` require.
 */
function uploadForm(csrf: string, error?: string): SafeHtml {
  const state = { id: "upload", errors: error === undefined ? {} : { file: error } };
  const about = `upload-file-hint${error === undefined ? "" : " upload-file-error"}`;
  return html`<form class="upload" id="upload" method="post" action="/files" enctype="multipart/form-data" data-max-bytes="${MAX_FILE_BYTES}">
${errorSummary(state)}
${csrfField(csrf)}${submissionField()}
<div class="field">
<label for="upload-file">${icon("upload")}Upload files</label>
<div class="chosen">
<input type="file" id="upload-file" name="file" multiple required aria-describedby="${about}"${error === undefined ? "" : html` aria-invalid="true"`}>
<button class="primary">Upload</button>
</div>
<small id="upload-file-hint" data-scripted=" Or drop them anywhere on this page.">Up to ${sizeOf(MAX_FILE_BYTES)} each<noscript>, ${sizeOf(MAX_REQUEST_BYTES)} together</noscript>.</small>
${error === undefined ? "" : html`<small id="upload-file-error" class="error">${error}</small>`}
</div>
</form>`;
}

/**
 * An upload in progress, which `public/files/upload-row.js` copies from an attribute and fills in. Text browsers would show
 * the content of a template element.
 */
function uploadItem(): SafeHtml {
  return html`<li class="file">
<div class="about">
<p class="name" dir="auto"></p>
<progress></progress>
<p class="meta sent"></p>
<p class="error"></p>
</div>
<div class="actions"><button type="button" class="retry" hidden>Retry</button><button type="button" class="plain cancel">Cancel</button></div>
</li>`;
}
