/** The validator for any Standard Schema: zod 4, valibot, arktype and others. */
import type { ValidationIssue, ValidationPart } from "./context.ts";
import type { StandardIssue, StandardResult, StandardSchema, ValidateResult, Validator } from "./schema.ts";

/**
 * Validates with the schema's own `~standard.validate`.
 *
 * @see https://standardschema.dev
 */
export const standardValidator: Validator<StandardSchema> = {
  validate(schema, input, part) {
    const result = schema["~standard"].validate(input);
    return result instanceof Promise ? result.then((late) => toResult(late, part)) : toResult(result, part);
  },
};

/** The seam between the schema's run-time result and its static type, which only its library can know. */
function toResult<T, E>({ issues, value }: StandardResult<unknown>, part: ValidationPart): ValidateResult<T, E> {
  if (!issues) return { ok: true, value: value as T };
  return { ok: false, issues: issues.map((issue) => toIssue(issue, part)), error: issues as E };
}

function toIssue(
  { path = [], message, code }: StandardIssue & { code?: unknown },
  part: ValidationPart,
): ValidationIssue {
  const keys = path.map((step) => String(typeof step === "object" ? step.key : step));
  return { part, path: keys, message, ...(typeof code === "string" && { code }) };
}
