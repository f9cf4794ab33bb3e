/** The content of the page, and its rows with every filter. */
import { describe, expect, test } from "vitest";
import { AUTHENTICATING_GUARDS } from "../../../scripts/policy-guard-changes.ts";
import { describeApp, fullName, type PolicyRoute, rowIdOf } from "../../../src/web/app/policy.ts";
import { isPreflight } from "../../../src/web/app/route-labels.ts";
import { app, facts, PERMISSION, send } from "../../harness.ts";
import { escaped } from "../../hostile-text.ts";
import { openPolicy, readRows, rowsIn } from "./policy-page.ts";

const { hooks, routes } = describeApp(app);
const table = routes.filter((route) => !isPreflight(route));
const idOf = ({ methods, path }: PolicyRoute) => rowIdOf({ method: methods, path });
const idsOf = (some: readonly PolicyRoute[]) => some.map(idOf);
const idsFor = async (query: Record<string, string>) => (await readRows(query)).map(({ id }) => id);
const names = ({ guards }: PolicyRoute) => guards.map(fullName);
const authenticates = ({ guards }: PolicyRoute) => guards.some(({ name }) => AUTHENTICATING_GUARDS.includes(name));
const PREFLIGHT = "OPTIONS*";

test("the page shows every route with its guards in order, and all preflights as one", async () => {
  const rows = await readRows();
  expect(rows.map(({ id, guards }) => [id, guards])).toEqual([
    ...table.map((route) => [idOf(route), names(route)]),
    [PREFLIGHT, []],
  ]);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
});

test("the page shows the hooks of the app, and those of a route", async () => {
  const page = await (await openPolicy()).text();
  for (const list of Object.values(hooks)) expect(page).toContain(list.join(" → ") || "none");
  for (const { name } of table.flatMap(({ onResponse, onError }) => [...onResponse, ...onError]))
    expect(page).toContain(name);
});

test("the page shows the reason of each exception", async () => {
  const page = await (await openPolicy()).text();
  const reasons = [facts.exceptions.unauthenticated, facts.exceptions.unlimited].flatMap((some) => Object.values(some));
  expect(reasons.filter((reason) => !page.includes(`${escaped(reason)}.</small>`))).toEqual([]);
});

test("every guard of a row links to its explanation on the page, with its statuses", async () => {
  const page = await (await openPolicy()).text();
  const links = new Set(Array.from(page.matchAll(/href="#(guard-[^"]*)"/g), ([, id]) => id));
  const ids = new Set(Array.from(page.matchAll(/id="(guard-[^"]*)"/g), ([, id]) => id));
  expect(ids).toEqual(links);
  const sentences = table.flatMap(({ guards }) => guards.map(({ explanation = "?" }) => escaped(explanation)));
  expect(sentences.filter((sentence) => !page.includes(sentence))).toEqual([]);
  expect(page).toContain("API keys are not accepted. Denies with 303, 401 or 403.");
});

const every: readonly [query: Record<string, string>, expected: readonly string[]][] = [
  [{}, [...idsOf(table), PREFLIGHT]],
  [{ guard: "", role: "", key: "", path: "" }, [...idsOf(table), PREFLIGHT]],
  [{ guard: "none" }, [...idsOf(table.filter(({ guards }) => guards.length === 0)), PREFLIGHT]],
  [{ guard: "requireAuth" }, idsOf(table.filter((route) => names(route).includes("requireAuth")))],
  [{ guard: "rateLimit(api)" }, idsOf(table.filter((route) => names(route).includes("rateLimit(api)")))],
  [{ path: "/THINGS" }, idsOf(table.filter(({ path }) => path.includes("/things")))],
  [{ path: " /api/things/:" }, idsOf(table.filter(({ path }) => path.startsWith("/api/things/:")))],
  [{ role: "visitor" }, [...idsOf(table.filter((route) => !authenticates(route))), PREFLIGHT]],
  [{ role: "user" }, [...idsOf(table.filter((route) => !names(route).includes("requireRole(admin)"))), PREFLIGHT]],
  [{ role: "admin" }, [...idsOf(table), PREFLIGHT]],
  [{ key: PERMISSION }, ["GET/api/things", "GET/api/things/:id"]],
  [{ key: "any" }, idsOf(table.filter((route) => names(route).some((name) => name.startsWith("requirePermission("))))],
  [{ key: PERMISSION, role: "admin" }, ["GET/api/things", "GET/api/things/:id"]],
  [
    { key: "any", path: "/api/things", guard: "requireOwnership" },
    ["GET", "PATCH", "DELETE"].map((method) => `${method}/api/things/:id`),
  ],
  [{ role: "visitor", path: "things" }, ["GET/things/about"]],
  [{ role: "user", path: "/api/things/export" }, ["GET/api/things/export"]],
];

test.each(every)("%j", async (query, expected) => {
  const response = await openPolicy(query);
  expect(response.status).toBe(200);
  const page = await response.text();
  expect(rowsIn(page).map(({ id }) => id)).toEqual(expected);
  for (const [name, value] of Object.entries(query).filter(([name, value]) => name !== "path" && value !== ""))
    expect(page, name).toContain(`<option value="${value}" selected>`);
});

test("filters combine: a row is shown if it matches all of them", async () => {
  const parts = [{ guard: "requireCsrf" }, { role: "user" }, { path: "a" }];
  const [guard, role, path] = await Promise.all(parts.map(idsFor));
  const together = await idsFor(Object.assign({}, ...parts));
  expect(together).toEqual(guard?.filter((id) => role?.includes(id) && path?.includes(id)));
  expect(together.length).toBeGreaterThan(0);
});

describe("an invalid filter", () => {
  test.each([
    [{ guard: "requireMagic" }, "No route has the guard “requireMagic”."],
    [{ guard: "requireRole" }, "No route has the guard “requireRole”."],
    [{ role: "root" }, "The role must be visitor, user or admin."],
    [{ key: "things:burn" }, "No route requires the permission “things:burn”."],
    [{ role: "visitor", key: "any" }, "A visitor has no API key. Choose another role, or no key."],
    [{ path: "x".repeat(201) }, "At most 200 characters."],
    [{ guard: "<b>" }, "No route has the guard “&lt;b&gt;”."],
  ])("%j is 400 with a message and no rows", async (query, message) => {
    const response = await openPolicy(query);
    const page = await response.text();
    expect([response.status, rowsIn(page)]).toEqual([400, []]);
    expect(page).toContain(message);
  });

  test("a repeated field is 400 with a message", async () => {
    const response = await send("/policy?path=a&path=b");
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("Choose one value.")]);
  });
});

test.each([{ guard: "none", path: "/things" }, { path: "/no/such/path" }])(
  "%j matches no route, and the page says so",
  async (query) => {
    const response = await openPolicy(query);
    const page = await response.text();
    expect([response.status, rowsIn(page)]).toEqual([200, []]);
    expect(page).toContain("No route matches this filter.");
  },
);
