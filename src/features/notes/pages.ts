/** The page of notes: the list and, beside it, the open note. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { HTMX, layout, type PageContext, titleElement } from "../../web/pages/layout.ts";
import { listHead, type NoteListing, noteList, searchForm } from "./list-partials.ts";
import { composer, type NoteFormState } from "./partials.ts";

/** The content beside the list. */
export interface Opened {
  readonly id: string;
  /** The title of the page. */
  readonly title: string;
  readonly content: SafeHtml;
}

interface NotesPageOptions {
  readonly opened?: Opened;
  /** The input of a refused form, which is shown again. */
  readonly refused?: NoteFormState;
}

/** The open note comes first, since text browsers show one after the other; on a narrow screen, it is shown alone. */
export function notesPage(
  context: PageContext,
  listing: NoteListing,
  { opened, refused }: NotesPageOptions = {},
): SafeHtml {
  const { csrf } = context;
  return layout(
    opened?.title ?? "Notes",
    html`<div class="notes-page">
<section id="note" aria-label="Open note" hx-boost="true" hx-target="this" hx-swap="innerHTML show:window:top">${opened?.content ?? ""}</section>
<div class="list-pane">
${listHead(listing, opened === undefined)}
${composer(csrf, refused)}
${searchForm(listing)}
${noteList(listing, csrf, { openId: opened?.id })}
</div>
</div>`,
    context,
    [HTMX, "notes/notes.css"],
  );
}

/** For HTMX: opens a note beside the list. */
export function openedPart({ title, content }: Opened): SafeHtml {
  return html`${titleElement(title)}${content}`;
}

/** For HTMX: closes the open note. */
export function closedPart(): SafeHtml {
  return html`${titleElement("Notes")}<section id="note" hx-swap-oob="innerHTML"></section>`;
}
