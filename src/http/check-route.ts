/** Reports mistakes in a route that the types did not refuse. */
import { describeValue } from "./describe-value.ts";
import { type Handler, labelsOf, methodsOf, PARTS } from "./handler.ts";
import type { AppParts } from "./level.ts";
import { SetupError, type SetupErrorCode } from "./setup-error.ts";

/** A method in capitals, or `*`. Methods are case-sensitive (RFC 9110 §9.1), and all registered ones are in capitals. */
const METHOD = /^\*$|^[A-Z][!#$%&'*+\-.^_`|~\dA-Z]*$/;

/** @throws {SetupError} If the route has a mistake. */
export function checkRoute(handler: Handler, { validator, maxBodyBytes: appLimit = 0 }: AppParts): void {
  const { method, guards = [], request = {}, onResponse = [], onError = [], maxBodyBytes = appLimit } = handler;
  const check = (isRight: boolean, code: SetupErrorCode, problem: string, cure: string): void => {
    if (!isRight) throw new SetupError(code, problem, labelsOf(handler), cure);
  };
  const checkFunction = (code: SetupErrorCode, name: string, value: unknown, result: string): void => {
    const problem = `${name} is ${describeValue(value)}, not a function`;
    check(typeof value === "function", code, problem, `Write a function that returns ${result}`);
  };

  const methods = methodsOf(handler);
  const areMethods = methods.length > 0 && methods.every((name) => typeof name === "string" && METHOD.test(name));
  const problem = `The method is ${JSON.stringify(method)}`;
  check(areMethods, "method_invalid", problem, 'Write it in capitals, as "GET" or ["GET", "PUT"]');
  checkFunction("resolve_missing", "`resolve`", handler.handler, "a Response");
  check(Array.isArray(guards), "guard_invalid", `\`guards\` is ${describeValue(guards)}`, "Write a list of functions");
  guards.forEach((guard, index) => {
    const name = `Guard ${index + 1} of ${guards.length}`;
    checkFunction("guard_invalid", name, guard, "{ allow: true } or { deny: Response }");
  });
  for (const { level, run } of [...onResponse, ...onError])
    checkFunction("option_invalid", `A hook of the ${level}`, run, "a Response or undefined");
  check(maxBodyBytes >= 0, "option_invalid", `\`maxBodyBytes\` is ${maxBodyBytes}`, "Write a number of bytes");

  for (const part of PARTS) {
    const schema = request[part];
    if (schema === undefined) continue;
    const missing = "Validator is required when route defines request schemas";
    check(!!validator, "validator_missing", missing, "Pass one to setup, such as standardValidator");
    const refused = `The ${part} schema is ${describeValue(schema)}, which the validator does not accept`;
    const cure = "Write a schema of its library, such as z.object({ id: z.string() })";
    check(validator?.accepts?.(schema) !== false, "schema_invalid", refused, cure);
  }
}
