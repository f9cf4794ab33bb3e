/** Validates the parts of a request into one state: every part, every issue, and no decision. */
import { readJson } from "./body.ts";
import type { AnyParams, InputState, RawValues, ValidationIssue, ValidationPart } from "./context.ts";
import type { RequestSchemas } from "./route.ts";
import type { ValidateErr, ValidateResult, Validator } from "./schema.ts";
import { isThenable } from "./thenable.ts";

/** How a route's inputs are read. */
export interface InputPlan {
  readonly schemas: RequestSchemas;
  readonly validator: Validator;
  readonly maxBodyBytes: number;
}

/** The raw values, now with the body, and the state that they validate to. */
export interface Inputs {
  readonly raw: RawValues;
  readonly input: InputState;
}

const PARTS: readonly ValidationPart[] = ["params", "query", "body"];

/**
 * Reads the body, if the route has a schema for it, and validates every part that has a schema.
 *
 * @param params What stands for the params where they have no schema.
 * @param head The raw values but for the body.
 */
export async function readInputs(plan: InputPlan, request: Request, params: AnyParams, head: RawValues): Promise<Inputs> {
  const { schemas, validator, maxBodyBytes } = plan;
  const body = schemas.body === undefined ? undefined : await readJson(request, maxBodyBytes);
  const raw: RawValues = { params: head.params, query: head.query, body: body?.ok ? body.value : undefined };
  const values: Record<ValidationPart, unknown> = { params, query: raw.query, body: undefined };
  const failures: Failure[] = [];
  for (const part of PARTS) {
    if (schemas[part] === undefined) continue;
    const unread = part === "body" && body?.ok === false ? body.issue : undefined;
    const validated = unread ? unreadable(unread) : validator.validate(schemas[part], raw[part], part);
    const result: ValidateResult = isThenable(validated) ? await validated : validated;
    if (result.ok) values[part] = result.value;
    else failures.push({ part, received: raw[part], result });
  }
  return { raw, input: failures.length === 0 ? { ok: true, ...values } : describeFailures(failures) };
}

/** The state of a request whose route has no schemas: nothing to fail. */
export function unvalidated(params: AnyParams, raw: RawValues): InputState {
  return { ok: true, params, query: raw.query, body: undefined };
}

interface Failure {
  readonly part: ValidationPart;
  readonly received: unknown;
  readonly result: ValidateErr;
}

function unreadable(issue: ValidationIssue): ValidateErr {
  return { ok: false, issues: [issue] };
}

function describeFailures(failures: readonly Failure[]): InputState {
  const errors = failures.filter(({ result }) => result.error !== undefined);
  return {
    ok: false,
    failed: failures.map(({ part }) => part),
    issues: failures.flatMap(({ result }) => result.issues),
    received: Object.fromEntries(failures.map(({ part, received }) => [part, received])),
    ...(errors.length > 0 && { errors: Object.fromEntries(errors.map(({ part, result }) => [part, result.error])) }),
  };
}
