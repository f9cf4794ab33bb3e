/** The verdicts of the page: the app then decides the same, and previews neither count nor change anything. */
import { env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { assumeVisitor, previewRoute, ROLES } from "../../../src/features/policy/verdict.ts";
import { describePolicy, type PolicyRoute, rowIdOf } from "../../../src/web/app/policy.ts";
import { openRequestDatabase } from "../../../src/web/platform/request-database.ts";
import { app, createAccount, createKey, createLocals, facts, openBrowser, PERMISSION, send } from "../../harness.ts";
import { traceOf } from "../../trace.ts";
import { openPolicy, readRows } from "./policy-page.ts";

const [user, admin] = [await createAccount(), await createAccount({ role: "admin" })];
const json = { Accept: "application/json" };
const visitors: readonly [name: string, headers: Record<string, string>][] = [
  ["a visitor", json],
  ["a user with a browser", { ...(await openBrowser(user)).headers, ...json }],
  ["a user with a token", { ...user.headers, ...json }],
  ["an administrator with a browser", { ...(await openBrowser(admin)).headers, ...json }],
  ["an administrator with a token", { ...admin.headers, ...json }],
  ["an API key", { "X-API-Key": (await createKey(user, [PERMISSION])).key, ...json }],
  ["an administrator's API key", { "X-API-Key": (await createKey(admin, [...facts.permissions])).key, ...json }],
  ["an API key without permissions", { "X-API-Key": (await createKey(user, [])).key, ...json }],
];

const table = describePolicy(app.handlers);
const rowOf = ({ methods, path }: PolicyRoute) => rowIdOf({ method: methods, path });
/** GET routes with a fixed address. */
const sample = table.filter(({ methods, path }) => methods.includes("GET") && !/[:*]/.test(path));

describe.each(visitors)("%s", (_, headers) => {
  test("is shown the verdict that the app then reaches", async () => {
    const shown = new Map((await readRows({}, headers)).map(({ id, verdict }) => [id, verdict]));
    const seen = new Set<string>();
    for (const route of sample) {
      const verdict = shown.get(rowOf(route)) ?? "";
      const [kind = ""] = verdict.split(" ");
      seen.add(kind);
      // A stream would not end, and "depends" predicts nothing.
      if (kind === "depends") continue;
      const response = await send(route.path, { headers });
      const denied = traceOf(response).find((decision) => decision.endsWith(":deny"));
      await response.body?.cancel();
      const decided = denied === undefined ? "allow" : `deny (by ${denied.replace(/:deny$/, "")})`;
      expect(decided, route.path).toBe(verdict);
    }
    expect([...seen]).toContain("allow");
  });
});

test("the sample has routes that deny some visitors and allow others", async () => {
  const verdicts = await Promise.all(visitors.map(async ([, headers]) => readRows({ path: "/things" }, headers)));
  const of = (id: string) => verdicts.map((rows) => rows.find((row) => row.id === id)?.verdict);
  const denied = "deny (by requireAuth)";
  expect(of("GET/things")).toEqual([denied, "allow", "allow", "allow", "allow", denied, denied, denied]);
  expect(new Set(of("GET/things/about"))).toEqual(new Set(["allow"]));
  const lacking = "deny (by requirePermission(things:read))";
  expect(of("GET/api/things")).toEqual([lacking, "allow", "allow", "allow", "allow", "allow", "allow", lacking]);
});

test("a verdict names every guard that only the request can decide", async () => {
  const rows = await readRows({ role: "user" });
  expect(rows.find(({ id }) => id === "PATCH/api/things/:id")?.verdict).toBe(
    "depends on requireCsrf, requireOwnership, requireContentType(application/json)",
  );
});

test("a credential counts only for the guards after the one that authenticates", () => {
  const { guards } = table.find(({ path, methods }) => path === "/api/things/:id" && methods.includes("PATCH")) ?? {};
  const of = (...names: readonly string[]) => (guards ?? []).filter(({ name }) => names.includes(name));
  const visitor = assumeVisitor(new Request("http://localhost"), createLocals(), {
    role: "user",
    permissions: facts.permissions,
  });
  const verdictOf = (...names: readonly string[]) =>
    previewRoute({ guards: of(...names), methods: ["POST"] }, visitor).kind;
  expect([verdictOf("requireCsrf"), verdictOf("requirePermission", "requireCsrf")]).toEqual(["depends", "allow"]);
});

test.each(visitors)("the page names the visitor: %s", async (name, headers) => {
  const page = await (await openPolicy({}, headers)).text();
  const expected =
    name === "a visitor"
      ? "a visitor who is not signed in"
      : name.includes("key")
        ? "your API key"
        : "you, Somebody, with the role";
  expect(page).toContain(`The verdicts are for ${name === "a visitor" ? "you, " : ""}${expected}`);
});

test.each([
  ["", "The verdicts are for you, a visitor who is not signed in."],
  ["visitor", "The verdicts are for a visitor who is not signed in."],
  ["user", "The verdicts are for a user who has just signed in"],
  ["admin", "The verdicts are for an administrator who has just signed in"],
])("the page says whom the verdicts are for: %j", async (role, text) => {
  expect(await (await openPolicy({ role })).text()).toContain(text);
});

describe("a preview", () => {
  const request = new Request("http://localhost/policy", { method: "POST", body: "unread" });
  /** Has the variables, and throws for each binding. */
  const withoutBindings = new Proxy(env, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value === "object") throw new Error(`A preview uses the binding ${String(name)}`);
      return value;
    },
  });
  const unused = new Proxy({} as D1Database, {
    get: () => {
      throw new Error("A preview uses the database");
    },
  });
  const ctx = new Proxy({} as ExecutionContext, {
    get: (_, name) => {
      throw new Error(`A preview uses ctx.${String(name)}`);
    },
  });
  const locals = {
    env: withoutBindings,
    db: openRequestDatabase(unused),
    ctx,
    app: facts,
    requestId: "x",
    startedAt: 0,
  };
  const assumed = [
    ...ROLES.map((role) => ({ role })),
    { role: "user" as const, permissions: facts.permissions },
    { role: "user" as const, permissions: [] },
  ];
  const previewed = table.flatMap(({ guards }) => guards).filter(({ preview }) => preview);

  test.each(assumed)("reads neither a binding nor the body: %j", (who) => {
    const visitor = assumeVisitor(request, locals, who);
    for (const route of table) previewRoute(route, visitor);
    for (const { preview, name } of previewed)
      expect(["allow", "deny", "depends"], name).toContain(
        preview?.({ ...visitor, methods: ["POST"], isAuthenticated: true }),
      );
    expect(request.bodyUsed).toBe(false);
  });

  test("exists for guards of several kinds", () => {
    expect(new Set(previewed.map(({ name }) => name)).size).toBeGreaterThan(5);
  });

  test("counts nothing: opening the page counts as one request", async () => {
    const remaining = async (query = {}) => {
      const response = await openPolicy(query, user.headers);
      return Number(/"api";r=(\d+)/.exec(response.headers.get("RateLimit") ?? "")?.[1]);
    };
    const first = await remaining();
    expect(first).toBeGreaterThan(3);
    for (const [index, query] of [{}, { role: "admin" }, { key: "any" }].entries())
      expect(await remaining(query)).toBe(first - 1 - index);
  });

  test("of a limit that is used up is `depends`", async () => {
    const account = await createAccount();
    const opened = await readRows({ path: "/things" }, account.headers);
    expect(opened.find(({ id }) => id === "GET/things")?.verdict).toBe("allow");
    const last = await readRows({ path: "/things" }, (await createAccount()).headers, { API_RATE_LIMIT: 1 });
    expect(last.find(({ id }) => id === "GET/things")?.verdict).toBe("depends on rateLimit(api)");
  });
});
