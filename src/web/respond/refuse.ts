/** Refusals: a page for browsers, a message for HTMX, problem details for clients of the API. */
import { hxReswap, hxTrigger, isHtmx } from "../pages/htmx.ts";
import { prefersHtml } from "../request/prefers-html.ts";
import { errorPage } from "./error-page.ts";
import { type ProblemExtras, type ProblemLocals, problem, type RefusalStatus, TITLES } from "./problem.ts";

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
  if (isHtmx(request)) {
    return problem(locals, status, detail, { members, headers: { ...headers, ...hxShowError(detail) } });
  }
  if (!prefersHtml(request)) return problem(locals, status, detail, { members, headers });
  const page = errorPage({ status, title: TITLES[status], detail, app: locals.app });
  for (const [name, value] of Object.entries(headers)) page.headers.set(name, value);
  return page;
}

/** Leaves the page as it is, and makes `public/messages.js` show the detail. */
export function hxShowError(detail: string): Readonly<Record<string, string>> {
  return { ...hxReswap("none"), ...hxTrigger("refused", detail), Vary: "HX-Request" };
}

/** A guard's denial with a refusal. */
export function deny(...refusal: Parameters<typeof refuse>): { readonly deny: Response } {
  return { deny: refuse(...refusal) };
}
