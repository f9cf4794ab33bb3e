/** Refusals: problem details for every client, with a message for HTMX. `showErrorPage` turns them into pages. */
import { hxReswap, hxTrigger, isHtmx } from "../pages/htmx.ts";
import { type ProblemExtras, type ProblemLocals, problem, type RefusalStatus } from "./problem.ts";

/** The context that a refusal needs. */
export interface RefusalContext {
  readonly request: Request;
  readonly locals: ProblemLocals;
}

/**
 * @param detail Describes the error to a person, without internals.
 * @param members Additional members of the problem.
 */
export function refuse(
  { request, locals }: RefusalContext,
  status: RefusalStatus,
  detail: string,
  headers: NonNullable<ProblemExtras["headers"]> = {},
  members: NonNullable<ProblemExtras["members"]> = {},
): Response {
  const shown = isHtmx(request) ? hxShowError(detail) : {};
  return problem(locals, status, detail, { members, headers: { ...headers, ...shown } });
}

/** Leaves the page as it is, and makes `public/htmx/responses.js` show the detail. */
export function hxShowError(detail: string): Readonly<Record<string, string>> {
  return { ...hxReswap("none"), ...hxTrigger("refused", detail), Vary: "HX-Request" };
}

/** A guard's denial with a refusal. */
export function deny(...refusal: Parameters<typeof refuse>): { readonly deny: Response } {
  return { deny: refuse(...refusal) };
}
