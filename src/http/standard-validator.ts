/** The validator for any Standard Schema, such as those of zod 4, valibot and arktype. */
import type { ValidationIssue, ValidationPart } from "./context.ts";
import type { StandardIssue, StandardResult, StandardSchema, ValidateResult, Validator } from "./schema.ts";

/**
 * Validates with the `~standard.validate` method of the schema.
 *
 * @see https://standardschema.dev
 */
export const standardValidator: Validator<StandardSchema> = {
  accepts: (schema) => typeof asStandard(schema)?.["~standard"]?.validate === "function",

  validate(schema, input, part) {
    const result = schema["~standard"].validate(input);
    return result instanceof Promise ? result.then((settled) => toResult(settled, part)) : toResult(result, part);
  },
};

function toResult({ issues, value }: StandardResult<unknown>, part: ValidationPart): ValidateResult {
  if (!issues) return { ok: true, value };
  return { ok: false, issues: issues.map((issue) => toIssue(issue, part)), error: issues };
}

function toIssue(
  { path = [], message, code }: StandardIssue & { code?: unknown },
  part: ValidationPart,
): ValidationIssue {
  const keys = path.map((step) => String(typeof step === "object" ? step.key : step));
  return { part, path: keys, message, ...(typeof code === "string" && { code }) };
}

/** Lets any value be asked whether it is a Standard Schema. */
function asStandard(value: unknown): Partial<StandardSchema> | null | undefined {
  return value as Partial<StandardSchema> | null | undefined;
}
