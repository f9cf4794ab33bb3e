/** Finds the text that a person typed into a refused form, so that the error page can show it. */
import type { AppLocals } from "../env.ts";
import { factsOf } from "../web/app/guard-facts.ts";
import { logFailure } from "../web/app/log.ts";
import type { JsonSchema } from "../web/contract/document.ts";
import { propertiesOf, toJsonSchema } from "../web/contract/json-schema.ts";
import type { FormLocals } from "../web/guards/require-form.ts";
import type { TypedText } from "../web/pages/error-page.ts";
import { type FormFields, readForm } from "../web/request/form.ts";
import { mediaTypeOf } from "../web/request/media-type.ts";
import { isSafeMethod } from "../web/request/safe-method.ts";
import { findBodyFault } from "../web/request/whole-body.ts";
import { isSameOrigin } from "./guards/require-csrf.ts";

interface Refused {
  readonly request: Request;
  readonly route?: { readonly guards?: readonly object[] } | undefined;
  readonly locals: AppLocals & Partial<FormLocals>;
}

const MAX_FORM_BYTES = 256 * 1024;

/** Fields that are secret, or that the page filled in. */
const NOT_TYPED = /password|token|secret|^(?:csrf|next|continue|confirmed|version|submission|id)$|Id$/i;

/**
 * Lists the texts of a refused form. The schema of the form tells which fields contain text: strings without a specific
 * format. A form from another site is not shown, since that site could put its own words on our page.
 *
 * @param mayRead Whether to read the body if no guard has read it.
 */
export async function findTypedText(c: Refused, mayRead: boolean): Promise<TypedText[]> {
  const { request, route, locals } = c;
  if (isSafeMethod(request.method) || !isSameOrigin(request, locals.env)) return [];
  const schemas = (route?.guards ?? []).flatMap((guard) => factsOf(guard)?.fields ?? []);
  if (schemas.length === 0) return [];
  const form = locals.form ?? (mayRead ? await readUnread(request, locals.requestId) : undefined);
  if (form === undefined) return [];
  return schemas.flatMap(textFieldsOf).flatMap(({ name, label }) => {
    const text = form[name];
    return text === undefined || text.trim() === "" ? [] : [{ label, text }];
  });
}

/** The label of a field is the `title` in its schema, or its name. */
function textFieldsOf(schema: unknown): { readonly name: string; readonly label: string }[] {
  const shared = new Map<string, JsonSchema>();
  const { properties = {} } = propertiesOf(toJsonSchema(schema, "input", shared), shared);
  return Object.entries(properties)
    .filter(([name, { type, format, pattern, enum: values }]) => {
      return type === "string" && !format && !pattern && !values && !NOT_TYPED.test(name);
    })
    .map(([name, { title = toWords(name) }]) => ({ name, label: title }));
}

/** @example toWords("shortText"); // "Short text" */
function toWords(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

async function readUnread(request: Request, requestId: string): Promise<FormFields | undefined> {
  const isForm = mediaTypeOf(request) === "application/x-www-form-urlencoded";
  if (!isForm || request.bodyUsed || findBodyFault(request)) return undefined;
  try {
    return await readForm(request, MAX_FORM_BYTES);
  } catch (error) {
    logFailure("The body of a refused form could not be read", error, requestId);
    return undefined;
  }
}
