/** Shared parts of the forms. */
import type { SafeHtml } from "@remix-run/html-template";
import type * as z from "zod";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { limitSignIn } from "../../identity/limits.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import { requireForm } from "../../web/guards/require-form.ts";
import type { FormErrors } from "../../web/pages/form-fields.ts";
import { htmlResponse } from "../../web/pages/html.ts";
import type { PageContext } from "../../web/pages/layout.ts";
import type { FormFields } from "../../web/request/form.ts";
import type { SubmittedForm } from "./pages.ts";

/** The longest fields, URL-encoded. */
const MAX_FORM_BYTES = 16 * 1024;

/**
 * The guards of each form. A visitor without a session has no CSRF token, so `requireCsrf` checks the request's origin.
 *
 * @param schema Must allow additional fields.
 */
export function formGuards<TFields>(schema: z.ZodType<TFields>) {
  return [limitSignIn, requireCsrf, requireForm(MAX_FORM_BYTES, schema)] as const;
}

export type FormPage = (context: PageContext, state: SubmittedForm) => SafeHtml;

/** Shows a form again, with its values and errors. */
export async function refuseForm(
  c: Parameters<typeof loadPageContext>[0],
  page: FormPage,
  fields: FormFields,
  errors: FormErrors,
  status: number,
): Promise<Response> {
  return htmlResponse(page(await loadPageContext(c), { fields, errors }), status);
}
