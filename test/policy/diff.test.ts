/** Which sentence a change of the policy gets, and in which group. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readLimitConfig } from "../../scripts/limit-config.ts";
import { type Group, mergeChanges } from "../../scripts/policy-changes.ts";
import { comparePolicies, formatDiff } from "../../scripts/policy-diff.ts";
import { mayAdmitMore } from "../../scripts/policy-limit-changes.ts";
import { type PrintedLimit, parseLimit } from "../../scripts/policy-limits.ts";
import { type PrintedPolicy, type PrintedRoute, parsePolicy } from "../../scripts/policy-parse.ts";
import { formatPolicy } from "../../scripts/policy-text.ts";
import { app, facts } from "../../src/app.ts";
import { describeApp } from "../../src/web/app/policy.ts";
import wrangler from "../../wrangler.toml?raw";
import { anyPrintedLimit, anyRoute, toPrintedRoute } from "./any-policy.ts";

/** @param guards As the policy prints them: `requireAuth → requireForm(9 B)*`. */
function route(label: string, guards: string, rest: Partial<PrintedRoute> = {}): PrintedRoute {
  const [methods = "", path = ""] = label.split(" ");
  const read = guards === "" ? [] : guards.split(" → ").map(readGuard);
  const empty = { cors: false, schemas: [], maxBodyBytes: null, onResponse: [], onError: [] };
  return { methods: methods.split(","), path, guards: read, ...empty, ...rest };
}

function readGuard(text: string): PrintedRoute["guards"][number] {
  const [, name = "", detail, mark] = /^(\w+)(?:\((.*)\))?(\*?)$/.exec(text) ?? [];
  return { name, phase: mark ? "input" : "head", ...(detail && { detail }) };
}

const HOOKS = { onRequest: ["supplyLocals"], onResponse: [], onError: [], onSend: ["sealResponse"] };
const EXCEPTIONS = { unauthenticated: { "POST /login": "the password" }, unlimited: { "GET /health": "memory" } };

function policy(routes: readonly PrintedRoute[], rest: Partial<PrintedPolicy> = {}): PrintedPolicy {
  return { hooks: HOOKS, exceptions: EXCEPTIONS, limits: [], routes, ...rest };
}

const compare = (before: PrintedPolicy, after: PrintedPolicy) => mergeChanges(comparePolicies(before, after));
const only = (group: Group, ...sentences: readonly string[]) => ({
  widening: [],
  narrowing: [],
  neutral: [],
  [group]: sentences,
});

/** Each change of guards of POST /x: before, after, the sentence one way, and the sentence the other way. */
type Guards = readonly [before: string, after: string, there: [Group, string], back: [Group, string]];
const GUARDS: readonly Guards[] = [
  [
    "requireAuth → requireRole(admin)",
    "requireAuth",
    ["widening", "removes requireRole(admin) from POST /x"],
    ["narrowing", "adds requireRole(admin) to POST /x"],
  ],
  [
    "rateLimit(api) → requireAuth → requireCsrf",
    "rateLimit(api) → requireCsrf",
    ["widening", "anyone may now POST /x: removes requireAuth and leaves rateLimit(api) → requireCsrf"],
    ["narrowing", "adds requireAuth to POST /x"],
  ],
  [
    "requirePermission(notes:read) → requireOwnership*",
    "",
    ["widening", "anyone may now POST /x: removes requirePermission(notes:read), requireOwnership and leaves no guard"],
    ["narrowing", "adds requirePermission(notes:read), requireOwnership to POST /x"],
  ],
  [
    "requireAuth → requireApiKey",
    "requireApiKey",
    ["widening", "removes requireAuth from POST /x"],
    ["narrowing", "adds requireAuth to POST /x"],
  ],
  [
    "requireAuth",
    "requirePermission(notes:read)",
    ["widening", "replaces requireAuth by requirePermission(notes:read) in POST /x"],
    ["widening", "replaces requirePermission(notes:read) by requireAuth in POST /x"],
  ],
  [
    "requireRole(admin)",
    "requireRole(user)",
    ["widening", "replaces requireRole(admin) by requireRole(user) in POST /x"],
    ["widening", "replaces requireRole(user) by requireRole(admin) in POST /x"],
  ],
  [
    "requireForm(1024 B)*",
    "requireForm(16384 B)*",
    ["widening", "raises requireForm(1024 B) to requireForm(16384 B) in POST /x"],
    ["narrowing", "lowers requireForm(16384 B) to requireForm(1024 B) in POST /x"],
  ],
  [
    "limitSockets(20 per user, 10 per room)",
    "limitSockets(20 per user, 100 per room)",
    ["widening", "raises limitSockets(20 per user, 10 per room) to limitSockets(20 per user, 100 per room) in POST /x"],
    [
      "narrowing",
      "lowers limitSockets(20 per user, 100 per room) to limitSockets(20 per user, 10 per room) in POST /x",
    ],
  ],
  [
    "limitSockets(20 per user, 10 per room)",
    "limitSockets(10 per user, 20 per room)",
    [
      "widening",
      "replaces limitSockets(20 per user, 10 per room) by limitSockets(10 per user, 20 per room) in POST /x",
    ],
    [
      "widening",
      "replaces limitSockets(10 per user, 20 per room) by limitSockets(20 per user, 10 per room) in POST /x",
    ],
  ],
  [
    "requireForm(1024 B)",
    "requireForm",
    ["widening", "replaces requireForm(1024 B) by requireForm in POST /x"],
    ["widening", "replaces requireForm by requireForm(1024 B) in POST /x"],
  ],
  [
    "requireAge(18)",
    "requireAge(21)",
    ["widening", "replaces requireAge(18) by requireAge(21) in POST /x"],
    ["widening", "replaces requireAge(21) by requireAge(18) in POST /x"],
  ],
  [
    "rateLimit(api) → requireCsrf → requireOwner",
    "rateLimit(api) → requireCsrf* → requireOwner*",
    ["widening", "moves requireCsrf, requireOwner behind the reading of the body in POST /x"],
    ["narrowing", "moves requireCsrf, requireOwner before the reading of the body in POST /x"],
  ],
  [
    "a → requireAuth → requireCsrf → b",
    "a → requireCsrf → requireAuth → b",
    ["widening", "reorders guards of POST /x: requireAuth → requireCsrf becomes requireCsrf → requireAuth"],
    ["widening", "reorders guards of POST /x: requireCsrf → requireAuth becomes requireAuth → requireCsrf"],
  ],
  [
    "rateLimit(a) → rateLimit(a)",
    "rateLimit(a)",
    ["widening", "removes rateLimit(a) from POST /x"],
    ["narrowing", "adds rateLimit(a) to POST /x"],
  ],
];

describe.each(GUARDS)("guards %s and %s", (before, after, [group, sentence], [groupBack, sentenceBack]) => {
  const [was, is] = [before, after].map((guards) => policy([route("POST /x", guards)])) as [
    PrintedPolicy,
    PrintedPolicy,
  ];

  test("there", () => expect(compare(was, is)).toEqual(only(group, sentence)));
  test("and back", () => expect(compare(is, was)).toEqual(only(groupBack, sentenceBack)));
});

test("a list that holds one object twice counts it twice", () => {
  const one = { name: "a", phase: "head" } as const;
  const [was, is] = [[one, one], [one]].map((guards) => policy([route("POST /x", "", { guards })])) as [
    PrintedPolicy,
    PrintedPolicy,
  ];
  expect(compare(was, is)).toEqual(only("widening", "removes a from POST /x"));
});

test("guards are replaced, moved, reordered, removed and added at once", () => {
  const was = policy([route("POST /x", "a → b → requireRole(admin) → gone → c")]);
  const is = policy([route("POST /x", "b → a → requireRole(user) → new → c*")]);
  expect(compare(was, is)).toEqual({
    widening: [
      "removes gone from POST /x",
      "replaces requireRole(admin) by requireRole(user) in POST /x",
      "moves c behind the reading of the body in POST /x",
      "reorders guards of POST /x: a → b becomes b → a",
    ],
    narrowing: ["adds new to POST /x"],
    neutral: [],
  });
});

/** Other properties of a route that authenticates. */
type Properties = readonly [Partial<PrintedRoute>, Partial<PrintedRoute>, [Group, string], [Group, string]];
const PROPERTIES: readonly Properties[] = [
  [
    { maxBodyBytes: 1024 },
    { maxBodyBytes: 16384 },
    ["widening", "raises the body limit of PUT /x from 1024 B to 16384 B"],
    ["narrowing", "lowers the body limit of PUT /x from 16384 B to 1024 B"],
  ],
  [
    { maxBodyBytes: 1024 },
    {},
    ["widening", "removes the body limit of 1024 B from PUT /x"],
    ["narrowing", "adds a body limit of 1024 B to PUT /x"],
  ],
  [{}, { cors: true }, ["widening", "adds CORS to PUT /x"], ["narrowing", "removes CORS from PUT /x"]],
  [
    { schemas: ["params", "query"] },
    { schemas: ["params"] },
    ["widening", "removes the schema of the query from PUT /x"],
    ["narrowing", "adds a schema of the query to PUT /x"],
  ],
  [
    {},
    { onResponse: ["record"] },
    ["widening", "changes the hooks of PUT /x: onResponse from - to record"],
    ["widening", "changes the hooks of PUT /x: onResponse from record to -"],
  ],
  [
    { onError: ["a", "b"] },
    { onError: ["b", "a"] },
    ["widening", "changes the hooks of PUT /x: onError from a → b to b → a"],
    ["widening", "changes the hooks of PUT /x: onError from b → a to a → b"],
  ],
];

describe.each(PROPERTIES)(
  "a route with %o and with %o",
  (before, after, [group, sentence], [groupBack, sentenceBack]) => {
    const [was, is] = [before, after].map((rest) => policy([route("PUT /x", "requireAuth", rest)])) as [
      PrintedPolicy,
      PrintedPolicy,
    ];

    test("there", () => expect(compare(was, is)).toEqual(only(group, sentence)));
    test("and back", () => expect(compare(is, was)).toEqual(only(groupBack, sentenceBack)));
  },
);

describe("routes", () => {
  const kept = route("GET,HEAD /", "");
  test.each<[what: string, added: PrintedRoute[], Group, string[]]>([
    ["that authenticates", [route("POST /x", "rateLimit(api) → requireAuth")], "neutral", ["adds POST /x"]],
    [
      "that authenticate",
      [route("GET,HEAD /x", "requireAuth"), route("PUT,DELETE /x/:id", "requirePermission(x)*")],
      "neutral",
      ["adds 3 routes: GET /x, PUT /x/:id, DELETE /x/:id"],
    ],
    ["without a guard", [route("GET,HEAD /x", "")], "widening", ["anyone may now GET /x: a new route without a guard"]],
    [
      "of every method",
      [route("* /x", "requireForm(9 B)*")],
      "widening",
      ["anyone may now use any method of /x: a new route with requireForm(9 B)*"],
    ],
    [
      "that do not authenticate",
      [route("POST /x", "rateLimit(api)"), route("POST /y", "rateLimit(api)")],
      "widening",
      ["anyone may now use 2 routes (a new route with rateLimit(api)): POST /x, POST /y"],
    ],
    ["of preflights", [route("OPTIONS *", "", { cors: true })], "widening", ["adds OPTIONS *"]],
  ])("%s", (_, added, group, sentences) => {
    expect(compare(policy([kept]), policy([...added, kept]))).toEqual(only(group, ...sentences));
  });

  test("that are removed narrow", () => {
    const gone = [route("POST /x", ""), route("PUT,PATCH /y", "requireAuth")];
    expect(compare(policy([...gone, kept]), policy([kept]))).toEqual(
      only("narrowing", "removes 3 routes: POST /x, PUT /y, PATCH /y"),
    );
  });

  test("of another path are removed and added", () => {
    expect(compare(policy([route("POST /x", "requireAuth")]), policy([route("POST /y", "requireAuth")]))).toEqual({
      widening: [],
      narrowing: ["removes POST /x"],
      neutral: ["adds POST /y"],
    });
  });

  test("in another order", () => {
    expect(compare(policy([kept, route("POST /x", "")]), policy([route("POST /x", ""), kept]))).toEqual(
      only("neutral", "reorders the routes of the table"),
    );
  });

  test("that share a change share its sentence", () => {
    const labels = ["GET /a", "PUT,PATCH /b", "POST /c"];
    const was = policy(labels.map((label) => route(label, "requireAuth → requireCsrf", { maxBodyBytes: 1 })));
    const is = policy(labels.map((label) => route(label, "requireAuth", { maxBodyBytes: 2 })));
    expect(compare(was, is)).toEqual(
      only(
        "widening",
        "removes requireCsrf from 4 routes: GET /a, PUT /b, PATCH /b, POST /c",
        "raises the body limit of 4 routes from 1 B to 2 B: GET /a, PUT /b, PATCH /b, POST /c",
      ),
    );
  });
});

/** @param text As the policy prints it: `rateLimit(api)  600 requests per 60 s`. */
function limit(text: string): PrintedLimit {
  const [name = "", numbers = ""] = text.split(/ {2,}/);
  const found = parseLimit(name, numbers);
  if (!found) throw new Error(`${text} is not a limit`);
  return found;
}

/** Each change of numbers of a limit in two routes: before, after, the sentence one way, and the sentence the other way. */
type Numbers = readonly [before: string, after: string, there: [Group, string], back: [Group, string]];
const NUMBERS: readonly Numbers[] = [
  [
    "30 requests per 60 s",
    "300 requests per 60 s",
    ["widening", "raises rateLimit(sign-in) from 30 to 300 requests per 60 s"],
    ["narrowing", "lowers rateLimit(sign-in) from 300 to 30 requests per 60 s"],
  ],
  [
    "1000 notes",
    "1001 notes",
    ["widening", "raises rateLimit(sign-in) from 1000 to 1001 notes"],
    ["narrowing", "lowers rateLimit(sign-in) from 1001 to 1000 notes"],
  ],
  [
    "30 requests per 60 s",
    "30 requests per 59 s",
    ["widening", "changes rateLimit(sign-in) from 30 requests per 60 s to 30 requests per 59 s"],
    ["narrowing", "changes rateLimit(sign-in) from 30 requests per 59 s to 30 requests per 60 s"],
  ],
  [
    "30 requests per 60 s",
    "31 requests per 3600 s",
    ["widening", "changes rateLimit(sign-in) from 30 requests per 60 s to 31 requests per 3600 s"],
    ["widening", "changes rateLimit(sign-in) from 31 requests per 3600 s to 30 requests per 60 s"],
  ],
  [
    "60 requests per 60 s",
    "1 requests per 1 s",
    ["narrowing", "changes rateLimit(sign-in) from 60 requests per 60 s to 1 requests per 1 s"],
    ["widening", "changes rateLimit(sign-in) from 1 requests per 1 s to 60 requests per 60 s"],
  ],
  [
    "60 requests per 60 s",
    "25 requests per 25 s",
    ["widening", "changes rateLimit(sign-in) from 60 requests per 60 s to 25 requests per 25 s"],
    ["widening", "changes rateLimit(sign-in) from 25 requests per 25 s to 60 requests per 60 s"],
  ],
  [
    "30 requests per 60 s",
    "20 failed attempts per 60 s",
    ["widening", "changes rateLimit(sign-in) from 30 requests per 60 s to 20 failed attempts per 60 s"],
    ["widening", "changes rateLimit(sign-in) from 20 failed attempts per 60 s to 30 requests per 60 s"],
  ],
  [
    "30 requests",
    "30 requests per 60 s",
    ["widening", "changes rateLimit(sign-in) from 30 requests to 30 requests per 60 s"],
    ["narrowing", "changes rateLimit(sign-in) from 30 requests per 60 s to 30 requests"],
  ],
];

describe.each(NUMBERS)("a limit of %s and of %s", (before, after, [group, sentence], [groupBack, sentenceBack]) => {
  const routes = [route("POST /x", "rateLimit(sign-in)"), route("GET,HEAD /y", "rateLimit(sign-in)")];
  const [was, is] = [before, after].map((numbers) =>
    policy(routes, { limits: [limit("rateLimit(api)  1 requests"), limit(`rateLimit(sign-in)  ${numbers}`)] }),
  ) as [PrintedPolicy, PrintedPolicy];

  test("there", () => expect(compare(was, is)).toEqual(only(group, `${sentence} (in 2 routes)`)));
  test("and back", () => expect(compare(is, was)).toEqual(only(groupBack, `${sentenceBack} (in 2 routes)`)));
});

describe("the sentence about a limit", () => {
  const change = (guards: string, name: string) => {
    const routes = [route("POST /x", guards), route("POST /y", "rateLimit(other)")];
    const [was, is] = [1, 2].map((max) => policy(routes, { limits: [limit(`${name}  ${max} things`)] }));
    return compare(was as PrintedPolicy, is as PrintedPolicy).widening;
  };

  test.each([
    ["the only limit of a guard", "requireQuota(notes)", "requireQuota(notes)", " (in POST /x)"],
    ["the second of a guard", "requireQuota(files, fileBytes)", "requireQuota(fileBytes)", " (in POST /x)"],
    ["before other words", "requireQuota(notes; retries pass)", "requireQuota(notes)", " (in POST /x)"],
    ["with a name that contains a comma", "rateLimit(a, b)", "rateLimit(a, b)", " (in POST /x)"],
    ["without a name", "rateLimit", "rateLimit", " (in POST /x)"],
    ["of another name", "requireQuota(files, fileBytes)", "requireQuota(file)", ""],
    ["of another guard", "requireQuota(sign-in)", "rateLimit(sign-in)", ""],
  ])("%s names the routes", (_, guards, name, where) => {
    expect(change(guards, name)).toEqual([`raises ${name} from 1 to 2 things${where}`]);
  });
});

describe("a limit that is in one of the policies only", () => {
  const limits = [limit("requireQuota(notes)  5 notes"), limit("requireQuota(files)  6 files")];
  const routes = (...guards: readonly string[]) =>
    guards.map((all, index) => route(`POST /${index}`, `requireAuth → ${all}`));
  const all = policy(routes("requireQuota(notes)", "requireQuota(notes, files)"), { limits });

  test("is said to be gone where its guard is left", () => {
    expect(compare(all, { ...all, limits: limits.slice(1) })).toEqual(
      only("widening", "no longer lists the limit requireQuota(notes), 5 notes (in 2 routes)"),
    );
    expect(compare(all, { ...all, limits: [] }).widening).toHaveLength(2);
  });

  test("is said to be gone if no guard ever showed it", () => {
    expect(compare(policy([], { limits }), policy([])).widening).toHaveLength(2);
  });

  test("is not said to be gone with its last guard, which is", () => {
    const after = policy(routes("requireCsrf", "requireCsrf"));
    expect(compare(all, after).widening).toEqual([
      "removes requireQuota(notes) from POST /0",
      "removes requireQuota(notes, files) from POST /1",
    ]);
  });

  test("is listed with its numbers when it is new, also since a text from before limits were printed", () => {
    const listed = (where: string) => `lists a new limit: requireQuota(notes), 5 notes (in ${where})`;
    const before = policy(routes("requireQuota(notes)"));
    expect(compare(before, { ...before, limits: limits.slice(0, 1) })).toEqual(only("neutral", listed("POST /0")));
    expect(compare(policy(routes("requireCsrf")), { ...before, limits: limits.slice(0, 1) })).toEqual({
      widening: ["removes requireCsrf from POST /0"],
      narrowing: ["adds requireQuota(notes) to POST /0"],
      neutral: [listed("POST /0")],
    });
  });
});

test("limits of the same name are compared in their order, without those that are the same", () => {
  const texts = (...numbers: readonly string[]) => ({ limits: numbers.map((some) => limit(`a(b)  ${some} x`)) });
  expect(compare(policy([], texts("1", "2", "3")), policy([], texts("1", "3", "4", "5")))).toEqual({
    widening: ["raises a(b) from 2 to 4 x", "lists another limit of this name: a(b), 5 x"],
    narrowing: [],
    neutral: [],
  });
  expect(compare(policy([], texts("2")), policy([], texts("2", "1")))).toEqual(
    only("neutral", "lists another limit of this name: a(b), 1 x"),
  );
});

test("every difference in a limit is mentioned, and one of two directions may widen", () => {
  const property = fc.property(anyPrintedLimit, anyPrintedLimit, fc.boolean(), (a, b, sameUnit) => {
    const after = { ...b, guard: a.guard, name: a.name, ...(sameUnit && { unit: a.unit }) };
    const differs =
      [a.max, a.unit, a.windowSeconds].join("\0") !== [after.max, after.unit, after.windowSeconds].join("\0");
    const of = (limit: PrintedLimit) => policy([], { limits: [limit] });
    const { widening, narrowing, neutral } = compare(of(a), of(after));
    expect([widening.length + narrowing.length, neutral]).toEqual([Number(differs), []]);
    const isReal = [a.max, after.max, a.windowSeconds ?? 1, after.windowSeconds ?? 1].every(
      (number) => number > 0 && Number.isFinite(number),
    );
    if (differs && isReal) expect(mayAdmitMore(a, after) || mayAdmitMore(after, a)).toBe(true);
  });
  fc.assert(property, { numRuns: 1000 });
});

describe("the app's hooks and the exceptions", () => {
  test.each<[what: string, Partial<PrintedPolicy>, Group, string]>([
    [
      "a hook less",
      { hooks: { ...HOOKS, onSend: [] } },
      "widening",
      "changes the hooks of the whole app: onSend from sealResponse to -",
    ],
    [
      "a hook more",
      { hooks: { ...HOOKS, onRequest: ["supplyLocals", "trace"] } },
      "widening",
      "changes the hooks of the whole app: onRequest from supplyLocals to supplyLocals → trace",
    ],
    [
      "an exception more",
      { exceptions: { ...EXCEPTIONS, unauthenticated: { ...EXCEPTIONS.unauthenticated, "PUT /x": "why\nnot" } } },
      "widening",
      "permits PUT /x to change state without a guard that authenticates: why\\u{a}not",
    ],
    [
      "a limit excepted",
      { exceptions: { ...EXCEPTIONS, unlimited: { ...EXCEPTIONS.unlimited, "PUT /x": "fast" } } },
      "widening",
      "permits PUT /x without a limit: fast",
    ],
    [
      "an exception less",
      { exceptions: { ...EXCEPTIONS, unlimited: {} } },
      "narrowing",
      "no longer permits GET /health without a limit",
    ],
    [
      "another reason",
      { exceptions: { ...EXCEPTIONS, unlimited: { "GET /health": "quick" } } },
      "neutral",
      "gives another reason for GET /health without a limit: quick",
    ],
  ])("%s", (_, rest, group, sentence) => {
    expect(compare(policy([]), policy([], rest))).toEqual(only(group, sentence));
  });
});

test("equal parts are not mentioned", () => {
  const own = parsePolicy(formatPolicy(describeApp(app, readLimitConfig(wrangler)), facts.exceptions));
  expect(formatDiff("main (1a2b3c)", own, own)).toBe("No change of policy since main (1a2b3c).\n");
});

const printed = anyRoute.map((any) => toPrintedRoute({ ...any, methods: ["POST"], path: "/x" }));

test("every difference in a route is mentioned", () => {
  const property = fc.property(
    printed,
    printed,
    fc.subarray(["guards", "cors", "schemas", "maxBodyBytes"]),
    (a, b, same) => {
      const after = { ...b, ...Object.fromEntries(same.map((key) => [key, a[key as keyof PrintedRoute]])) };
      const differs =
        JSON.stringify({ ...a, maxBodyBytes: `${a.maxBodyBytes}` }) !==
        JSON.stringify({ ...after, maxBodyBytes: `${after.maxBodyBytes}` });
      expect(comparePolicies(policy([a]), policy([after])).length > 0).toBe(differs);
    },
  );
  fc.assert(property, { numRuns: 300 });
});

test("a guard less widens, wherever it stood and whatever else changes", () => {
  const property = fc.property(printed, fc.nat(), fc.boolean(), (before, at, cors) => {
    fc.pre(before.guards.length > 0);
    const guards = before.guards.toSpliced(at % before.guards.length, 1);
    const { widening } = compare(policy([before]), policy([{ ...before, guards, cors }]));
    expect(widening.join("\n")).toContain("removes ");
  });
  fc.assert(property);
});

test("three groups have headings, what widens first", () => {
  const was = policy([route("POST /x", "requireAuth → requireRole(admin)")]);
  const is = policy([route("POST /x", "requireAuth"), route("GET /y", "requireAuth")]);
  expect(formatDiff("main (1a2b3c)", was, is)).toBe(`\
Changes of policy since main (1a2b3c):

WIDENS, OR MAY WIDEN
- removes requireRole(admin) from POST /x

NARROWS
- nothing

NEITHER WIDENS NOR NARROWS
- adds GET /y
`);
});

test("a path, a name and a unit cannot write a line of their own", () => {
  const lines = "a\n- nothing";
  const limits = (max: number) => ({ limits: [{ guard: lines, name: lines, max, unit: lines }] });
  const limited = {
    ...route("POST /x", ""),
    path: `/${lines}`,
    guards: [{ name: lines, detail: lines, phase: "head" }],
  } as const;
  expect(formatDiff("main", policy([limited], limits(1)), policy([limited], limits(2)))).toContain(
    "- raises a\\u{a}- nothing(a\\u{a}- nothing) from 1 to 2 a\\u{a}- nothing (in POST /a\\u{a}- nothing)\n\n",
  );
  const hostile = { ...route("POST /x", ""), path: "/x\n- nothing" };
  expect(formatDiff("main", policy([]), policy([hostile]))).toContain(
    "- anyone may now POST /x\\u{a}- nothing: a new route without a guard\n",
  );
});
