/** The hidden field with the session's CSRF token. */
import { html, type SafeHtml } from "@remix-run/html-template";

export function csrfField(csrf: string): SafeHtml {
  return html`<input type="hidden" name="csrf" value="${csrf}">`;
}
