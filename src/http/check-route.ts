/** Reports mistakes in a route that the types did not refuse. */
import { describeValue } from "./describe-value.ts";
import { type Handler, labelsOf, methodsOf, PARTS } from "./handler.ts";
import type { AppParts } from "./level.ts";
import { SetupError, type SetupErrorCode } from "./setup-error.ts";

/** A method in capitals, or `*`. Methods are case-sensitive (RFC 9110 §9.1), and all registered ones are in capitals. */
const METHOD = /^\*$|^[A-Z][!#$%&'*+\-.^_`|~\dA-Z]*$/;

type Refuse = (code: SetupErrorCode, problem: string, cure: string) => never;

/** @throws {SetupError} If the route has a mistake. */
export function checkRoute(handler: Handler, app: AppParts): void {
  const refuse: Refuse = (code, problem, cure) => {
    throw new SetupError(code, problem, labelsOf(handler), cure);
  };
  const requireFunction = (code: SetupErrorCode, name: string, value: unknown, cure: string): void => {
    if (typeof value !== "function") refuse(code, `${name} is ${describeValue(value)}, not a function`, cure);
  };

  checkMethods(methodsOf(handler), refuse);
  requireFunction("resolve_missing", "`resolve`", handler.handler, "Write a function that returns a Response");

  const { guards = [], onResponse = [], onError = [], maxBodyBytes } = handler;
  const guardCure = "Write a function that returns { allow: true } or { deny: Response }";
  if (!Array.isArray(guards)) refuse("guard_invalid", `\`guards\` is ${describeValue(guards)}, not a list`, guardCure);
  guards.forEach((guard, index) => {
    requireFunction("guard_invalid", `Guard ${index + 1} of ${guards.length}`, guard, guardCure);
  });
  for (const [name, hooks] of Object.entries({ onResponse, onError }))
    for (const { level, run } of hooks)
      requireFunction("option_invalid", `\`${name}\` of the ${level}`, run, "Write a function or a list of functions");
  for (const limit of [maxBodyBytes, app.maxBodyBytes])
    if (limit !== undefined && !(limit >= 0))
      refuse("option_invalid", `\`maxBodyBytes\` is ${limit}`, "Write a number of bytes");
  checkSchemas(handler, app, refuse);
}

function checkMethods(methods: readonly string[], refuse: Refuse): void {
  if (methods.length === 0)
    refuse("method_invalid", "The list of methods is empty", 'Write at least one, such as "GET"');
  for (const method of methods) {
    if (METHOD.test(method)) continue;
    const capitals = String(method).toUpperCase();
    const cure = METHOD.test(capitals) ? `Write "${capitals}"` : 'Write a method, such as "GET", or a list of methods';
    refuse("method_invalid", `${JSON.stringify(method)} is not a method in capitals`, cure);
  }
}

function checkSchemas({ request = {} }: Handler, { validator }: AppParts, refuse: Refuse): void {
  const parts = PARTS.filter((part) => request[part] !== undefined);
  if (parts.length > 0 && !validator)
    refuse(
      "validator_missing",
      "Validator is required when route defines request schemas",
      "Pass one to setup, such as `validator: standardValidator`",
    );
  for (const part of parts) {
    if (!validator?.accepts || validator.accepts(request[part])) continue;
    refuse(
      "schema_invalid",
      `The ${part} schema is ${describeValue(request[part])}, which the validator does not accept`,
      "Write a schema of the library that the validator is for, such as `z.object({ … })` of zod",
    );
  }
}
