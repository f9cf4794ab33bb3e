/** What the forms for signing in have in common. */
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
import type { Typed } from "./pages.ts";

/** Room for every field at its longest, escaped. */
const MAX_FORM_BYTES = 16 * 1024;

/**
 * The guards of each form here. A visitor without a session has no token to show: `requireCsrf` keeps other sites out.
 *
 * @param schema It allows fields besides its own.
 */
export function signInForm<TFields>(schema: z.ZodType<TFields>) {
  return [limitSignIn, requireCsrf, requireForm(MAX_FORM_BYTES, schema)] as const;
}

export type FormPage = (context: PageContext, state: Typed) => SafeHtml;

/** The form again, with what was typed and what is wrong with it. */
export async function refused(
  c: Parameters<typeof loadPageContext>[0],
  page: FormPage,
  fields: FormFields,
  errors: FormErrors,
  status: number,
): Promise<Response> {
  return htmlResponse(page(await loadPageContext(c), { fields, errors }), status);
}
