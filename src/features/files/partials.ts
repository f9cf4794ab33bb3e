/** Partials of files: a list item, and the line about all files. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { usageText } from "../../../public/files/usage.js";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { sizeOf } from "../../web/pages/size.ts";
import { timeOf } from "../../web/pages/time.ts";
import { icon } from "../../web/pages/ui/icon.ts";
import { isPreviewed, isShowableImage, isUnknown } from "./media-type.ts";
import type { File, FilesUsage } from "./schema.ts";

export function fileItem(file: File, csrf: string): SafeHtml {
  const { id, name, type, size, createdAt, url } = file;
  const path = `/files/${id}/delete`;
  return html`<li class="file" id="file-${id}" data-size="${size}">
${preview(file)}
<div class="about">
<a class="name" href="${url}" dir="auto" download>${name}</a>
<p class="meta facts"><span>${sizeOf(size)}</span> ${isUnknown(type) ? "" : html`<span class="type">${type}</span> `}${timeOf(createdAt)}</p>
</div>
<form method="post" action="${path}" data-confirm="Delete “${name}”? This cannot be undone.">${csrfField(csrf)}<button class="plain icon-only" title="Delete ${name}">${icon("trash")}<span class="visually-hidden">Delete <bdi>${name}</bdi></span></button></form>
</li>`;
}

/** The number of all files and their size; empty without files. `public/files/file-list.js` keeps it up to date. */
export function usageLine({ files, bytes }: FilesUsage): SafeHtml {
  return html`<p class="meta" id="files-usage" data-files="${files}" data-bytes="${bytes}">${usageText(files, bytes)}</p>`;
}

/** The image itself if it is small. Otherwise the kind of file, which links to the file if it is an image. */
function preview({ name, type, size, url }: File): SafeHtml {
  if (isPreviewed(type, size))
    return html`<a class="preview" href="${url}?inline=1"><img src="${url}?inline=1" alt="Preview of ${name}" width="40" height="40" loading="lazy" decoding="async"></a>`;
  const kind = kindOf(name, type);
  if (isShowableImage(type) && kind !== "")
    return html`<a class="preview" href="${url}?inline=1" aria-label="Show ${name} (${kind})">${kind}</a>`;
  return html`<span class="preview" aria-hidden="true">${kind}</span>`;
}

/** @returns The extension of the name or, failing that, the subtype, of at most four characters; otherwise empty. */
function kindOf(name: string, type: string): string {
  return /\.(\w{1,4})$/.exec(name)?.[1] ?? /\/(\w{1,4})$/.exec(type)?.[1] ?? "";
}
