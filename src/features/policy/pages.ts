/** The page that shows the policy. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { PolicyExceptions } from "../../env.ts";
import type { Role } from "../../identity/users/user.ts";
import type { AppHooks } from "../../web/app/policy.ts";
import type { FormErrors } from "../../web/pages/form-fields.ts";
import { errorSummary } from "../../web/pages/form-fields.ts";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { emptyState } from "../../web/pages/ui/empty-state.ts";
import { pageHead } from "../../web/pages/ui/page-head.ts";
import type { ExplainedGuard } from "./explanations.ts";
import type { FilterOptions, Row } from "./filter.ts";
import { filterForm, guardList, hookList, routeTable } from "./partials.ts";
import type { PolicyQuery } from "./schema.ts";
import type { Assumed } from "./verdict.ts";

/** The data of the page. */
export interface PolicyView {
  readonly query: PolicyQuery;
  /** By field; with errors, there are no rows. */
  readonly errors: FormErrors;
  readonly options: FilterOptions;
  readonly rows: readonly Row[];
  /** The number of rows without a filter. */
  readonly total: number;
  /** The visitor whom the verdicts are for; undefined for the current one. */
  readonly assumed: Assumed | undefined;
  /** The current user; undefined if the request is not authenticated. */
  readonly user: { readonly name: string; readonly role: Role } | undefined;
  /** Whether the current request carries an API key. */
  readonly isKey: boolean;
  readonly hooks: AppHooks;
  readonly guards: readonly ExplainedGuard[];
  readonly exceptions: PolicyExceptions;
}

const LEAD = "Every route of the running app, with the guards that run before its handler.";

const SECTIONS = html`<a href="#guards">Guards explained</a> <a href="#hooks">Hooks</a>`;

export function policyPage(context: PageContext, view: PolicyView): SafeHtml {
  const { query, errors, options, rows, hooks, guards, exceptions } = view;
  const isValid = Object.keys(errors).length === 0;
  return layout(
    "Policy",
    html`${pageHead({ title: "Policy", lead: LEAD, actions: SECTIONS })}
${errorSummary({ id: "filter", errors })}
<section id="routes" aria-labelledby="routes-title">
<h2 class="visually-hidden" id="routes-title">Routes</h2>
${filterForm(query, errors, options)}
${isValid ? html`<p class="meta" role="status">${countOf(view)}${describeVisitor(view)}</p>` : ""}
${isValid ? routeTable(rows, exceptions) : emptyState("Correct the filter to see routes.")}
</section>
<section id="guards" aria-labelledby="guards-title">
<h2 id="guards-title">Guards explained</h2>
${guardList(guards)}
</section>
<section id="hooks" aria-labelledby="hooks-title">
<h2 id="hooks-title">Hooks of the app</h2>
<p class="meta">These run for every request. The row of a route lists its own hooks.</p>
${hookList(hooks)}
</section>`,
    context,
    ["policy/policy.css"],
  );
}

function countOf({ rows, total }: PolicyView): string {
  return rows.length === total ? `${total} routes. ` : `${rows.length} of ${total} routes. `;
}

function describeVisitor({ assumed, query, user, isKey }: PolicyView): string {
  if (assumed?.permissions) {
    const permission = query.key === "any" ? "every permission" : `the permission ${query.key}`;
    const owner = assumed.role === "admin" ? "an administrator" : "a user";
    return `The verdicts are for an API key of ${owner} with ${permission}. Routes that deny the key are left out, and so are routes that need no credential.`;
  }
  if (assumed?.role === "visitor")
    return "The verdicts are for a visitor who is not signed in. Routes that deny such a visitor are left out.";
  if (assumed) {
    const noun = assumed.role === "admin" ? "an administrator" : "a user";
    return `The verdicts are for ${noun} who has just signed in, whose e-mail address is verified, and who has not used up any limit. Routes that deny such a user are left out.`;
  }
  if (isKey) return "The verdicts are for your API key.";
  if (!user) return "The verdicts are for you, a visitor who is not signed in.";
  return `The verdicts are for you, ${user.name}, with the role ${user.role}.`;
}
