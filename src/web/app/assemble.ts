/** Assembles the app from the list of its features: routes, hooks, sweeps and facts. */
import type { AppFacts, Env } from "../../env.ts";
import { type App, setup, standardValidator } from "../../http/index.ts";
import { preflightRoutes } from "../hooks/cors.ts";
import { handleError } from "../hooks/handle-error.ts";
import { handleUnmatched } from "../hooks/handle-unmatched.ts";
import { sealResponse } from "../hooks/seal-response.ts";
import { createSendHook } from "../hooks/send-hook.ts";
import { createShowErrorPage } from "../hooks/show-error-page.ts";
import { createSupplyLocals } from "../hooks/supply-locals.ts";
import { deriveFacts } from "./app-facts.ts";
import type { Feature, Part } from "./feature.ts";
import type { Sweep } from "./sweep.ts";

/** The app as the Worker runs it. */
export interface AssembledApp {
  readonly app: App<Env, ExecutionContext>;
  /** Also supplied to requests, as `locals.app`. */
  readonly facts: AppFacts;
  /** Run every night, in this order. */
  readonly sweeps: readonly Sweep[];
}

/**
 * @param parts The lower floors. Their hooks and routes come before those of features.
 * @param features In the order of the navigation and of route matching.
 * @throws If two features contribute the same name, or if a contributed path has no route.
 */
export function assemble({
  parts,
  features,
}: {
  readonly parts: readonly Part[];
  readonly features: readonly Feature[];
}): AssembledApp {
  const all: readonly Part[] = [...parts, ...features];
  const routes = [
    ...parts.flatMap((part) => part.routes ?? []),
    ...features.flatMap(({ name, routes }) => routes.map((route) => ({ tag: name, ...route }))),
  ];
  const facts: AppFacts = {
    ...deriveFacts(all, features),
    get handlers() {
      return app.handlers;
    },
    allowedMethods: (path) => app.allowedMethods(path),
    get onRequest() {
      return app.onRequest;
    },
    get onSend() {
      return app.onSend;
    },
  };
  const app: App<Env, ExecutionContext> = setup({
    onRequest: [createSupplyLocals(facts), ...all.flatMap(({ onRequest }) => onRequest ?? [])],
    handlers: [routes, preflightRoutes(routes)],
    validator: standardValidator,
    notFound: handleUnmatched,
    onError: handleError,
    onSend: [
      ...all.flatMap(({ onSend }) => onSend ?? []).map(createSendHook),
      createShowErrorPage(all.find(({ renderProblem }) => renderProblem)?.renderProblem),
      sealResponse,
    ],
  });
  const sweeps = all.flatMap(({ sweeps = [] }) => (typeof sweeps === "function" ? sweeps(facts) : sweeps));
  return { app, facts, sweeps };
}
