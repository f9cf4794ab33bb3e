/** Identity as a part of the app: its route, its checks, its sweeps and its hooks. */
import type { Part } from "../web/app/feature.ts";
import { endHashingTurn } from "./guards/require-hashing-capacity.ts";
import { isMailOn } from "./mail/providers.ts";
import { renderProblem } from "./render-problem.ts";
import { saveSession } from "./sessions/page-session.ts";
import { identitySweeps } from "./sweep.ts";
import { themeRoutes } from "./theme-route.ts";
import { submissionsOfUsers } from "./tokens/submitted-key.ts";
import { readAnyUser } from "./users/users.ts";
import { checkVariables } from "./variables.ts";

export const identity: Part = {
  routes: themeRoutes,
  paths: { theme: "/theme" },
  exceptions: { unauthenticated: { "POST /theme": "it only sets a cookie with the theme of the browser" } },
  checks: {
    database: ({ db }) => readAnyUser(db),
    mail: async ({ env }) => (isMailOn(env) ? "ok" : "off"),
  },
  sweeps: identitySweeps,
  erasures: [submissionsOfUsers],
  onRequest: checkVariables,
  onSend: [endHashingTurn, saveSession],
  renderProblem,
};
