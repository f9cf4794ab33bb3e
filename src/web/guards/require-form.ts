/** Requires an HTML form, and parses it. */
import * as z from "zod";
import type { Context, Guard } from "../../http/index.ts";
import { stateFacts } from "../app/guard-facts.ts";
import { type FormFields, readForm } from "../request/form.ts";
import { mediaTypeOf } from "../request/media-type.ts";
import type { ProblemLocals } from "../respond/problem.ts";
import { deny } from "../respond/refuse.ts";
import { denyBodyFault, WHOLE_BODY } from "./require-whole-body.ts";

declare module "../../http/index.ts" {
  interface SuppliedBy {
    form: "form (by requireForm)";
    parsed: "parsed (by requireForm)";
  }
}

const FORM = "application/x-www-form-urlencoded";

/** A form, for later guards and the handler. */
export interface FormLocals<TFields = unknown> {
  /** The values as submitted. */
  readonly form: FormFields;
  /** The result of the schema. The handler responds to invalid values. */
  readonly parsed: z.ZodSafeParseResult<TFields>;
}

/**
 * Requires an HTML form of at most this size. Supplies `form` and `parsed`. Denies with 415 a body that is not a
 * URL-encoded form or has a `Content-Encoding`, with 400 a `Content-Range`, and with 413 more than `maxBytes`, counted as
 * they arrive.
 */
export function requireForm<TFields>(
  maxBytes: number,
  schema: z.ZodType<TFields>,
): Guard<ProblemLocals, FormLocals<TFields>> {
  return stateFacts(
    async function requireForm(c: Context<unknown, unknown, unknown, ProblemLocals>) {
      if (mediaTypeOf(c.request) !== FORM) return deny(c, 415, `The Content-Type must be ${FORM}.`);
      const denial = denyBodyFault(c);
      if (denial) return denial;
      const form = await readForm(c.request, maxBytes);
      if (!form) return deny(c, 413, `The form must not exceed ${maxBytes} bytes.`);
      return { allow: true, locals: { form, parsed: schema.safeParse(form) } } as const;
    },
    {
      ...WHOLE_BODY,
      denies: [400, 413, 415],
      explanation: "Requires an HTML form of at most this size.",
      detail: `${maxBytes} B`,
      mediaTypes: [FORM],
      fields: schema,
    },
  );
}

/** For forms that have only a button. */
export const requireButton = requireForm(1024, z.object({}));
