/** Requires an HTML form, reads it, and says whether it fits. */
import * as z from "zod";
import type { Context, Guard } from "../../http/index.ts";
import { stateFacts } from "../app/guard-facts.ts";
import { type FormFields, readForm } from "../request/form.ts";
import type { ProblemLocals } from "../respond/problem.ts";
import { deny } from "../respond/refuse.ts";
import { mediaTypeOf } from "./require-content-type.ts";

const FORM = "application/x-www-form-urlencoded";

/** A form, for the guards behind and the handler. */
export interface FormLocals<TFields = unknown> {
  /** As it was typed. */
  readonly form: FormFields;
  /** Whether it fits the schema: a fact, for the handler to answer. */
  readonly parsed: z.ZodSafeParseResult<TFields>;
}

/**
 * Supplies `form` and `parsed`. Denies with 415 what is no URL-encoded form, and with 413 one of more
 * bytes, counted as they arrive.
 */
export function requireForm<TFields>(
  maxBytes: number,
  schema: z.ZodType<TFields>,
): Guard<ProblemLocals, FormLocals<TFields>> {
  return stateFacts(
    async function requireForm(c: Context<unknown, unknown, unknown, ProblemLocals>) {
      if (mediaTypeOf(c.request) !== FORM) return deny(c, 415, `The Content-Type is to be ${FORM}.`);
      const form = await readForm(c.request, maxBytes);
      if (!form) return deny(c, 413, `The form may have ${maxBytes} bytes.`);
      return { allow: true, locals: { form, parsed: schema.safeParse(form) } } as const;
    },
    { denies: [413, 415], detail: `${maxBytes} B` },
  );
}

/** A form that is no more than its button. */
export const requireButton = requireForm(1024, z.object({}));
