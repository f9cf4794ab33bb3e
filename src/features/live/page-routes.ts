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
import { takeEarlyReport } from "./report-responses.ts";

export const pages = group({
  guards: [...commonLimits, loadSession],
  handlers: [
    sessionPage.route.get("/live", {
      resolve: async (c) => {
        const metrics = metricsOf(c.locals.app);
        const recent = await readRecent(c.locals.env, metrics, takeEarlyReport());
        return htmlResponse(livePage(await loadPageContext(c), metrics, recent, Date.now()));
      },
    }),
  ],
});
