/** Runs a request through hooks, guards, validation and its handler to a response. */
import type { Composed } from "./compose.ts";
import type { Facts, RawValues } from "./context.ts";
import { nameOf } from "./handler.ts";
import type { LeveledHook, OnRequestHandler, OnSendHandler, Outcome } from "./hooks.ts";
import { limitBody } from "./limited-body.ts";
import { NO_PARAMS, readParams } from "./params.ts";
import { NO_QUERY, parseQuery } from "./query.ts";
import { type Run, requireResponse } from "./run.ts";
import { runGuards } from "./run-guards.ts";
import { handleError, replaceResponse, reportError } from "./run-hooks.ts";
import { allowedMethods, find, type Table } from "./table.ts";
import { isThenable } from "./thenable.ts";
import { splitUrl } from "./url.ts";

/** An app, ready to run. */
export interface AppPlan {
  readonly table: Table;
  readonly onRequest: readonly OnRequestHandler[];
  /** Runs if no route matches. */
  readonly unmatched: Composed;
  readonly onSend: readonly LeveledHook<OnSendHandler>[];
}

const RESOLVED: Run["outcome"] = { kind: "resolved" };
const NO_LOCALS: Facts["locals"] = Object.freeze({});
const NO_VALUES: RawValues = { params: NO_PARAMS.raw, query: NO_QUERY, body: undefined };

/**
 * Responds to a request. Never rejects: an error goes to `onError`, and if that does not return a response, a 500 is sent.
 * Every response goes through `onSend`.
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
  let error: unknown;
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
    const result = denied ?? handler(facts);
    response = result instanceof Response ? result : requireResponse(await result, run);
    if (onResponse.length > 0) {
      run.phase = "onResponse";
      response = await replaceResponse(onResponse, { context: facts, response, outcome: run.outcome }, run, run.phase);
    }
    ({ outcome } = run);
  } catch (thrown) {
    error = thrown;
    outcome = { kind: "failed", phase: run.phase, passed: run.route.guards.slice(0, run.passed).map(nameOf) };
    response = await handleError(run, outcome, error);
  }
  if (app.onSend.length > 0) {
    try {
      response = await replaceResponse(app.onSend, { context: facts, response, outcome, error }, run, "onSend");
    } catch (failure) {
      response = reportError(failure);
    }
  }
  return request.method === "HEAD" ? withoutBody(response) : response;
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

/** The response to HEAD: the headers of the response to GET, without its body, whose stream is cancelled. */
function withoutBody(response: Response): Response {
  if (!response.body) return response;
  response.body.cancel().catch(() => {});
  return new Response(null, response);
}
