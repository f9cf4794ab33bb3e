/** The page that describes the API. */
import { commonLimits } from "../../identity/limits.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import { sessionPage } from "../../identity/scope.ts";
import { loadSession } from "../../identity/sessions/page-session.ts";
import { group } from "../../web/app/scope.ts";
import { describeApi } from "../../web/contract/openapi.ts";
import { htmlResponse } from "../../web/pages/html.ts";
import { docsPage } from "./pages.ts";

export const pages = group({
  guards: [...commonLimits, loadSession],
  handlers: [
    sessionPage.route.get("/docs", {
      resolve: async (c) => {
        const { origin } = new URL(c.locals.env.PUBLIC_ORIGIN || c.request.url);
        return htmlResponse(docsPage(await loadPageContext(c), describeApi(c.locals.app), origin));
      },
    }),
  ],
});
