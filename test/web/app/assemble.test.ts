import { createExecutionContext, env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import type { Activity, AppPaths, NavigationEntry } from "../../../src/env.ts";
import { requirePermission } from "../../../src/identity/guards/require-permission.ts";
import { assemble } from "../../../src/web/app/assemble.ts";
import { type Feature, feature } from "../../../src/web/app/feature.ts";
import { route } from "../../../src/web/app/scope.ts";
import { sweepRows } from "../../../src/web/app/sweep.ts";

const at = (path: string, ...permissions: `${string}:${string}`[]) =>
  route.get(path, { guards: permissions.map((name) => requirePermission(name)), resolve: () => new Response(path) });

const page = (path: string, who: NavigationEntry["for"]): NavigationEntry => ({ label: path.slice(1), path, for: who });

/** A feature with one route for each path that it mentions. */
function createFeature(name: string, given: Partial<Feature> = {}): Feature {
  const paths = new Set([`/${name}`, ...Object.values(given.paths ?? {}), ...(given.page ? [given.page.path] : [])]);
  return feature({ name, routes: [...paths].map((path) => at(path)), ...given });
}

const factsOf = (...features: Feature[]) => assemble({ parts: [], features }).facts;

describe("the start page", () => {
  const home = createFeature("home", { paths: { home: "/" } });
  const account = createFeature("account", { paths: { account: "/account" } });
  const notes = createFeature("notes", { page: page("/notes", "user") });
  const live = createFeature("live", { page: page("/live", "anyone") });

  test.each([
    ["the first page for users", [live, notes, home, account], "/notes", "/"],
    ["the account without such a page", [live, home, account], "/account", "/"],
    ["the front page without an account", [live, home], "/", "/"],
    ["also the front page where there is none", [live, notes], "/notes", "/notes"],
    ["the root of an app without pages", [], "/", "/"],
  ])("is %s", (_, features, startPath, homePath) => {
    expect(factsOf(...features)).toMatchObject({ startPath, homePath });
  });
});

test("the facts about features contain their names and numbers of routes, without the lower floors", () => {
  const features = [createFeature("b", { paths: { home: "/1", account: "/2" } }), createFeature("a")];
  const { facts } = assemble({ parts: [{ routes: [at("/part")] }], features });
  expect(facts.features).toEqual(features.map(({ name, routes }) => ({ name, routes: routes.length })));
  expect(new Set(facts.features.map(({ routes }) => routes)).size).toBe(2);
});

test("the navigation has the pages in the order of the features", () => {
  const features = ["c", "a", "b"].map((name) => createFeature(name, { page: page(`/${name}`, "anyone") }));
  expect(factsOf(...features, createFeature("none")).navigation.map(({ label }) => label)).toEqual(["c", "a", "b"]);
});

test("API keys can be granted each permission that a route requires, once", () => {
  const routes = [at("/1", "b:write"), at("/2", "a:read"), at("/3", "b:write", "b:read")];
  expect(factsOf(feature({ name: "x", routes })).permissions).toEqual(["a:read", "b:read", "b:write"]);
  requirePermission("never:used");
  expect(factsOf(createFeature("x")).permissions).toEqual([]);
});

test("checks, activities, paths, erasures and sweeps come from every part and feature", () => {
  const sweepOf = (table: string) => sweepRows({ table, key: "id", where: "FALSE" });
  const erasureOf = (table: string) => ({ table, key: "id", owner: "owner_id = deleted_users.id" });
  const activity: Activity = { name: "visit", text: "A visit", routes: ["GET /x"] };
  const check = async () => {};
  const { facts, sweeps } = assemble({
    parts: [
      {
        checks: { base: check },
        sweeps: ({ erasures }) => erasures.map(({ table }) => sweepOf(`base ${table}`)),
        erasures: [erasureOf("a")],
      },
    ],
    features: [
      createFeature("x", {
        checks: { x: check },
        sweeps: [sweepOf("x1"), sweepOf("x2")],
        erasures: [erasureOf("b")],
        activities: [activity],
      }),
      createFeature("y", { paths: { signIn: "/in" } }),
    ],
  });
  expect(facts).toMatchObject({ checks: { base: check, x: check }, activities: [activity], paths: { signIn: "/in" } });
  expect(facts.erasures).toEqual([erasureOf("a"), erasureOf("b")]);
  expect(sweeps.map(({ table }) => table)).toEqual(["base a", "base b", "x1", "x2"]);
});

test("requests get the facts, and hooks run in the order of the list", async () => {
  const seen: unknown[] = [];
  const note = (what: unknown) => {
    seen.push(what);
    return undefined;
  };
  const { app, facts } = assemble({
    parts: [{ onRequest: () => void seen.push("part request"), onSend: () => note("part") }],
    features: [
      feature({
        name: "x",
        routes: [route.get("/x", { resolve: ({ locals }) => Response.json(locals.app.permissions) })],
        onSend: ({ context }) => note(context.locals.app),
      }),
    ],
  });
  const response = await app.fetch(new Request("http://localhost/x"), env, createExecutionContext());
  expect([response.status, seen]).toEqual([200, ["part request", "part", facts]]);
  expect(facts.handlers).toBe(app.handlers);
});

test("each path with CORS answers a preflight", async () => {
  const { app } = assemble({
    parts: [],
    features: [
      feature({ name: "x", routes: [route.get("/x", { cors: true, resolve: () => new Response() }), at("/y")] }),
    ],
  });
  const request = new Request("http://localhost/x", { method: "OPTIONS" });
  const { status, headers } = await app.fetch(request, env, createExecutionContext());
  expect([status, headers.get("Allow")]).toEqual([204, "GET, HEAD, OPTIONS"]);
});

test.each<[string, () => Feature[], string]>([
  ["two features of one name", () => [createFeature("x"), createFeature("x", { routes: [at("/y")] })], '"x"'],
  [
    "two checks of one name",
    () => ["x", "y"].map((name) => createFeature(name, { checks: { db: async () => {} } })),
    '"db"',
  ],
  ["a page without a route", () => [feature({ name: "x", routes: [], page: page("/gone", "user") })], "/gone"],
  ["a path without a route", () => [feature({ name: "x", routes: [], paths: { signIn: "/gone" } })], "/gone"],
  [
    "a path of two features",
    () => ["x", "y"].map((name) => createFeature(name, { paths: { home: `/home-${name}` } satisfies AppPaths })),
    '"home"',
  ],
])("%s are refused at set-up", (_, features, named) => {
  expect(() => assemble({ parts: [], features: features() })).toThrow(named);
});

test("the exceptions of features are merged, and preflights are one only where a route has CORS", () => {
  const unlimited = { "GET /x": "it reaches no storage" };
  const page = createFeature("x", { exceptions: { unlimited } });
  const api = feature({
    name: "y",
    routes: [route.get("/api/y", { cors: true, resolve: () => new Response() })],
    exceptions: { unauthenticated: { "POST /api/y": "anybody may" } },
  });
  expect(factsOf(page).exceptions).toEqual({ unauthenticated: {}, unlimited });
  expect(factsOf(page, api).exceptions).toEqual({
    unauthenticated: { "POST /api/y": "anybody may" },
    unlimited: { ...unlimited, "OPTIONS *": expect.stringContaining("preflights") },
  });
});
