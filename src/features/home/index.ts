/** The front page: for strangers; who is signed in goes on to the notebook. */

import { loadSession, saveSession } from "../../identity/page-session.ts";
import { visited } from "../../identity/scope.ts";
import { visitorOf } from "../../identity/visitor.ts";
import { htmlResponse } from "../../web/html.ts";
import { START } from "../../web/next-path.ts";
import { group, READ } from "../../web/scope.ts";
import { seeOther } from "../../web/see-other.ts";
import { frontPage } from "./pages.ts";

export const home = group({
  guards: [loadSession],
  onResponse: saveSession,
  handlers: [
    visited.route.on(READ, "/", {
      resolve: async ({ locals }) => {
        if (locals.session.user) return seeOther(START);
        return htmlResponse(frontPage(await visitorOf(locals)));
      },
    }),
  ],
});
