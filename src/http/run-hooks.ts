/** Runs the hooks that follow a response or an error. */
import type { OnErrorHandler, OnResponseHandler } from "./hooks.ts";
import { type Failed, type Run, requireResponse } from "./run.ts";
import { isThenable } from "./thenable.ts";

/**
 * Runs `onResponse` or `onSend` in order. Each function receives the response so far, and may replace it.
 *
 * @throws TypeError If a function returns neither a response nor undefined.
 */
export async function replaceResponse<TInfo extends { readonly response: Response }>(
  hooks: readonly { readonly run: (info: TInfo) => ReturnType<OnResponseHandler> }[],
  first: TInfo,
  run: Run,
  step: string,
): Promise<Response> {
  let info = first;
  for (const hook of hooks) {
    const result = hook.run(info);
    const replacement = isThenable(result) ? await result : result;
    if (replacement !== undefined) info = { ...info, response: requireResponse(replacement, run, step) };
  }
  return info.response;
}

/** Calls each level's `onError`, the nearest first, until one returns a response. If none does, a plain 500 is sent. */
export async function handleError(run: Run, { phase, passed }: Failed, error: unknown): Promise<Response> {
  const info: Parameters<OnErrorHandler>[0] = { error, context: run.facts, phase, passed };
  try {
    for (const hook of run.route.onError) {
      const response = await hook.run(info);
      if (response !== undefined) return requireResponse(response, run, "onError");
    }
  } catch (failure) {
    console.error(failure);
  }
  return reportError(error);
}

/** The response to an error if no `onError` returns one. */
export function reportError(error: unknown): Response {
  console.error(error);
  return Response.json({ error: "Internal Server Error" }, { status: 500 });
}
