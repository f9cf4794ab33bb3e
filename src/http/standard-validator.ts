/** The validator for any Standard Schema: zod 4, valibot, arktype and others. */
import type { ValidationIssue, ValidationPart } from "./context.ts";
import type { StandardIssue, StandardResult, StandardSchema, ValidateResult, Validator } from "./schema.ts";

/**
 * Validates with the schema's own `~standard.validate`. Throws a `TypeError` for a schema that is
 * no Standard Schema: that is a mistake in the route, not in the request.
 *
 * @see https://standardschema.dev
 */
export const standardValidator: Validator<StandardSchema> = {
  validate(schema, input, part) {
    const standard = schema["~standard"];
    if (!standard) throw new TypeError(`The ${part} schema is not a Standard Schema: it has no "~standard" property`);
    const result = standard.validate(input);
    return result instanceof Promise ? result.then((late) => toResult(late, part)) : toResult(result, part);
  },
};

/** The seam between the schema's run-time result and its static type, which only its library can know. */
function toResult<T, E>(result: StandardResult<unknown>, part: ValidationPart): ValidateResult<T, E> {
  if (!result.issues) return { ok: true, value: result.value as T };
  return { ok: false, issues: result.issues.map((issue) => toIssue(issue, part)), error: result.issues as E };
}

function toIssue(issue: StandardIssue & { code?: unknown }, part: ValidationPart): ValidationIssue {
  const path = (issue.path ?? []).map((step) => String(typeof step === "object" ? step.key : step));
  const { message, code } = issue;
  return typeof code === "string" ? { part, path, message, code } : { part, path, message };
}
