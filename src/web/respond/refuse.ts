/** How the app says no: a page to a browser that opens one, a message to HTMX, a problem to a client of the API. */

import { hxReswap, hxTrigger, isHtmx } from "../pages/htmx.ts";
import { prefersHtml } from "../request/prefers-html.ts";
import { errorPage } from "./error-page.ts";
import { type ProblemExtras, type ProblemLocals, problem, type RefusalStatus, TITLES } from "./problem.ts";

/** What a refusal is told with. */
export interface Refused {
  readonly request: Request;
  readonly locals: ProblemLocals;
}

/**
 * @param detail What was wrong with this request, for a person; nothing internal.
 * @param members Further members of the problem.
 */
export function refuse(
  { request, locals }: Refused,
  status: RefusalStatus,
  detail: string,
  headers: NonNullable<ProblemExtras["headers"]> = {},
  members: NonNullable<ProblemExtras["members"]> = {},
): Response {
  if (isHtmx(request)) {
    return problem(locals, status, detail, { members, headers: { ...headers, ...hxRefusal(detail) } });
  }
  if (!prefersHtml(request)) return problem(locals, status, detail, { members, headers });
  const page = errorPage({ status, title: TITLES[status], detail, app: locals.app });
  for (const [name, value] of Object.entries(headers)) page.headers.set(name, value);
  return page;
}

/** The page stays as it is, and `public/messages.js` shows why. */
export function hxRefusal(detail: string): Readonly<Record<string, string>> {
  return { ...hxReswap("none"), ...hxTrigger("refused", detail), Vary: "HX-Request" };
}

/** A guard's denial with such a refusal. */
export function deny(...refusal: Parameters<typeof refuse>): { readonly deny: Response } {
  return { deny: refuse(...refusal) };
}
