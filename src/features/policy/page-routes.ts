/** The page that shows the policy. */
import type { AppLocals } from "../../env.ts";
import { scope } from "../../http/index.ts";
import { commonLimits } from "../../identity/limits.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import { loadSession, type SessionLocals } from "../../identity/sessions/page-session.ts";
import type { SignedIn } from "../../identity/users/user.ts";
import type { LimitLocals } from "../../limits/rate-limit.ts";
import { describeApp } from "../../web/app/policy.ts";
import { group } from "../../web/app/scope.ts";
import type { FormErrors } from "../../web/pages/form-fields.ts";
import { htmlResponse } from "../../web/pages/html.ts";
import { explainGuards } from "./explanations.ts";
import { assumedBy, checkFilter, mergePreflights, selectRows } from "./filter.ts";
import { requireAdminInProduction } from "./guards.ts";
import { policyPage } from "./pages.ts";
import { type PolicyQuery, policyQuery } from "./schema.ts";

/** Typed with the locals that the previews of guards read. */
const { route } = scope<AppLocals & SessionLocals & LimitLocals & Partial<SignedIn>>();

const NO_FILTER: PolicyQuery = { guard: "", role: "", key: "", path: "" };

export const pages = group({
  guards: [...commonLimits, loadSession, requireAdminInProduction],
  handlers: [
    route.get("/policy", {
      request: { query: policyQuery },
      resolve: async (c) => {
        const { request, input, locals } = c;
        const { app, env } = locals;
        const { hooks, routes } = describeApp(app, { env });
        const table = mergePreflights(routes);
        const guards = explainGuards(table);
        const options = { guards: guards.map(({ name }) => name), permissions: app.permissions };
        const query = input.ok ? input.query : NO_FILTER;
        const errors = input.ok ? checkFilter(query, options) : messagesOf(input.issues);
        const isValid = Object.keys(errors).length === 0;
        const view = {
          query,
          errors,
          options,
          rows: isValid ? selectRows(table, query, { request, locals }) : [],
          total: table.length,
          assumed: isValid ? assumedBy(query, app.permissions) : undefined,
          user: locals.user,
          isKey: locals.auth?.via === "key",
          hooks,
          guards,
          exceptions: app.exceptions,
        };
        return htmlResponse(policyPage(await loadPageContext(c), view), isValid ? 200 : 400);
      },
    }),
  ],
});

function messagesOf(issues: readonly { readonly path: readonly string[]; readonly message: string }[]): FormErrors {
  return Object.fromEntries(issues.map(({ path, message }) => [path[0] ?? "form", message]));
}
