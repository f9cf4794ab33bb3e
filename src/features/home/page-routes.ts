/** The front page: for strangers; who is signed in goes on to where the work is. */

import type { Handler } from "../../http/index.ts";
import { commonLimits } from "../../identity/limits.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import { visited } from "../../identity/scope.ts";
import { loadSession, saveSession } from "../../identity/sessions/page-session.ts";
import { describePolicy } from "../../web/app/policy.ts";
import { group, READ } from "../../web/app/scope.ts";
import { htmlResponse } from "../../web/pages/html.ts";
import { startPath } from "../../web/pages/navigation.ts";
import { seeOther } from "../../web/respond/see-other.ts";
import { frontPage, type ShownRoute } from "./pages.ts";

/** Routes of every kind, from open to anyone to guarded most; those that there are. */
const EXAMPLES = [
  { method: "GET", path: "/health" },
  { method: "GET", path: "/api/notes/:id" },
  { method: "POST", path: "/notes" },
  { method: "DELETE", path: "/api/admin/users/:id" },
];

/** @param handlers The app's other routes: the page shows some of them as they are. */
export function home(handlers: readonly Handler<never>[]) {
  const examples = findExamples(handlers);
  return group({
    guards: [...commonLimits, loadSession],
    onResponse: saveSession,
    handlers: [
      visited.route.on(READ, "/", {
        resolve: async (c) => {
          const { env, session } = c.locals;
          if (session.user && startPath() !== "/") return seeOther(startPath());
          return htmlResponse(frontPage(await loadPageContext(c), examples, env.ENVIRONMENT === "development"));
        },
      }),
    ],
  });
}

function findExamples(handlers: readonly Handler<never>[]): ShownRoute[] {
  const routes = describePolicy(handlers);
  return EXAMPLES.flatMap(({ method, path }) =>
    routes
      .filter((route) => route.path === path && route.methods.includes(method))
      .map(({ guards }) => ({ method, path, guards })),
  );
}
