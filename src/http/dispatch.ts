/** The life of a request: facts in, decisions by guards and handlers, a response out. */
import type { AnyLocals, AnyParams, InputState, MatchedRoute, RawValues } from "./context.ts";
import type { LeveledHook, OnErrorHandler, OnRequestHandler, OnResponseHandler, Outcome, Phase } from "./hooks.ts";
import { type InputPlan, readInputs, unvalidated } from "./input.ts";
import { labelsOf } from "./label.ts";
import { NO_PARAMS, readParams } from "./params.ts";
import type { Plan, Step } from "./plan.ts";
import { parseQuery } from "./query.ts";
import { allowedMethods, find, type Table } from "./table.ts";
import { isThenable } from "./thenable.ts";
import { splitUrl } from "./url.ts";

/** An app, ready to run. */
export interface AppPlan {
  readonly table: Table;
  readonly onRequest: OnRequestHandler | undefined;
  readonly notFound: Step;
  readonly onResponse: readonly LeveledHook<OnResponseHandler>[];
  readonly onError: readonly LeveledHook<OnErrorHandler>[];
}

/** The context as dispatch fills it in, step by step. */
interface Facts {
  readonly request: Request;
  route: MatchedRoute | undefined;
  params: AnyParams;
  raw: RawValues;
  input: InputState | undefined;
  locals: AnyLocals;
  allowedMethods: readonly string[];
}

/** One request under way. */
interface Run {
  readonly app: AppPlan;
  readonly facts: Facts;
  plan: Plan | undefined;
  phase: Phase;
  /** How many of the plan's guards have allowed. */
  passed: number;
  outcome: Outcome;
}

const RESOLVED: Outcome = { kind: "resolved" };
const NO_METHODS: readonly string[] = [];
const NO_VALUES: RawValues = { params: NO_PARAMS.raw, query: parseQuery(""), body: undefined };

/**
 * Answers a request. Never rejects: what throws goes to `onError`, and what that leaves is a 500.
 *
 * @param env The platform's second argument, for `onRequest`; on Workers the bindings.
 * @param ctx The platform's third, for `onRequest`; on Workers the execution context.
 */
export async function dispatch(app: AppPlan, request: Request, env: unknown, ctx: unknown): Promise<Response> {
  const facts: Facts = {
    request,
    route: undefined,
    params: NO_PARAMS.typed,
    raw: NO_VALUES,
    input: undefined,
    locals: {},
    allowedMethods: NO_METHODS,
  };
  const run: Run = { app, facts, plan: undefined, phase: "onRequest", passed: 0, outcome: RESOLVED };
  try {
    const supplied = app.onRequest?.({ request, env, ctx });
    const locals = isThenable(supplied) ? await supplied : supplied;
    if (locals) facts.locals = locals;
    run.phase = "match";
    const plan = matchRoute(run);
    const denied = plan && isDecided(plan) ? await decide(run, plan) : undefined;
    const answer = denied ?? (plan ? resolve(run, plan) : run.app.notFound(facts));
    const response = answer instanceof Response ? answer : requireResponse(await answer, run);
    run.phase = "onResponse";
    const hooks = plan?.onResponse ?? app.onResponse;
    return hooks.length > 0 ? await dress(run, hooks, response) : response;
  } catch (error) {
    return rescue(run, error);
  }
}

function matchRoute(run: Run): Plan | undefined {
  const { app, facts } = run;
  const { path, query } = splitUrl(facts.request.url);
  const found = find(app.table, facts.request.method, path);
  if (!found) {
    facts.raw = { params: NO_PARAMS.raw, query: parseQuery(query), body: undefined };
    facts.allowedMethods = allowedMethods(app.table, path);
    run.outcome = { kind: "unmatched", allowedMethods: facts.allowedMethods };
    return undefined;
  }
  const plan = found.route;
  const params = readParams(found, plan.pattern);
  run.plan = plan;
  facts.route = plan.handler;
  facts.params = params.typed;
  facts.raw = { params: params.raw, query: parseQuery(query), body: undefined };
  if (!plan.inputs) facts.input = unvalidated(facts.params, facts.raw);
  return plan;
}

/** Whether anything comes between the match and the handler. */
function isDecided(plan: Plan): boolean {
  return plan.guards.length > 0 || plan.inputs !== undefined;
}

/** Runs the guards in order; behind the head guards that lead them, the inputs are read and validated. */
async function decide(run: Run, plan: Plan): Promise<Response | undefined> {
  const { guards, headGuards } = plan;
  for (let index = 0; index < guards.length; index++) {
    if (index === headGuards && plan.inputs) await takeInputs(run, plan.inputs);
    run.phase = "guard";
    const decision = guards[index]?.(run.facts);
    const denied = applyDecision(run, plan, index, isThenable(decision) ? await decision : decision);
    if (denied) return denied;
    run.passed = index + 1;
  }
  if (headGuards === guards.length && plan.inputs) await takeInputs(run, plan.inputs);
  return undefined;
}

async function takeInputs(run: Run, inputs: InputPlan): Promise<void> {
  run.phase = "input";
  const { request, params, raw } = run.facts;
  const taken = await readInputs(inputs, request, params, raw);
  run.facts.raw = taken.raw;
  run.facts.input = taken.input;
}

/** Merges an allowing guard's locals forward, or gives back a denying one's response. Anything else throws. */
function applyDecision(run: Run, plan: Plan, index: number, decision: unknown): Response | undefined {
  const { allow, deny, locals } = readDecision(decision);
  const guard = nameOf(plan, index);
  if (allow === undefined && deny instanceof Response) {
    run.outcome = { kind: "denied", guard, index };
    return deny;
  }
  if (allow !== true || deny !== undefined || !(locals === undefined || isRecord(locals))) {
    throw new TypeError(`Guard ${guard} of ${routeName(run)} returned neither { allow: true } nor { deny: Response }`);
  }
  if (locals) run.facts.locals = { ...run.facts.locals, ...locals };
  return undefined;
}

function readDecision(decision: unknown): { allow?: unknown; deny?: unknown; locals?: unknown } {
  return isRecord(decision) ? decision : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function resolve(run: Run, plan: Plan): unknown {
  run.phase = "resolve";
  return plan.resolve(run.facts);
}

async function dress(
  run: Run,
  hooks: readonly LeveledHook<OnResponseHandler>[],
  response: Response,
): Promise<Response> {
  const { outcome } = run;
  const context = run.facts;
  let dressed = response;
  for (const { run: hook } of hooks) {
    const result = hook({ context, response: dressed, outcome });
    dressed = result instanceof Response ? result : requireResponse(await result, run);
  }
  return dressed;
}

function requireResponse(value: unknown, run: Run): Response {
  if (value instanceof Response) return value;
  throw new TypeError(`${run.phase} of ${routeName(run)} returned ${describe(value)}, not a Response`);
}

function describe(value: unknown): string {
  return value === null || value === undefined ? String(value) : `a value of type ${typeof value}`;
}

function routeName({ plan, facts }: Run): string {
  return plan ? labelsOf(plan.handler).join(", ") : `${facts.request.method} without a route`;
}

function nameOf(plan: Plan, index: number): string {
  return plan.handler.guards?.[index]?.name || "anonymous";
}

/** Asks each level's `onError`, the nearest first; the last word is a plain 500. */
async function rescue(run: Run, error: unknown): Promise<Response> {
  const { plan, facts, phase, app } = run;
  const passed = Array.from({ length: run.passed }, (_, index) => (plan ? nameOf(plan, index) : ""));
  try {
    for (const { run: hook } of plan?.onError ?? app.onError) {
      const response: unknown = await hook({ error, context: facts, phase, passed });
      if (response !== undefined) return requireResponse(response, run);
    }
  } catch (failure) {
    console.error("onError failed", failure);
  }
  console.error(error);
  return Response.json({ error: "Internal Server Error" }, { status: 500 });
}
