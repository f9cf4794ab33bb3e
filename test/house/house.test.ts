/** Holds the project's tree to the rules of its layout, and each rule to a tree that breaks it. */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import * as rules from "./rules.ts";
import { readTree, walk } from "./tree.ts";

const root = fileURLToPath(new URL("../../", import.meta.url).href);
const tree = readTree(root);

/** A file of a bad example, with the opening sentence that every file has. */
const file = (path: string, code = "") => ({ path, text: `/** Owns an example. */\n${code}\n` });

interface Case {
  readonly name: string;
  readonly rule: rules.Rule;
  /** Each breaks the rule on its own. */
  readonly bad: readonly (readonly rules.SourceFile[])[];
}

const lockfile = (path: string, entry: object) => ({
  path,
  text: JSON.stringify({ packages: { "": { name: "app" }, "node_modules/x": entry } }, null, 1),
});
const DECLARATION = 'declare module "../../env.ts" {\n  interface Env {\n    readonly TODOS: KVNamespace;\n  }\n}';
const BOUND = '[[durable_objects.bindings]]\nname = "ROOM"\nclass_name = "Room"\n';
const sql = (path: string, text: string) => ({ path, text: `-- An example.\n${text}\n` });
const toml = (text: string) => ({ path: "wrangler.toml", text });
const app = (imported: readonly string[], listed = imported) =>
  file(
    "src/app.ts",
    [
      ...imported.map((name) => `import { ${name.replaceAll("-", "")} } from "./features/${name}/index.ts";`),
      `const features = [${listed.join(", ")}];`,
    ].join("\n"),
  );
const importing = (path: string, target: string) => [file(path, `import { x } from "${target}";`)];

const cases: Case[] = [
  {
    name: "imports go from left to right",
    rule: rules.directions,
    bad: [
      importing("src/web/html.ts", "../identity/tokens.ts"),
      importing("src/limits/client.ts", "../assets/manifest.ts"),
      importing("src/features/todos/index.ts", "../photos/store.ts"),
      importing("src/features/todos/index.ts", "../../app.ts"),
      importing("src/http/route.ts", "../env.ts"),
      importing("src/env.ts", "./web/log.ts"),
      [file("src/stray.ts")],
      [file("src/web/late.ts", 'const { x } = await import("../app.ts");')],
      [file("src/web/again.ts", 'export * from "../app.ts";')],
    ],
  },
  {
    name: "src/http imports nothing from outside itself",
    rule: rules.httpStandsAlone,
    bad: [
      importing("src/http/route.ts", "../web/html.ts"),
      importing("src/http/route.ts", "zod"),
      [file("src/http/route.ts", 'import type { X } from "zod";')],
      [file("src/http/route.ts", 'import "node:fs";')],
    ],
  },
  {
    name: "everybody enters src/http through its one door",
    rule: rules.oneDoor,
    bad: [importing("src/app.ts", "./http/route.ts"), importing("test/http/x.test.ts", "../../src/http/router.ts")],
  },
  {
    name: "stylesheets of features are in the layer of pages",
    rule: rules.stylesInLayer,
    bad: [
      [file("public/todos/todos.css", "/* Todos */\n\n.todo {\n  margin: 0;\n}\n")],
      [file("public/todos/todos.css", "@layer pages {\n  a {\n    margin: 0;\n  }\n}\n\n.todo {\n  margin: 0;\n}\n")],
      [file("public/todos/todos.css", "@layer components {\n  a {\n    margin: 0;\n  }\n}\n")],
    ],
  },
  {
    name: "every property of stylesheets is declared",
    rule: rules.declaredProperties,
    bad: [[file("public/style/base.css", "a { color: var(--ink) }")]],
  },
  {
    name: "bodies of requests are read through one function",
    rule: rules.bodiesThroughBodyOf,
    bad: [
      [file("src/web/a.ts", "const stream = request.body;")],
      [file("src/features/todos/api-routes.ts", "const todo = await c.request.json();")],
      [file("src/features/todos/api-routes.ts", "for await (const chunk of request.body ?? []) count(chunk);")],
      [file("src/features/todos/guards.ts", "const form = await request.clone().formData();")],
      [file("src/features/todos/guards.ts", "const { headers, body } = c.request;")],
    ],
  },
  {
    name: "ids are read in lower case",
    rule: rules.idsInLowerCase,
    bad: [
      [file("src/features/todos/schema.ts", "const body = z.object({ id: z.uuid() });")],
      [file("src/features/todos/schema.ts", "const body = z.object({ id: z.uuidv7() });")],
      [file("src/features/todos/guards.ts", 'const todo = await getTodo(db, c.raw.params.id ?? "");')],
      [file("src/features/todos/api-routes.ts", "await deleteTodo(db, params.id);")],
      [file("src/features/todos/api-routes.ts", "const { id } = c.params;")],
      [file("scripts/scaffold/template/src/features/x/guards.ts", "const x = await getX(db, raw.params.id);")],
    ],
  },
  {
    name: "no imports go in a circle",
    rule: rules.noCycles,
    bad: [
      [
        ...importing("src/web/a.ts", "./b.ts"),
        ...importing("src/web/b.ts", "./c.ts"),
        ...importing("src/web/c.ts", "./a.ts"),
      ],
      importing("src/web/a.ts", "./a.ts"),
    ],
  },
  {
    name: "nothing in src is of type any",
    rule: rules.noAny,
    bad: ["let x: any;", "f(x as any);", "new Map<any, 1>();", "type X = Map<1, any>;", "type X = any[];"].map(
      (code) => [file("src/web/x.ts", code)],
    ),
  },
  {
    name: "each file in src opens with a sentence",
    rule: rules.opensWithSentence,
    bad: [
      [{ path: "src/web/x.ts", text: "export {};\n" }],
      [{ path: "src/web/x.ts", text: "/** no sentence */\nexport {};\n/** Too late. */\n" }],
    ],
  },
  {
    name: "files are named in kebab-case, for a concept",
    rule: rules.names,
    bad: [
      [file("src/web/HtmlPage.ts")],
      [file("src/web/html_page.ts")],
      [file("src/utils/html.ts")],
      [file("test/helpers.ts")],
    ],
  },
  {
    name: "a test that imports from a feature stands in a folder that names it",
    rule: rules.testsBelong,
    bad: [
      importing("test/web/x.test.ts", "../../src/features/todos/store.ts"),
      importing("test/web/x.test.ts", "../features/todos/todos.ts"),
      importing("test/harness.ts", "./features/todos/todos.ts"),
      importing("test/features/photos/x.test.ts", "../todos/todos.ts"),
      importing("test/features/photos/x.test.ts", "../photos+todos/x.ts"),
      importing("test/features/photos/deep/x.test.ts", "../../../../src/features/todos/store.ts"),
      importing("test/browser/x.test.ts", "./features/todos.ts"),
      importing("test/browser/features/photos.test.ts", "../../features/todos/todos.ts"),
      importing("test/integration/features/photos+chat.test.ts", "./todos/post-todo.ts"),
      [file("test/web/late.test.ts", 'const { x } = await import("../features/todos/todos.ts");')],
    ],
  },
  {
    name: "a binding is named only in the feature that declares it",
    rule: rules.bindingsStay,
    bad: ["src/web/x.ts", "src/identity/x.ts", "src/features/photos/store.ts", "src/index.ts"].map((path) => [
      file("src/features/todos/env.ts", DECLARATION),
      file(path, "const room = env.TODOS;"),
    ]),
  },
  {
    name: "a store knows neither env nor responses",
    rule: rules.storesOnlyStore,
    bad: [
      [file("src/features/todos/store.ts", "export const list = (env: Env) => env.DB;")],
      [file("src/features/todos/trash-store.ts", "export const list = (env: Env) => env.DB;")],
      [file("src/features/todos/store.ts", 'export const list = (b: Pick<Env, "DB">) => b.DB;')],
      [file("src/features/todos/store.ts", "export const list = () => new Response();")],
      [
        ...importing("src/features/todos/store.ts", "../../web/problem.ts"),
        file("src/web/problem.ts", "export const problem = () => new Response();"),
      ],
    ],
  },
  {
    name: "SQL of a feature stands in its store",
    rule: rules.sqlInStores,
    bad: [
      [file("src/features/todos/trash.ts", 'db.prepare("DELETE FROM notes").run();')],
      [file("src/features/todos/trash.ts", "env.DB\n    .prepare(sql)")],
      [file("src/features/talk/room.ts", "ctx.storage.sql.exec(schema);")],
      [file("src/features/todos/restore.ts", "const statement = DB.prepare(sql);")],
      [file("src/features/todos/bookstore.ts", "db.prepare(sql);")],
    ],
  },
  {
    name: "statements of SQL name their columns",
    rule: rules.columnsNamed,
    bad: [
      ...[
        'db.prepare("INSERT INTO todos VALUES (?, ?)");',
        "db.prepare(`INSERT INTO todos SELECT ?1, ?2 WHERE true`);",
        "db.prepare(`INSERT OR REPLACE INTO todos\n  VALUES (?)`);",
        "db.prepare(`REPLACE INTO $" + "{table} VALUES (?)`);",
        "db.prepare('INSERT INTO \"todos\" AS old WITH x AS (SELECT 1) SELECT 1');",
        'db.prepare("SELECT * FROM todos");',
        'db.prepare("select distinct todos.* from todos");',
        'db.prepare("SELECT id AS key, * FROM todos");',
        'db.prepare("DELETE FROM todos RETURNING *");',
      ].map((code) => [file("src/features/todos/store.ts", code)]),
      [file("src/limits/log.ts", 'sql.exec("INSERT INTO log VALUES (?)");')],
      [file("scripts/scaffold/template/src/features/x/store.ts", 'db.prepare("SELECT * FROM x");')],
      [sql("migrations/0009_todos.sql", "INSERT INTO todos VALUES (NEW.id, 1);")],
      [sql("migrations/0009_todos.sql", "INSERT INTO todos (id, title) SELECT * FROM old_todos;")],
      [sql("scripts/scaffold/template/migrations/x.sql", "INSERT INTO x VALUES (1);")],
    ],
  },
  {
    name: "pages and partials do no input or output",
    rule: rules.pagesDoNoIo,
    bad: [
      [file("src/features/todos/pages.ts", "const x = await list();")],
      [file("src/features/todos/pages.ts", 'fetch("/x");')],
      [file("src/features/todos/pages.ts", "db.prepare(sql);")],
      importing("src/features/todos/pages.ts", "./store.ts"),
      importing("src/features/todos/pages.ts", "./trash-store.ts"),
      [file("src/features/todos/partials.ts", "const x = await list();")],
      importing("src/features/todos/partials.ts", "./store.ts"),
    ],
  },
  {
    name: "each feature is in the list of src/app.ts",
    rule: rules.featuresListed,
    bad: [
      [app([]), file("src/features/todos/index.ts")],
      [app([]), file("src/features/todos/pages.ts")],
      [app(["photos"]), file("src/features/todos/index.ts"), file("src/features/photos/index.ts")],
      [app(["todos"], []), file("src/features/todos/index.ts")],
      [app(["todos"], ["/* todos */"]), file("src/features/todos/index.ts")],
      [
        app(["to-dos-2", "todos"], ["todos"]),
        file("src/features/todos/index.ts"),
        file("src/features/to-dos-2/index.ts"),
      ],
    ],
  },
  {
    name: "src/index.ts exports each object class of wrangler.toml",
    rule: rules.classesExported,
    bad: [
      [toml(BOUND)],
      [toml(BOUND), file("src/index.ts", '// export { Room } from "./room.ts";')],
      [toml(BOUND), file("src/index.ts", 'export { Room as Hall } from "./room.ts";')],
      [toml(BOUND), file("src/index.ts", 'export { Rooms, room } from "./room.ts";')],
      [toml(BOUND), file("src/index.ts", 'export type { Room } from "./room.ts";')],
      [toml('[durable_objects]\nbindings = [{ name = "ROOM", class_name = "Room" }]')],
      [toml('[[env.staging.durable_objects.bindings]]\nname = "ROOM"\nclass_name = "Room"')],
      [toml('[[workflows]]\nname = "tidy"\nbinding = "TIDY"\nclass_name = "Tidy"')],
      [toml('[exports.Room]\ntype = "durable-object"\nstorage = "sqlite"')],
    ],
  },
  {
    name: "every package of a lockfile has its version and its integrity",
    rule: rules.lockedPackages,
    bad: [
      [lockfile("package-lock.json", { version: "1.0.0" })],
      [lockfile("package-lock.json", { integrity: "sha512-AA==" })],
      [lockfile("test/bench/package-lock.json", { version: "1.0.0", integrity: "", optional: true })],
      [lockfile("test/bench/package-lock.json", { version: "1.0.0", integrity: "sha1-AA==" })],
    ],
  },
  {
    name: "helpers of tests register hooks in functions",
    rule: rules.hooksInFunctions,
    bad: [
      [file("test/standing-clock.ts", "beforeEach(() => vi.useFakeTimers());")],
      [file("test/features/todos/todos.ts", "afterAll(stop);")],
    ],
  },
];

/** The path of the first file and the first line of its code, short. */
function describeExample([first]: readonly rules.SourceFile[]): string {
  return `${first?.path} with ${first?.text.split("\n")[1]?.slice(0, 60) || "nothing in it"}`;
}

describe.each(cases)("$name", ({ rule, bad }) => {
  test("is kept in this tree", () => expect(rule(tree)).toEqual([]));

  test.each(bad.map((files) => ({ files, example: describeExample(files) })))("refuses $example", ({ files }) => {
    expect(rule(files)).toHaveLength(1);
  });
});

test("a house that keeps the rules breaks none of them", () => {
  const good = [
    file("src/index.ts", 'import { app } from "./app.ts";\nexport { A, B as Room } from "./features/todos/room.ts";'),
    app(["todos"]),
    toml(
      [
        `${BOUND}script_name = "other"`,
        BOUND.replace("Room", "Other").concat('script_name = "other"'),
        '[exports.Room]\ntype = "durable-object"',
        '[exports.Gone]\nstate = "deleted"',
      ].join("\n"),
    ),
    file("src/env.ts", "export interface Env {}"),
    file(
      "src/features/todos/index.ts",
      'import * as store from "./store.ts";\nimport type { Env } from "../../env.ts";',
    ),
    file("src/features/todos/store.ts", 'import { now } from "../../web/clock.ts"; // a Response for env'),
    file("src/features/todos/trash-store.ts", "const rows = db.prepare(sql); // not of env"),
    file(
      "src/features/todos/list-store.ts",
      "const insert = `INSERT INTO todos (id, size)\n  SELECT ?1, 2 * 3`; // SELECT * FROM todos\n" +
        'const count = "SELECT count(*) AS n, size * 2, 3 * size FROM todos"; const range = "a, */*";',
    ),
    sql("migrations/0009_todos.sql", "INSERT INTO todos (id, n) VALUES (NEW.id, 1); -- not SELECT * FROM todos"),
    file("src/features/todos/csv.ts", 'const match = /a/.exec(text); // db.prepare(\nconst text = "db.prepare(sql)";'),
    file("src/features/todos/pages.ts", 'import type { Note } from "./store.ts";\nconst text = "await any env";'),
    file("test/features/photos+todos/x.test.ts", 'import { x } from "../todos/todos.ts";'),
    file("test/features/todos/x.test.ts", 'import { x } from "../../../src/features/todos/store.ts";'),
    file("test/integration/features/todos/x.test.ts", 'import { x } from "../../../features/todos/todos.ts";'),
    file("test/web/x.test.ts", 'import { x } from "../harness.ts"; // ../features/todos/todos.ts'),
    file("src/features/todos/env.ts", DECLARATION),
    file("src/features/todos/stub.ts", "export const todos = (env: Env) => env.TODOS;"),
    file("src/web/todos.ts", '/* TODOS */ const TODOS_MAX = "TODOS";'),
    file("src/web/clock.ts", 'export const now = "/static/*"; /* any: as any */'),
    file("src/http/index.ts", "export {};"),
    file("public/todos/todos.css", "/* Todos */\n\n@layer pages {\n  a {\n    color: var(--ink);\n  }\n}\n"),
    file("public/style/tokens.css", ":root { --ink: var(--black, #000); }"),
    file(".gitignore"),
    file("CHANGELOG.md"),
    file("NOTICE"),
    file("docs/decisions/first.md"),
    lockfile("package-lock.json", { version: "1.0.0", integrity: "sha512-AA==" }),
    lockfile("test/bench/package-lock.json", { link: true }),
  ];
  expect(cases.flatMap(({ rule }) => rule(good))).toEqual([]);
});

test("the tree is read, with git and without", () => {
  expect(tree.map(({ path }) => path)).toContain("src/http/index.ts");
  expect(tree.filter(({ path, text }) => rules.isLockfile(path) && text !== "").length).toBeGreaterThanOrEqual(1);
  expect(walk(fileURLToPath(new URL("./", import.meta.url).href)).map((path) => path.slice(root.length))).toContain(
    "test/house/tree.ts",
  );
});
