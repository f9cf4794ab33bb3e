/** The front page. */
import type { AppFacts } from "../../env.ts";
import { commonLimits } from "../../identity/limits.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import { sessionPage } from "../../identity/scope.ts";
import { loadSession } from "../../identity/sessions/page-session.ts";
import { describePolicy, type PolicyRoute } from "../../web/app/policy.ts";
import { isPreflight } from "../../web/app/route-labels.ts";
import { group } from "../../web/app/scope.ts";
import { htmlResponse } from "../../web/pages/html.ts";
import { seeOther } from "../../web/respond/see-other.ts";
import { frontPage } from "./pages.ts";
import type { ShownRoute } from "./partials.ts";

/** The number of routes that the page shows. */
const EXAMPLES = 6;

export const pages = group({
  guards: [...commonLimits, loadSession],
  handlers: [
    sessionPage.route.get("/", {
      resolve: async (c) => {
        const { app, session } = c.locals;
        // The installed app opens this address (`public/manifest.webmanifest`).
        if (session.user && c.raw.query.start !== undefined) return seeOther(app.startPath);
        const rows = printedRows(app);
        const view = { examples: chooseExamples(rows), total: rows.length };
        return htmlResponse(frontPage(await loadPageContext(c), view));
      },
    }),
  ],
});

/** The rows of the table. Preflights are one row, as in the printed table. */
function printedRows({ handlers }: AppFacts): PolicyRoute[] {
  const routes = describePolicy(handlers);
  return routes.filter((route, index) => !isPreflight(route) || index === routes.findIndex(isPreflight));
}

/** Picks routes evenly, from the one with the fewest guards to the one with the most. */
function chooseExamples(rows: readonly PolicyRoute[]): ShownRoute[] {
  const sorted = rows.filter((row) => !isPreflight(row)).sort((a, b) => a.guards.length - b.guards.length);
  const last = sorted.length - 1;
  const chosen = Array.from({ length: EXAMPLES }, (_, index) => Math.round((index * last) / (EXAMPLES - 1)));
  return [...new Set(chosen)].flatMap((index) => sorted[index] ?? []);
}
