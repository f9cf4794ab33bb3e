import { expect, test } from "vitest";
import { readLimitConfig } from "../scripts/limit-config.ts";
import { listLimits, nameOfLimit } from "../scripts/policy-limits.ts";
import { formatPolicy } from "../scripts/policy-text.ts";
import { app, facts } from "../src/app.ts";
import { describeApp, fullName, type PolicyRoute } from "../src/web/app/policy.ts";
import { labelsOf } from "../src/web/app/route-labels.ts";
import wrangler from "../wrangler.toml?raw";
import { findAnonymousGuards, findUnauthenticated, findUnlimited, SESSION_GUARDS } from "./policy/rules.ts";
import pinned from "./routes.snap.txt?raw";

const policy = describeApp(app, readLimitConfig(wrangler));
const { routes } = policy;
const changing = routes.filter(({ methods }) => methods.some((method) => !["GET", "HEAD", "OPTIONS"].includes(method)));
const forms = changing.filter(({ path }) => !path.startsWith("/api/"));

const has =
  (...names: readonly string[]) =>
  (route: PolicyRoute) =>
    route.guards.some(({ name }) => names.includes(name));
const lacks = (name: string) => (route: PolicyRoute) => !has(name)(route);
const labels = (some: readonly PolicyRoute[]) => some.flatMap(labelsOf);

test("the policy is the pinned one", () => {
  const hint = "The policy has changed. If you mean the change, pin it: npm run routes -- --update";
  expect(formatPolicy(policy, facts.exceptions), hint).toBe(pinned);
});

test("every guard and every hook has a name", () => {
  expect(findAnonymousGuards(routes)).toEqual([]);
  expect(pinned).not.toContain("(anonymous)");
});

test("every route that changes state has a guard that authenticates, or an exception with its reason", () => {
  expect(findUnauthenticated(routes, facts.exceptions.unauthenticated)).toEqual([]);
});

test("every route has a limit that covers all of its requests, or an exception with its reason", () => {
  expect(findUnlimited(routes, facts.exceptions.unlimited)).toEqual([]);
});

test("the limit by address comes before anything that finds out who sends a request", () => {
  const limited = routes.filter((route) => route.guards.length > 0);
  const late = limited.filter(({ guards: [first] }) => first?.name !== "rateLimit" || first.detail !== "address");
  expect(labels(late)).toEqual([]);
});

test("every page and API route that finds out who sends a request counts it for its user", () => {
  const identifying = [...SESSION_GUARDS, "requireApiKey", "loadSession"];
  const uncounted = routes.filter(
    ({ guards }) => guards.some(({ name }) => identifying.includes(name)) && guards[1]?.detail !== "api",
  );
  expect(labels(uncounted)).toEqual([]);
});

test("every route that changes state for who is signed in keeps other sites out", () => {
  expect(labels(changing.filter(has(...SESSION_GUARDS)).filter(lacks("requireCsrf")))).toEqual([]);
});

test("every form keeps other sites out, and for who is signed in asks for the session's token, too", () => {
  expect(labels(forms.filter(lacks("requireCsrf")))).toEqual([]);
  expect(labels(forms.filter(has(...SESSION_GUARDS)).filter(lacks("requireCsrfToken")))).toEqual([]);
});

/** The routes of clients: the other ones are pages and preflights. */
const api = app.handlers.filter(
  ({ method, guards = [] }) => method !== "OPTIONS" && !guards.some(({ name }) => name === "loadSession"),
);
const statusesOf = ({ responses = {} }: (typeof api)[number]) => Object.keys(responses).map(Number);
const handlerLabels = (some: typeof api) => some.map(({ method, path }) => `${method} ${path}`);

test("every route of clients has a summary and the schema of a success", () => {
  expect(handlerLabels(api.filter(({ summary }) => !summary))).toEqual([]);
  expect(handlerLabels(api.filter((route) => !statusesOf(route).some((status) => status < 300)))).toEqual([]);
});

test("every summary is a phrase of its own", () => {
  const summaries = app.handlers.flatMap(({ summary }) => summary ?? []);
  expect(summaries.filter((text) => !/^[A-Z].*[^.]$/.test(text))).toEqual([]);
  expect(summaries.filter((text, index) => summaries.indexOf(text) !== index)).toEqual([]);
});

test.each([
  ["If-None-Match", 304],
  ["If-Match", 412],
  ["Range", 206],
])("a route reads %s exactly if it can respond with %i", (header, status) => {
  const reads = api.filter(({ requestHeaders = {} }) => header in requestHeaders);
  expect(handlerLabels(reads)).toEqual(handlerLabels(api.filter((route) => statusesOf(route).includes(status))));
});

test("every guard that counts states its limits", () => {
  const silent = routes.flatMap(({ path, guards }) =>
    guards
      .filter(({ name, limits = [] }) => ["rateLimit", "requireQuota"].includes(name) && limits.length === 0)
      .map((guard) => `${fullName(guard)} of ${path}`),
  );
  expect(silent).toEqual([]);
});

test("a limit has the same numbers wherever it is used, and its guards name it", () => {
  const names = listLimits(routes).map(nameOfLimit);
  expect(names).toEqual([...new Set(names)]);
  const unnamed = routes.flatMap(({ guards }) =>
    guards.flatMap(({ detail = "", limits = [] }) =>
      limits.filter(({ name }) => !detail.split(/[,;] */).includes(name)),
    ),
  );
  expect(unnamed).toEqual([]);
});

test("every guard states its facts", () => {
  const silent = routes.flatMap(({ path, guards }) =>
    guards.filter(({ denies, explanation }) => !denies || !explanation).map(({ name }) => `${name} of ${path}`),
  );
  expect(silent).toEqual([]);
});
