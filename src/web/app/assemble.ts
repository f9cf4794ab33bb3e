/** Assembles the app from the list of its features: routes, hooks, sweeps and facts. */
import type { AppFacts, Env } from "../../env.ts";
import { type App, setup, standardValidator } from "../../http/index.ts";
import { answerError } from "../hooks/answer-error.ts";
import { answerUnmatched } from "../hooks/answer-unmatched.ts";
import { preflightRoutes } from "../hooks/cors.ts";
import { sealResponse } from "../hooks/seal-response.ts";
import { createSendHook } from "../hooks/send-hook.ts";
import { createSupplyLocals } from "../hooks/supply-locals.ts";
import { deriveFacts } from "./app-facts.ts";
import type { Feature, Part } from "./feature.ts";

/** The app as the Worker runs it. */
export interface AssembledApp {
  readonly app: App<Env, ExecutionContext>;
  /** Also supplied to requests, as `locals.app`. */
  readonly facts: AppFacts;
  /** Each is safe to run twice, and catches up after a failed run. */
  readonly sweeps: readonly ((env: Env) => Promise<void>)[];
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
    notFound: answerUnmatched,
    onError: answerError,
    onSend: [...all.flatMap(({ onSend }) => onSend ?? []).map(createSendHook), sealResponse],
  });
  return { app, facts, sweeps: all.flatMap(({ sweep }) => sweep ?? []) };
}
