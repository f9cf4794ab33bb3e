/** Shows that a change of policy is a change of its own lines, and of no others. */
import { describe, expect, test } from "vitest";
import { readLimitConfig } from "../../scripts/limit-config.ts";
import { listLimits, nameOfLimit } from "../../scripts/policy-limits.ts";
import { formatPolicy } from "../../scripts/policy-text.ts";
import { app, facts } from "../../src/app.ts";
import type { PolicyExceptions } from "../../src/env.ts";
import type { PolicyLimit } from "../../src/web/app/limit-numbers.ts";
import { describeApp, type Policy, type PolicyGuard, type PolicyRoute } from "../../src/web/app/policy.ts";
import { isPreflight } from "../../src/web/app/route-labels.ts";
import wrangler from "../../wrangler.toml?raw";

const SIGN_IN = { name: "sign-in", max: 30, unit: "requests", windowSeconds: 60 };
const guard = (name: string, detail?: string, phase: "head" | "input" = "head"): PolicyGuard => ({
  name,
  phase,
  denies: [403],
  ...(detail && { detail }),
});
const row = (methods: string, path: string, rest: Partial<PolicyRoute> = {}): PolicyRoute => ({
  methods: methods.split(" "),
  path,
  guards: [],
  schemas: [],
  onResponse: [],
  onError: [],
  maxBodyBytes: null,
  cors: path.startsWith("/api/"),
  ...rest,
});

const hooks = { onRequest: ["supplyLocals", "checkVariables"], onResponse: [], onError: [], onSend: ["sealResponse"] };
const login = row("POST", "/login", {
  guards: [{ ...guard("rateLimit", "sign-in"), limits: [SIGN_IN] }, guard("requireForm", undefined, "input")],
  onResponse: [{ level: "group", name: "recordVisit" }],
});
const update = row("PATCH", "/api/notes/:id", {
  guards: [guard("requireAuth"), guard("requirePermission", "notes:write")],
  schemas: ["params", "body"],
  maxBodyBytes: 16384,
  onError: [{ level: "route", name: "releaseKey" }],
});
const routes = [row("GET HEAD", "/health"), login, update, row("OPTIONS", "/api/notes/:id")];
const policy: Policy = { hooks, routes };
const exceptions: PolicyExceptions = {
  unauthenticated: { "POST /login": "the password is the proof" },
  unlimited: { "GET /health": "it responds from memory" },
};

const linesOf = (some: readonly PolicyRoute[], excepted = exceptions) =>
  formatPolicy({ hooks, routes: some }, excepted).split("\n");
const lines = linesOf(routes);
/** What the second list has and the first lacks, if it is otherwise the same. */
function addedTo(before: readonly string[], after: readonly string[]): string[] {
  const added = after.filter((line) => !before.includes(line));
  expect(after.filter((line) => !added.includes(line))).toEqual(before);
  return added;
}

test("the text has the app's hooks once, a line for each route and limit, and the exceptions with their reasons", () => {
  expect(formatPolicy(policy, exceptions)).toBe(`\
APP-LEVEL HOOKS
onRequest   supplyLocals → checkVariables
onResponse  -
onError     -
onSend      sealResponse

METHODS    PATH                          CORS  INPUT            GUARDS (* after the body has been read)
GET, HEAD  /health                       -     -                -
POST       /login                        -     -                rateLimit(sign-in) → requireForm*  onResponse: recordVisit
PATCH      /api/notes/:id                CORS  params, body ≤ 16384 B  requireAuth → requirePermission(notes:write)  onError: releaseKey
OPTIONS    *                             CORS  -                -

LIMITS
rateLimit(sign-in)           30 requests per 60 s

STATE-CHANGING, WITHOUT A GUARD THAT AUTHENTICATES
POST       /login                        the password is the proof

WITHOUT A LIMIT
GET        /health                       it responds from memory
`);
});

const LONG = "x".repeat(100);
const ADDED = [
  row("GET HEAD", "/a"),
  row("GET HEAD POST PUT PATCH DELETE", "/a"),
  row("POST", `/a/${LONG}/:id`, { guards: [guard("requireAuth", LONG), guard("requireX", undefined, "input")] }),
  row("PUT", "/a", { schemas: ["params", "query", "body"], maxBodyBytes: 1e15 }),
  row("DELETE", "/a", { onResponse: [{ level: "route", name: LONG }], onError: [{ level: "route", name: LONG }] }),
  row("OPTIONS", "/a"),
  row("POST", "/a", { guards: login.guards }),
  row("OPTIONS", "/api/a", { guards: [guard("requireAuth")] }),
];

describe.each(ADDED)("adding $methods $path", (added) => {
  test.each([0, 1, 2, 3, 4])("before the route %i adds a line", (index) => {
    expect(addedTo(lines, linesOf(routes.toSpliced(index, 0, added)))).toHaveLength(1);
  });
});

test("adding a route of the API with its preflight adds a line", () => {
  const some = [...routes.slice(0, 3), row("GET HEAD", "/api/a"), ...routes.slice(3), row("OPTIONS", "/api/a")];
  expect(addedTo(lines, linesOf(some))).toEqual([expect.stringContaining("  /api/a  ")]);
});

const [auth, permission] = update.guards as [PolicyGuard, PolicyGuard];
const CHANGES: Readonly<Record<string, Partial<PolicyRoute>>> = {
  "the methods": { methods: ["PATCH", "PUT"] },
  "the path": { path: "/api/notes/:note" },
  CORS: { cors: false },
  "the schemas": { schemas: ["body"] },
  "the body limit": { maxBodyBytes: 16385 },
  "a guard less": { guards: [auth] },
  "a guard more": { guards: [...update.guards, guard("requireOwnership", LONG)] },
  "no guard": { guards: [] },
  "the name of a guard": { guards: [auth, { ...permission, name: "requireRole" }] },
  "the detail of a guard": { guards: [auth, { ...permission, detail: "notes:read" }] },
  "the phase of a guard": { guards: [auth, { ...permission, phase: "input" }] },
  "the order of guards": { guards: [permission, auth] },
  "a hook less": { onError: [] },
  "a hook more": { onResponse: [{ level: "route", name: "recordResponse" }] },
};

test.each(Object.entries(CHANGES))("a change of %s changes its route's line, and no other", (_, change) => {
  const after = linesOf(routes.with(2, { ...update, ...change }));
  expect(after).toHaveLength(lines.length);
  const changed = lines.flatMap((line, index) => (line === after[index] ? [] : [line]));
  expect(changed).toEqual([expect.stringMatching(/^PATCH .*notes:write/)]);
});

const NOTES = { name: "notes", max: 5, unit: "notes" };
const limitedBy = (...limits: readonly PolicyLimit[]) =>
  linesOf([row("PUT", "/a", { guards: [{ ...guard("requireQuota", "notes"), limits }] }), login]);

test.each<[string, PolicyLimit]>([
  ["number", { ...NOTES, max: 6 }],
  ["unit", { ...NOTES, unit: "nuts" }],
  ["window", { ...NOTES, windowSeconds: 60 }],
])("a change of the %s of a limit changes its line, and no other", (_, limit) => {
  const [before, after] = [limitedBy(NOTES), limitedBy(limit)];
  expect(after.filter((line) => !before.includes(line))).toEqual([expect.stringMatching(/^requireQuota\(notes\) {2}/)]);
  expect(after).toHaveLength(before.length);
});

test("a limit more is a line more, wherever it is used", () => {
  const other = { name: LONG, max: 1, unit: "B" };
  for (const limits of [
    [NOTES, other],
    [other, NOTES],
  ])
    expect(addedTo(limitedBy(NOTES), limitedBy(...limits))).toEqual([
      expect.stringMatching(/^requireQuota\(x+\) {2}1 B$/),
    ]);
});

test("the order of limits does not depend on the routes that have them", () => {
  const sectionOf = (some: readonly string[]) =>
    some.slice(some.indexOf("LIMITS"), some.indexOf("", some.indexOf("LIMITS")));
  const limited = row("PUT", "/a", { guards: [{ ...guard("requireQuota", "notes"), limits: [NOTES] }] });
  expect(sectionOf(linesOf([limited, login]))).toEqual(sectionOf(linesOf([login, limited])));
});

test("a limit without numbers, which a running Worker does not know, is left out", () => {
  expect(limitedBy({ name: "address", unit: "requests" })).toEqual(limitedBy());
});

test("the limit of a body without a schema is shown", () => {
  expect(linesOf([row("PUT", "/a", { maxBodyBytes: 9 })])).toContainEqual(
    expect.stringMatching(/^PUT +\/a +- +≤ 9 B {2}/),
  );
});

test("a preflight route that runs something has a line of its own", () => {
  const guarded = row("OPTIONS", "/api/notes/:id", { guards: [guard("requireAuth")] });
  expect(linesOf(routes.with(3, guarded))).toContainEqual(
    expect.stringMatching(/^OPTIONS +\/api\/notes\/:id .*requireAuth/),
  );
});

test("an exception is a line; a section without one is left out", () => {
  const more = { ...exceptions, unlimited: { ...exceptions.unlimited, [`PUT /${LONG}`]: "why" } };
  expect(addedTo(lines, linesOf(routes, more))).toEqual([expect.stringMatching(/^PUT .* why$/)]);
  expect(linesOf(routes, { ...exceptions, unlimited: {} })).toEqual(lines.slice(0, -4).concat(""));
});

test("taking any route out of the app takes its line, the limits that only it has, and no other", () => {
  const whole = describeApp(app, readLimitConfig(wrangler));
  const before = formatPolicy(whole, facts.exceptions).split("\n");
  const own = whole.routes.filter((route) => !isPreflight(route));
  expect(own).not.toEqual([]);
  for (const taken of own) {
    const rest = whole.routes.filter((route) => route !== taken);
    const after = formatPolicy({ ...whole, routes: rest }, facts.exceptions).split("\n");
    const [line, ...more] = addedTo(after, before);
    expect([line?.startsWith(taken.methods.join(", ")), line?.includes(` ${taken.path} `)]).toEqual([true, true]);
    const kept = listLimits(rest).map(nameOfLimit);
    const gone = listLimits([taken])
      .map(nameOfLimit)
      .filter((name) => !kept.includes(name));
    expect(more.map((text) => text.split("  ")[0])).toEqual(gone);
  }
});
