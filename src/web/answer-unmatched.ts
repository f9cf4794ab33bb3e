/** What answers where no route matches: 404; 405 or OPTIONS where the path has other methods. */
import type { AppLocals } from "../env.ts";
import type { Config } from "../http/index.ts";
import { errorPage } from "./error-page.ts";
import { prefersHtml } from "./prefers-html.ts";
import { problem } from "./problem.ts";

type NotFound = NonNullable<Config<AppLocals>["notFound"]>;

export const answerUnmatched: NotFound = ({ request, locals, allowedMethods }) => {
  if (allowedMethods.length > 0) return answerOtherMethod(request, locals, [...allowedMethods, "OPTIONS"].join(", "));
  if (prefersHtml(request)) return errorPage(404, "Page not found", "There is nothing at this address.");
  return problem(locals, 404, "There is nothing at this address.");
};

/** RFC 9110 §15.5.6: a 405 says which methods there are. */
function answerOtherMethod({ method }: Request, locals: AppLocals, allow: string): Response {
  if (method === "OPTIONS") return new Response(null, { status: 204, headers: { Allow: allow } });
  return problem(locals, 405, `This address does not answer ${method}, only ${allow}.`, { headers: { Allow: allow } });
}
