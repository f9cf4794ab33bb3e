/** Hooks with which the parts of the app finish every response, before it is sealed. */
import type { AppLocals } from "../../env.ts";
import type { OnResponseHandler, OnSendHandler, Outcome } from "../../http/index.ts";
import { logFailure } from "../app/log.ts";
import { handleError } from "./handle-error.ts";

/** The context of a response. `TGuardLocals` are locals of guards, which may not have run. */
export type ResponseContext<TGuardLocals = {}> = Parameters<
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

/** Turns a hook of a part into a hook of the app. If it throws, `handleError` gives the response, which is then sealed. */
export function createSendHook(hook: SendHook): OnSendHandler<AppLocals> {
  const send: OnSendHandler<AppLocals> = async ({ context, response, outcome }) => {
    // If the app's locals are missing, the request failed before any part took part in it.
    if (!hasLocals(context)) return undefined;
    try {
      return await hook({ context, response, outcome });
    } catch (error) {
      logFailure(`${hook.name} failed`, error, context.locals.requestId);
      return handleError({ error, context, phase: "onResponse", passed: [] });
    }
  };
  return Object.defineProperty(send, "name", { value: hook.name });
}

/** Whether the request got far enough to have the locals of the app. */
export function hasLocals(context: Parameters<OnSendHandler<AppLocals>>[0]["context"]): context is ResponseContext {
  return context.locals.env !== undefined;
}
