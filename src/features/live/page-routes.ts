/** The page of the live feed. */
import { commonLimits } from "../../identity/limits.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import { sessionPage } from "../../identity/scope.ts";
import { loadSession } from "../../identity/sessions/page-session.ts";
import { group } from "../../web/app/scope.ts";
import { htmlResponse } from "../../web/pages/html.ts";
import { readRecent } from "./feed-stub.ts";
import { metricsOf } from "./metrics.ts";
import { livePage } from "./pages.ts";

export const pages = group({
  guards: [...commonLimits, loadSession],
  handlers: [
    sessionPage.route.get("/live", {
      resolve: async (c) =>
        htmlResponse(livePage(await loadPageContext(c), metricsOf(c.locals.app), await readRecent(c.locals.env))),
    }),
  ],
});
