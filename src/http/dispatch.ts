/** Runs a request through hooks, guards, validation and its handler to a response. */
import type { Composed } from "./compose.ts";
import type { Facts, RawValues } from "./context.ts";
import { labelsOf } from "./handler.ts";
import type { OnRequestHandler, Outcome, Phase } from "./hooks.ts";
import { readInputs } from "./input.ts";
import { NO_PARAMS, readParams } from "./params.ts";
import { NO_QUERY, parseQuery } from "./query.ts";
import { allowedMethods, find, type Table } from "./table.ts";
import { isThenable } from "./thenable.ts";
import { splitUrl } from "./url.ts";

/** An app, ready to run. */
export interface AppPlan {
  readonly table: Table;
  readonly onRequest: readonly OnRequestHandler[];
  /** Runs if no route matches. */
  readonly unmatched: Composed;
}

/** The state of one request. */
interface Run {
  readonly facts: Facts;
  route: Composed;
  phase: Phase;
  /** The number of the route's guards that have allowed the request so far. */
  passed: number;
  outcome: Outcome;
}

const RESOLVED: Outcome = { kind: "resolved" };
const NO_LOCALS: Facts["locals"] = Object.freeze({});
const NO_VALUES: RawValues = { params: NO_PARAMS.raw, query: NO_QUERY, body: undefined };

/**
 * Answers a request. Never rejects: an error goes to `onError`, and if that gives no response, the answer is a 500.
 *
 * @param env The platform's second argument, passed to `onRequest`. On Workers: the bindings.
 * @param ctx The platform's third argument, passed to `onRequest`. On Workers: the execution context.
 */
export async function dispatch(app: AppPlan, request: Request, env: unknown, ctx: unknown): Promise<Response> {
  const facts: Facts = {
    request,
    route: undefined,
    params: NO_PARAMS.typed,
    raw: NO_VALUES,
    input: undefined,
    locals: NO_LOCALS,
    allowedMethods: [],
  };
  const run: Run = { facts, route: app.unmatched, phase: "onRequest", passed: 0, outcome: RESOLVED };
  try {
    for (const onRequest of app.onRequest) {
      const supplied = onRequest({ request, env, ctx });
      const locals = isThenable(supplied) ? await supplied : supplied;
      if (locals) facts.locals = facts.locals === NO_LOCALS ? locals : { ...facts.locals, ...locals };
    }
    run.phase = "match";
    matchRoute(run, app.table);
    const { guards, validator, handler, onResponse } = run.route;
    const denied = guards.length > 0 || validator ? await runGuards(run) : undefined;
    if (!denied && facts.route) run.phase = "resolve";
    const answer = denied ?? handler(facts);
    const response = answer instanceof Response ? answer : requireResponse(await answer, run);
    if (onResponse.length === 0) return response;
    run.phase = "onResponse";
    return await applyResponseHooks(run, response);
  } catch (error) {
    return handleError(run, error);
  }
}

function matchRoute(run: Run, table: Table): void {
  const { facts } = run;
  const { path, query } = splitUrl(facts.request.url);
  const found = find(table, facts.request.method, path);
  const params = found ? readParams(found) : NO_PARAMS;
  facts.params = params.typed;
  facts.raw = { params: params.raw, query: parseQuery(query), body: undefined };
  if (found) {
    run.route = found.route;
    facts.route = found.route;
  } else {
    facts.allowedMethods = allowedMethods(table, path);
    run.outcome = { kind: "unmatched", allowedMethods: facts.allowedMethods };
  }
  if (!run.route.validator) facts.input = { ok: true, params: facts.params, query: facts.raw.query, body: undefined };
}

/** Runs the guards in order. The inputs are read and validated right after the leading head guards. */
async function runGuards(run: Run): Promise<Response | undefined> {
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
    const denied = applyDecision(run, guard.name || "anonymous", isThenable(decision) ? await decision : decision);
    if (denied) return denied;
  }
}

/** Returns the response of a denial, or merges the locals of an allowance into the context. Any other result throws. */
function applyDecision(run: Run, guard: string, decision: unknown): Response | undefined {
  const { allow, deny, locals }: Record<string, unknown> = isRecord(decision) ? decision : {};
  if (allow === undefined && deny instanceof Response) {
    run.outcome = { kind: "denied", guard, index: run.passed };
    return deny;
  }
  const isAllowed = allow === true && deny === undefined && (locals === undefined || isRecord(locals));
  if (!isAllowed) throw new TypeError(`Guard ${guard} of ${nameOf(run)} returned neither { allow: true } nor { deny }`);
  if (locals) run.facts.locals = { ...run.facts.locals, ...locals };
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

async function applyResponseHooks(run: Run, response: Response): Promise<Response> {
  let current = response;
  for (const hook of run.route.onResponse) {
    const result = hook.run({ context: run.facts, response: current, outcome: run.outcome });
    current = result instanceof Response ? result : requireResponse(await result, run);
  }
  return current;
}

function requireResponse(value: unknown, run: Run, step: string = run.phase): Response {
  if (value instanceof Response) return value;
  throw new TypeError(`${step} of ${nameOf(run)} did not return a Response`);
}

function nameOf({ route }: Run): string {
  return labelsOf(route).join(", ");
}

/** Asks each level's `onError`, the nearest first. If none gives a response, the answer is a plain 500. */
async function handleError(run: Run, error: unknown): Promise<Response> {
  const { route, facts, phase } = run;
  const passed = route.guards.slice(0, run.passed).map(({ name }) => name || "anonymous");
  try {
    for (const hook of route.onError) {
      const response = await hook.run({ error, context: facts, phase, passed });
      if (response !== undefined) return requireResponse(response, run, "onError");
    }
  } catch (failure) {
    console.error(failure);
  }
  console.error(error);
  return Response.json({ error: "Internal Server Error" }, { status: 500 });
}
