/** The parts of the page: the filter, the table of routes, the explanations of guards and the hooks. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { PolicyExceptions } from "../../env.ts";
import { type AppHooks, fullName, type PolicyGuard, type PolicyRoute, rowIdOf } from "../../web/app/policy.ts";
import { labelsOf } from "../../web/app/route-labels.ts";
import type { FormErrors } from "../../web/pages/form-fields.ts";
import { sizeOf } from "../../web/pages/size.ts";
import { badge } from "../../web/pages/ui/badge.ts";
import { button, buttonLink } from "../../web/pages/ui/button.ts";
import { emptyState } from "../../web/pages/ui/empty-state.ts";
import { table } from "../../web/pages/ui/table.ts";
import type { ExplainedGuard } from "./explanations.ts";
import { ANY_PERMISSION, type FilterOptions, NO_GUARD, type Row } from "./filter.ts";
import type { PolicyQuery } from "./schema.ts";
import type { RouteVerdict } from "./verdict.ts";

/** The form uses GET, so every filter has a URL. The first choice of each field names the field. */
export function filterForm(query: PolicyQuery, errors: FormErrors, { guards, permissions }: FilterOptions): SafeHtml {
  const select = (name: "guard" | "role" | "key", label: string, choices: readonly Choice[]) =>
    html`<div><label class="visually-hidden" for="filter-${name}">${label}</label>
<select id="filter-${name}" name="${name}"${markOf(name, errors)}>${choices.map((choice) => option(choice, query[name]))}</select>
${messageOf(name, errors)}</div>`;
  const isFiltered = Object.values(query).some((value) => value !== "") || Object.keys(errors).length > 0;
  return html`<search><form class="toolbar filter" method="get" action="/policy">
${select("guard", "Guard", [{ value: "", label: "Any guard" }, { value: NO_GUARD, label: "No guard at all" }, ...guards.map(toChoice)])}
${select("role", "Role", ROLE_CHOICES)}
${select("key", "API key", [{ value: "", label: "No API key" }, { value: ANY_PERMISSION, label: "API key with every permission" }, ...permissions.map(toChoice)])}
<div><label class="visually-hidden" for="filter-path">Path contains</label>
<input type="search" id="filter-path" name="path" value="${query.path}" maxlength="200" placeholder="Path contains" autocomplete="off" spellcheck="false"${markOf("path", errors)}>
${messageOf("path", errors)}</div>
${button({ label: "Filter" })}${isFiltered ? buttonLink("/policy", { label: "Show all", kind: "plain" }) : ""}
</form></search>`;
}

interface Choice {
  readonly value: string;
  readonly label: string;
}

const ROLE_CHOICES: readonly Choice[] = [
  { value: "", label: "My own role" },
  { value: "visitor", label: "A visitor" },
  { value: "user", label: "A user" },
  { value: "admin", label: "An administrator" },
];

const toChoice = (value: string): Choice => ({ value, label: value });

function option({ value, label }: Choice, selected: string): SafeHtml {
  return html`<option value="${value}"${value === selected ? html` selected` : ""}>${label}</option>`;
}

function markOf(name: string, errors: FormErrors): SafeHtml | "" {
  return name in errors ? html` aria-invalid="true" aria-describedby="filter-${name}-error"` : "";
}

function messageOf(name: string, errors: FormErrors): SafeHtml | "" {
  return name in errors ? html`<small id="filter-${name}-error" class="error-text">${errors[name]}</small>` : "";
}

export function routeTable(rows: readonly Row[], exceptions: PolicyExceptions): SafeHtml {
  if (rows.length === 0) return emptyState("No route matches this filter.");
  const columns = [{ label: "Route" }, { label: "Guards" }, { label: "Verdict" }];
  return html`<div class="policy">${table(
    "Routes",
    columns,
    rows.map((row) => routeRow(row, exceptions)),
  )}</div>`;
}

function routeRow({ route, verdict }: Row, exceptions: PolicyExceptions): SafeHtml {
  const { methods, path, guards, cors } = route;
  const id = rowIdOf({ method: methods, path });
  const facts = [...(cors ? ["CORS"] : []), ...inputsOf(route), ...hooksOf(route)];
  return html`<tr id="${id}">
<th scope="row"><a href="#${id}"><b>${methods.join(", ")}</b> <code>${path}</code></a>
${facts.length === 0 ? "" : html`<small>${facts.join(" · ")}</small>`}</th>
<td data-label="Guards">${guardChain(guards)}${reasonsFor(route, exceptions)}</td>
<td data-label="Verdict">${verdictOf(verdict)}</td>
</tr>`;
}

function inputsOf({ schemas, maxBodyBytes }: PolicyRoute): string[] {
  const limit = maxBodyBytes === null ? "" : `≤ ${sizeOf(maxBodyBytes)}`;
  const input = [schemas.join(", "), limit].filter((part) => part !== "").join(" ");
  return input === "" ? [] : [`input: ${input}`];
}

function hooksOf({ onResponse, onError }: PolicyRoute): string[] {
  return Object.entries({ onResponse, onError })
    .filter(([, hooks]) => hooks.length > 0)
    .map(([hook, hooks]) => `${hook}: ${hooks.map(({ name }) => name).join(", ")}`);
}

function guardChain(guards: readonly PolicyGuard[]): SafeHtml {
  if (guards.length === 0) return html`<span class="meta">none</span>`;
  const firstInput = guards.findIndex(({ phase }) => phase === "input");
  const items = guards.map(
    (guard, index) =>
      html`<li${index === firstInput ? html` class="after-body"` : ""}>${index === firstInput ? html`<span class="meta">after the body:</span> ` : ""}${guardLink(guard)}</li>`,
  );
  return html`<ol class="guards">${items}</ol>`;
}

/** The fragment of a guard's explanation. */
function guardIdOf(name: string): string {
  return `guard-${encodeURIComponent(name)}`;
}

function guardLink(guard: PolicyGuard): SafeHtml {
  return html`<a href="#${guardIdOf(fullName(guard))}">${fullName(guard)}</a>`;
}

/** The reasons why a route may lack a guard that other routes must have. */
function reasonsFor(route: PolicyRoute, { unauthenticated, unlimited }: PolicyExceptions): SafeHtml[] {
  const reasons = labelsOf(route).flatMap((label) => [
    ...(label in unauthenticated ? [`Does not authenticate: ${unauthenticated[label]}.`] : []),
    ...(label in unlimited ? [`Has no limit: ${unlimited[label]}.`] : []),
  ]);
  return reasons.map((reason) => html`<small>${reason}</small>`);
}

function verdictOf(verdict: RouteVerdict): SafeHtml {
  if (verdict.kind === "allow") return html`<span>${badge("allow", "good")}</span>`;
  if (verdict.kind === "deny") return html`<span>${badge("deny", "bad")} (by ${guardLink(verdict.by)})</span>`;
  const names = [...new Map(verdict.on.map((guard) => [fullName(guard), guard])).values()];
  return html`<span>${badge("depends", "warn")} on ${names.map((guard, index) => html`${index === 0 ? "" : ", "}${guardLink(guard)}`)}</span>`;
}

export function guardList(guards: readonly ExplainedGuard[]): SafeHtml {
  return html`<dl class="explained">${guards.map(
    ({ name, explanation, denies, limits, routes }) =>
      html`<div id="${guardIdOf(name)}"><dt><code>${name}</code></dt>
<dd>${explanation || "This guard has no explanation."} ${limits.length === 0 ? "" : `Limit: ${limits.join(", ")}. `}${denies.length === 0 ? "" : `Denies with ${joinOr(denies)}. `}<a href="/policy?${String(new URLSearchParams({ guard: name }))}">${routes === 1 ? "1 route" : `${routes} routes`}</a></dd></div>`,
  )}</dl>`;
}

function joinOr(items: readonly number[]): string {
  return [items.slice(0, -1).join(", "), items.at(-1)].filter(Boolean).join(" or ");
}

export function hookList(hooks: AppHooks): SafeHtml {
  return html`<dl class="explained">${Object.entries(hooks).map(
    ([hook, names]) =>
      html`<div><dt><code>${hook}</code></dt><dd>${names.length === 0 ? "none" : names.join(" → ")}</dd></div>`,
  )}</dl>`;
}
