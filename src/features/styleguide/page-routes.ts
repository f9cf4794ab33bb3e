/** The page of the style guide. */
import { commonLimits } from "../../identity/limits.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import { sessionPage } from "../../identity/scope.ts";
import { loadSession } from "../../identity/sessions/page-session.ts";
import { group } from "../../web/app/scope.ts";
import { requireDevelopment } from "../../web/guards/require-development.ts";
import { htmlResponse } from "../../web/pages/html.ts";
import { styleguidePage } from "./pages.ts";

export const pages = group({
  guards: [...commonLimits, loadSession],
  handlers: [
    sessionPage.route.get("/styleguide", {
      guards: [requireDevelopment],
      resolve: async (c) => htmlResponse(styleguidePage(await loadPageContext(c), Date.now())),
    }),
  ],
});
