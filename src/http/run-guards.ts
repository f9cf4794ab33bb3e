/** Runs the guards of a route, and reads its inputs in between. */
import { describeValue } from "./describe-value.ts";
import { nameOf } from "./handler.ts";
import { readInputs } from "./input.ts";
import { labelOf, type Run } from "./run.ts";
import { isThenable } from "./thenable.ts";

/**
 * Runs the guards in order. The inputs are read and validated right after the leading head guards.
 *
 * @returns The response of the guard that denied, if one did.
 * @throws TypeError If a guard returns neither `{ allow: true }` nor `{ deny: Response }`.
 */
export async function runGuards(run: Run): Promise<Response | undefined> {
  const { facts, route } = run;
  for (; ; run.passed++) {
    if (run.passed === route.headGuards && route.validator) {
      run.phase = "input";
      await readInputs(route, route.validator, facts);
    }
    const guard = route.guards[run.passed];
    if (!guard) return undefined;
    run.phase = "guard";
    const decision = guard(facts);
    const denied = applyDecision(run, nameOf(guard), isThenable(decision) ? await decision : decision);
    if (denied) return denied;
  }
}

/** Returns the response of a denial, or merges the locals of an allowance into the context. */
function applyDecision(run: Run, guard: string, decision: unknown): Response | undefined {
  const { allow, deny, locals }: Record<string, unknown> = isRecord(decision) ? decision : {};
  if (allow === undefined && deny instanceof Response) {
    run.outcome = { kind: "denied", guard, index: run.passed };
    return deny;
  }
  const isAllowed = allow === true && deny === undefined && (locals === undefined || isRecord(locals));
  if (!isAllowed) {
    const found = `Guard ${guard} of ${labelOf(run)} returned ${describeValue(decision)}`;
    throw new TypeError(`${found}. Return { allow: true } or { deny: Response }.`);
  }
  if (locals) run.facts.locals = { ...run.facts.locals, ...locals };
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
