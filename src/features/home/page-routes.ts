/** The front page for visitors. Users are redirected to the landing page. */
import type { AppFacts } from "../../env.ts";
import { commonLimits } from "../../identity/limits.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import { sessionPage } from "../../identity/scope.ts";
import { loadSession } from "../../identity/sessions/page-session.ts";
import { describePolicy } from "../../web/app/policy.ts";
import { group } from "../../web/app/scope.ts";
import { htmlResponse } from "../../web/pages/html.ts";
import { seeOther } from "../../web/respond/see-other.ts";
import { frontPage, type ShownRoute } from "./pages.ts";

/** The number of routes that the page shows. */
const EXAMPLES = 4;

export const pages = group({
  guards: [...commonLimits, loadSession],
  handlers: [
    sessionPage.route.get("/", {
      resolve: async (c) => {
        const { app, env, session } = c.locals;
        if (session.user && app.startPath !== "/") return seeOther(app.startPath);
        const isDevelopment = env.ENVIRONMENT === "development";
        return htmlResponse(frontPage(await loadPageContext(c), chooseExamples(app), isDevelopment));
      },
    }),
  ],
});

/** Picks routes evenly, from the one with the fewest guards to the one with the most. */
function chooseExamples({ handlers }: AppFacts): ShownRoute[] {
  const sorted = handlers
    .filter(({ method }) => !method.includes("OPTIONS"))
    .sort((a, b) => (a.guards?.length ?? 0) - (b.guards?.length ?? 0));
  const last = sorted.length - 1;
  const chosen = Array.from({ length: EXAMPLES }, (_, index) => Math.round((index * last) / (EXAMPLES - 1)));
  return describePolicy([...new Set(chosen)].flatMap((index) => sorted[index] ?? []));
}
