/** The hidden field with the id of a submission, so that submitting a form again creates nothing twice. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { uuidOr } from "../request/uuid.ts";

/**
 * The id of a submission, for the schema of a form that creates something. Every such form contains `submissionField`.
 * Without a valid id, the form is refused and shown again with a new one.
 */
export const submission = uuidOr("The form was incomplete. Submit it again");

/** @param given The id in a refused form, which is shown again with it. Without a valid id, the field has a new one. */
export function submissionField(given?: string): SafeHtml {
  const id = submission.safeParse(given).data ?? crypto.randomUUID();
  return html`<input type="hidden" name="submission" value="${id}">`;
}
