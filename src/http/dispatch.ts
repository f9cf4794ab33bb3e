/** Runs a request through hooks, guards, validation and its handler to a response. */
import type { Composed } from "./compose.ts";
import type { Facts, RawValues } from "./context.ts";
import { describeValue } from "./describe-value.ts";
import { labelsOf, nameOf } from "./handler.ts";
import type { OnRequestHandler, OnSendHandler, Outcome, Phase } from "./hooks.ts";
import { readInputs } from "./input.ts";
import { limitBody } from "./limited-body.ts";
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
  readonly onSend: readonly OnSendHandler[];
}

/** The state of one request. */
interface Run {
  readonly facts: Facts;
  route: Composed;
  phase: Phase;
  /** The number of the route's guards that have allowed the request so far. */
  passed: number;
  outcome: Exclude<Outcome, Failed>;
}

type Failed = Extract<Outcome, { readonly kind: "failed" }>;

const RESOLVED: Run["outcome"] = { kind: "resolved" };
const NO_LOCALS: Facts["locals"] = Object.freeze({});
const NO_VALUES: RawValues = { params: NO_PARAMS.raw, query: NO_QUERY, body: undefined };

/**
 * Answers a request. Never rejects: an error goes to `onError`, and if that gives no response, the answer is a 500.
 * Every answer goes through `onSend`.
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
  let response: Response;
  let outcome: Outcome;
  let thrown: unknown;
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
    response = answer instanceof Response ? answer : requireResponse(await answer, run);
    if (onResponse.length > 0) {
      run.phase = "onResponse";
      response = await applyResponseHooks(run, response);
    }
    ({ outcome } = run);
  } catch (error) {
    thrown = error;
    outcome = { kind: "failed", phase: run.phase, passed: run.route.guards.slice(0, run.passed).map(nameOf) };
    response = await handleError(run, outcome, error);
  }
  const sent = app.onSend.length === 0 ? response : await applySendHooks(app, facts, response, outcome, thrown);
  return request.method === "HEAD" ? withoutBody(sent) : sent;
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
  const { validator, unparsedBodyLimit } = run.route;
  if (unparsedBodyLimit !== undefined) facts.request = limitBody(facts.request, unparsedBodyLimit);
  if (!validator) facts.input = { ok: true, params: facts.params, query: facts.raw.query, body: undefined };
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
    const denied = applyDecision(run, nameOf(guard), isThenable(decision) ? await decision : decision);
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
  if (!isAllowed)
    throw new TypeError(
      `Guard ${guard} of ${labelOf(run)} returned ${describeValue(decision)}. Return { allow: true } or { deny: Response }.`,
    );
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
    const replacement = isThenable(result) ? await result : result;
    if (replacement !== undefined) current = requireResponse(replacement, run);
  }
  return current;
}

function requireResponse(value: unknown, run: Run, step: string = run.phase): Response {
  if (value instanceof Response) return value;
  throw new TypeError(`${step} of ${labelOf(run)} returned ${describeValue(value)}. Return a Response.`);
}

function labelOf({ route }: Run): string {
  return labelsOf(route).join(", ");
}

/** Asks each level's `onError`, the nearest first. If none gives a response, the answer is a plain 500. */
async function handleError(run: Run, { phase, passed }: Failed, error: unknown): Promise<Response> {
  try {
    for (const hook of run.route.onError) {
      const response = await hook.run({ error, context: run.facts, phase, passed });
      if (response !== undefined) return requireResponse(response, run, "onError");
    }
  } catch (failure) {
    console.error(failure);
  }
  console.error(error);
  return internalError();
}

async function applySendHooks(
  { onSend }: AppPlan,
  context: Facts,
  response: Response,
  outcome: Outcome,
  error: unknown,
): Promise<Response> {
  try {
    let current = response;
    for (const hook of onSend) {
      const result = hook({ context, response: current, outcome, error });
      const replacement = isThenable(result) ? await result : result;
      if (replacement instanceof Response) current = replacement;
      else if (replacement !== undefined)
        throw new TypeError(`onSend returned ${describeValue(replacement)}. Return a Response or nothing.`);
    }
    return current;
  } catch (failure) {
    console.error(failure);
    return internalError();
  }
}

function internalError(): Response {
  return Response.json({ error: "Internal Server Error" }, { status: 500 });
}

/** The response to HEAD: the headers of the response to GET, without its body, whose stream is cancelled. */
function withoutBody(response: Response): Response {
  if (!response.body) return response;
  response.body.cancel().catch(() => {});
  return new Response(null, response);
}
