/** The front page, for visitors; a user is sent on to the landing page. */
import type { AppFacts } from "../../env.ts";
import { commonLimits } from "../../identity/limits.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import { visited } from "../../identity/scope.ts";
import { loadSession, saveSession } from "../../identity/sessions/page-session.ts";
import { describePolicy } from "../../web/app/policy.ts";
import { group, READ } from "../../web/app/scope.ts";
import { htmlResponse } from "../../web/pages/html.ts";
import { seeOther } from "../../web/respond/see-other.ts";
import { frontPage, type ShownRoute } from "./pages.ts";

/** How many routes the page shows, from the least guarded to the most. */
const EXAMPLES = 4;

export const pages = group({
  guards: [...commonLimits, loadSession],
  onResponse: saveSession,
  handlers: [
    visited.route.on(READ, "/", {
      resolve: async (c) => {
        const { app, env, session } = c.locals;
        if (session.user && app.startPath !== "/") return seeOther(app.startPath);
        const isDevelopment = env.ENVIRONMENT === "development";
        return htmlResponse(frontPage(await loadPageContext(c), chooseExamples(app), isDevelopment));
      },
    }),
  ],
});

/** Routes of every kind, in the order of how many guards they have. */
function chooseExamples({ handlers }: AppFacts): ShownRoute[] {
  const sorted = describePolicy(handlers)
    .filter(({ method }) => method !== "HEAD" && method !== "OPTIONS")
    .sort((a, b) => a.guards.length - b.guards.length);
  const chosen = Array.from({ length: EXAMPLES }, (_, index) =>
    Math.round((index * (sorted.length - 1)) / (EXAMPLES - 1)),
  );
  return [...new Set(chosen)].flatMap((index) => sorted[index] ?? []);
}
