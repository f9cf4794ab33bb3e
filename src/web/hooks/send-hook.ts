/** Hooks with which the parts of the app finish every response, before it is sealed. */
import type { AppLocals } from "../../env.ts";
import type { OnResponseHandler, OnSendHandler, Outcome } from "../../http/index.ts";
import { logFailure } from "../app/log.ts";
import { answerError } from "./answer-error.ts";

type ResponseContext<TGuardLocals = {}> = Parameters<
  OnResponseHandler<AppLocals & Partial<TGuardLocals>>
>[0]["context"];

/**
 * Runs for every response, whatever produced it. Returns the response to send, or undefined to keep it. `TGuardLocals`
 * are locals of guards, which may not have run.
 */
export type SendHook<TGuardLocals = {}> = (info: {
  readonly context: ResponseContext<TGuardLocals>;
  readonly response: Response;
  readonly outcome: Outcome;
}) => Response | undefined | Promise<Response | undefined>;

/** Makes a hook one of the app's. If it throws, the response is that of `answerError`, which is sealed like any other. */
export function createSendHook(hook: SendHook): OnSendHandler<AppLocals> {
  const send: OnSendHandler<AppLocals> = async ({ context, response, outcome }) => {
    // If the app's locals are missing, the request failed before any part took part in it.
    if (!hasLocals(context)) return undefined;
    try {
      return await hook({ context, response, outcome });
    } catch (error) {
      logFailure(`${hook.name} failed`, error, context.locals.requestId);
      return answerError({ error, context, phase: "onResponse", passed: [] });
    }
  };
  return Object.defineProperty(send, "name", { value: hook.name });
}

function hasLocals(context: Parameters<OnSendHandler<AppLocals>>[0]["context"]): context is ResponseContext {
  return context.locals.env !== undefined;
}
