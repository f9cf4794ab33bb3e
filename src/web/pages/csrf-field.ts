/** The hidden field that proves a form to be of this session. */
import { html, type SafeHtml } from "@remix-run/html-template";

export function csrfField(csrf: string): SafeHtml {
  return html`<input type="hidden" name="csrf" value="${csrf}">`;
}
