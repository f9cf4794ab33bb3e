/** Times on pages. */
import { html, type SafeHtml } from "@remix-run/html-template";

/**
 * A time in UTC, since the server does not know the reader's time zone. `public/page/times.js` shows it in the reader's time
 * zone and language.
 *
 * @param iso ISO 8601, UTC.
 * @param format `relative`, such as "5 minutes ago", or a date if it is longer ago; `clock`: hours and minutes; `day`:
 *   "today" or a date.
 */
export function timeOf(iso: string, format: "relative" | "clock" | "day" = "relative"): SafeHtml {
  const text = {
    relative: `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`,
    clock: `${iso.slice(11, 16)} UTC`,
    day: iso.slice(0, 10),
  };
  return html`<time datetime="${iso}"${format === "relative" ? "" : html` data-format="${format}"`}>${text[format]}</time>`;
}
