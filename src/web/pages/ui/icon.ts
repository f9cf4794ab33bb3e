/** The icons: drawn on a grid of 16 by 16 units, in the colour of the text beside them. */
import { html, type SafeHtml } from "@remix-run/html-template";

const PATHS = {
  more: "M3.5 8.5a.5.5 0 1 0 0-1 .5.5 0 0 0 0 1ZM8 8.5a.5.5 0 1 0 0-1 .5.5 0 0 0 0 1ZM12.5 8.5a.5.5 0 1 0 0-1 .5.5 0 0 0 0 1Z",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  plus: "M8 3v10M3 8h10",
  close: "m4 4 8 8M12 4l-8 8",
  check: "m3 8.5 3.5 3.5L13 4.5",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.5 10.5 14 14",
  edit: "m9.5 4 2.5 2.5M3 13l.5-3L11 2.5l2.5 2.5L6 12.5 3 13Z",
  trash: "M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.5 9h7l.5-9M6.5 7v4M9.5 7v4",
  download: "M8 2.5v8M4.5 7.5 8 11l3.5-3.5M2.5 13.5h11",
  upload: "M8 11V3M4.5 6 8 2.5 11.5 6M2.5 13.5h11",
  back: "M13 8H3M7 4 3 8l4 4",
  next: "m6 3.5 4.5 4.5L6 12.5",
  user: "M8 8a2.75 2.75 0 1 0 0-5.5A2.75 2.75 0 0 0 8 8ZM2.5 13.5c.7-2.3 2.8-3.5 5.5-3.5s4.8 1.2 5.5 3.5",
  signOut: "M6 2.5H3v11h3M10.5 5l3 3-3 3M13 8H6",
  file: "M4 2h5.5L12.5 5v9h-9V2H4ZM9 2v3.5h3.5",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  warning: "M8 2.5 14.5 13.5h-13L8 2.5ZM8 6.5v3M8 11.5h.01",
} as const;

export type IconName = keyof typeof PATHS;

/** The names of all icons. */
export const ICONS = Object.keys(PATHS) as readonly IconName[];

/** Hidden from screen readers: the text beside it, or the label of its button, has the meaning. */
export function icon(name: IconName): SafeHtml {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="${PATHS[name]}"/></svg>`;
}
