/** Validates all parts of a request and collects every issue, without ending the request. */
import { readJson } from "./body.ts";
import type { Composed } from "./compose.ts";
import type { Facts, ValidationIssue, ValidationPart } from "./context.ts";
import { PARTS } from "./handler.ts";
import type { ValidateResult, Validator } from "./schema.ts";
import { isThenable } from "./thenable.ts";

/**
 * Reads the body if it has a schema, and validates every part that has one. In `input`, a part without
 * a schema holds the typed params of the pattern, the raw query, or no body.
 */
export async function readInputs(
  { request: schemas = {}, bodyLimit }: Composed,
  validator: Validator,
  facts: Facts,
): Promise<void> {
  const { params, query } = facts.raw;
  const read = schemas.body === undefined ? { value: undefined } : await readJson(facts.request, bodyLimit);
  facts.raw = { params, query, body: read.value };
  const values: Record<ValidationPart, unknown> = { params: facts.params, query, body: undefined };
  const failed: ValidationPart[] = [];
  const issues: ValidationIssue[] = [];
  const received: Partial<typeof values> = {};
  const errors: Partial<typeof values> = {};
  for (const part of PARTS) {
    if (schemas[part] === undefined) continue;
    const bodyIssue = part === "body" && read.issue;
    const pending = bodyIssue
      ? { ok: false as const, issues: [bodyIssue] }
      : validator.validate(schemas[part], facts.raw[part], part);
    const result: ValidateResult = isThenable(pending) ? await pending : pending;
    if (result.ok) values[part] = result.value;
    else {
      failed.push(part);
      issues.push(...result.issues);
      received[part] = facts.raw[part];
      if (result.error !== undefined) errors[part] = result.error;
    }
  }
  facts.input = failed.length === 0 ? { ok: true, ...values } : { ok: false, failed, issues, received, errors };
}
