/** Shows problems to browsers as pages. Every refusal is a problem first, and only this hook decides how it is shown. */
import type { SafeHtml } from "@remix-run/html-template";
import type { AppLocals } from "../../env.ts";
import type { OnSendHandler } from "../../http/index.ts";
import { logFailure } from "../app/log.ts";
import { errorPage, type ShownProblem } from "../pages/error-page.ts";
import { htmlResponse } from "../pages/html.ts";
import { isHtmx } from "../pages/htmx.ts";
import { prefersHtml } from "../request/prefers-html.ts";
import { isProblem } from "../respond/problem.ts";
import { hasLocals, type ResponseContext } from "./send-hook.ts";

/**
 * Renders the page for a problem in the layout of the visitor. If it throws, the page has no navigation.
 * `TGuardLocals` are locals of guards, which may not have run.
 */
export type RenderProblem<TGuardLocals = {}> = (
  context: ResponseContext<TGuardLocals>,
  problem: ShownProblem,
) => Promise<SafeHtml>;

/**
 * Creates the hook. It turns every problem into a page with the same status and headers if the client prefers HTML and
 * is not HTMX. Hooks that depend on the session must run before it.
 *
 * @param render Absent in an app without users.
 */
export function createShowErrorPage(render: RenderProblem | undefined): OnSendHandler<AppLocals> {
  return async function showErrorPage({ context, response }) {
    const { request, locals } = context;
    if (!isProblem(response) || !prefersHtml(request) || isHtmx(request)) return undefined;
    const problem = await response.json<ShownProblem>();
    const plain = () => errorPage({ problem, homePath: locals.app?.homePath ?? "/" });
    const page =
      hasLocals(context) && render ? await renderOr(plain, () => render(context, problem), problem) : plain();
    return withHeadersOf(response, htmlResponse(page, response.status));
  };
}

async function renderOr(
  plain: () => SafeHtml,
  render: () => Promise<SafeHtml>,
  { requestId }: ShownProblem,
): Promise<SafeHtml> {
  try {
    return await render();
  } catch (error) {
    logFailure("The layout of an error page could not be loaded", error, requestId);
    return plain();
  }
}

function withHeadersOf({ headers }: Response, page: Response): Response {
  for (const [name, value] of headers) if (!name.startsWith("content-")) page.headers.append(name, value);
  // For example, the size of a file whose requested range is not satisfiable.
  const range = headers.get("Content-Range");
  if (range !== null) page.headers.set("Content-Range", range);
  return page;
}
