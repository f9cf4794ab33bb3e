/** Edits of `wrangler.toml`: what is taken out is gone for its parser, and every other line stays as it was. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { experimental_readRawConfig as readRawConfig } from "wrangler";
import {
  changeStrings,
  listTables,
  removeElements,
  removeEntries,
  removeTables,
  replaceTable,
} from "../../scripts/scaffold/edit-toml.ts";
import { removeBindings } from "../../scripts/scaffold/feature-bindings.ts";
import { readKey, readTables } from "../../scripts/scaffold/toml.ts";

const folder = mkdtempSync(join(tmpdir(), "toml-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** As Wrangler reads it. */
function parse(text: string): Record<string, unknown> {
  writeFileSync(join(folder, "wrangler.toml"), text);
  return readRawConfig({ config: join(folder, "wrangler.toml") }).rawConfig as Record<string, unknown>;
}

const DOCUMENT = `# The Worker.
name = "app" # its name
main = 'src/index.ts'
list = [
  "a", # the first
  "KEY",
  # a comment with ] and "
  "c"
]
text = """
[not.a.table]
KEY = "no key"
"""
inline = { binding = "KEY", deep = { list = [1, 2] } }

# Apart from all tables.

# Of the variables.
[vars]
OTHER = "[[x]]"
# Of the key.
# Two lines.
KEY = "k # no comment"
"quoted.KEY" = 1

# [[send_email]]
# name = "KEY"

[[r2_buckets]]
binding = "OTHER"
bucket_name = "other"

# What goes.
[[r2_buckets]]
binding = "KEY"
bucket_name = "b"

[r2_buckets.lifecycle]
days = 3

[[ratelimits]]
name = "KEY"
simple = { limit = 1, period = 60 }

[env.staging.vars]
KEY = "s"

[[env.staging.r2_buckets]]
binding = "KEY"
bucket_name = "s"

[exports.Room]
type = "durable-object"
storage = "sqlite"
`;

const removed = (...lines: readonly string[]) =>
  lines.reduce((text, line) => {
    expect(text).toContain(line);
    return text.replace(line, "");
  }, DOCUMENT);

test("tables and keys are found as Wrangler's parser finds them", () => {
  const paths = readTables(DOCUMENT).map(({ path, entries }) => [
    path.join("."),
    entries.map(({ key }) => key.join(".")),
  ]);
  expect(paths).toEqual([
    ["", ["name", "main", "list", "text", "inline"]],
    ["vars", ["OTHER", "KEY", "quoted.KEY"]],
    ["r2_buckets", ["binding", "bucket_name"]],
    ["r2_buckets", ["binding", "bucket_name"]],
    ["r2_buckets.lifecycle", ["days"]],
    ["ratelimits", ["name", "simple"]],
    ["env.staging.vars", ["KEY"]],
    ["env.staging.r2_buckets", ["binding", "bucket_name"]],
    ["exports.Room", ["type", "storage"]],
  ]);
  expect(Object.keys(parse(DOCUMENT))).toEqual(expect.arrayContaining(["name", "list", "text", "inline", "vars"]));
});

test.each([
  ["a.b", ["a", "b"]],
  ['a."b.c".d', ["a", "b.c", "d"]],
  [" a . 'x y' ", ["a", "x y"]],
])("the key %s has its parts", (text, parts) => expect(readKey(text)).toEqual(parts));

test("a table goes with its comment and the tables nested in it, in every environment", () => {
  const edited = removeTables(
    DOCUMENT,
    ({ path, strings }) => path.at(-1) === "r2_buckets" && strings.binding === "KEY",
  );
  expect(edited).toBe(
    removed(
      '# What goes.\n[[r2_buckets]]\nbinding = "KEY"\nbucket_name = "b"\n\n[r2_buckets.lifecycle]\ndays = 3\n\n',
      '[[env.staging.r2_buckets]]\nbinding = "KEY"\nbucket_name = "s"\n\n',
    ),
  );
  expect(parse(edited).r2_buckets).toEqual([{ binding: "OTHER", bucket_name: "other" }]);
});

test("the last table goes with the blank line before it", () => {
  const edited = removeTables(DOCUMENT, ({ path }) => path[0] === "exports");
  expect(edited).toBe(removed('\n[exports.Room]\ntype = "durable-object"\nstorage = "sqlite"\n'));
});

test("a comment that stands apart from a table stays", () => {
  const edited = removeTables(DOCUMENT, ({ path }) => path.join() === "vars");
  expect(edited).toContain('# Apart from all tables.\n\n# [[send_email]]\n# name = "KEY"\n\n[[r2_buckets]]');
});

test("a key goes with its comment", () => {
  const edited = removeEntries(DOCUMENT, (path) => path.join(".") === "vars.KEY");
  expect(edited).toBe(removed('# Of the key.\n# Two lines.\nKEY = "k # no comment"\n'));
  expect(parse(edited).vars).toEqual({ OTHER: "[[x]]", "quoted.KEY": 1 });
});

const LISTS: readonly (readonly [before: string, after: string])[] = [
  ['x = ["KEY"]', "x = []"],
  ['x = ["KEY", "b"]', 'x = ["b"]'],
  ['x = ["a", "KEY"]', 'x = ["a"]'],
  ['x = ["a", "KEY", "b"] # c', 'x = ["a", "b"] # c'],
  ['x = ["KEY", "KEY"]', "x = []"],
  ["x = ['a','KEY',]", "x = ['a',]"],
  ['x = [\n  "a", # KEY\n  "KEY", # gone\n  "b"\n]', 'x = [\n  "a", # KEY\n  "b"\n]'],
  ['x = [\n  "a",\n  "KEY"\n]', 'x = [\n  "a",\n]'],
  ['x = [\n  "KEY"\n]', "x = [\n]"],
  ['x = [{ name = "KEY", n = [1] }, { name = "b" }]', 'x = [{ name = "b" }]'],
  ['x = [\n  { name = "a" },\n  { name = "KEY" },\n]', 'x = [\n  { name = "a" },\n]'],
];
test.each(LISTS)("elements go from %j", (before, after) => {
  const edited = removeElements(
    before,
    (_, element) => (typeof element === "string" ? element : element.name) === "KEY",
  );
  expect(edited).toBe(after);
  expect(JSON.stringify(parse(edited))).not.toContain("KEY");
});

test("strings change where they stand", () => {
  const edited = changeStrings(DOCUMENT, (path, value) => (path.join() === "name" ? `my-${value}` : undefined));
  expect(edited).toBe(DOCUMENT.replace('"app"', '"my-app"'));
});

test("the lines of a table are replaced", () => {
  const edited = replaceTable(DOCUMENT, ["exports", "Room"], ['state = "deleted"']);
  expect(edited).toBe(DOCUMENT.replace('type = "durable-object"\nstorage = "sqlite"\n', 'state = "deleted"\n'));
});

describe("this project's own wrangler.toml", () => {
  const toml = readFileSync(join(import.meta.dirname, "../../wrangler.toml"), "utf8");
  const config = parse(toml);

  /** The configuration without what has this name, wherever it is. */
  function without(value: unknown, key: string): unknown {
    if (Array.isArray(value)) return value.filter((each) => !isNamed(each, key)).map((each) => without(each, key));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => name !== key)
        .map(([name, each]) => [name, without(each, key)])
        .filter(([, each]) => !(Array.isArray(each) && each.length === 0)),
    );
  }

  function isNamed(value: unknown, key: string): boolean {
    return value === key || (typeof value === "object" && Object.values(value ?? {}).includes(key));
  }

  const keys = [
    ...listTables(toml).flatMap(({ path, strings }) =>
      path.length > 0 ? [strings.binding ?? strings.name ?? ""] : [],
    ),
    ...Object.keys(config.vars as object),
    "TOKEN_KEYS",
  ].filter((key) => key !== "");

  test.each([...new Set(keys)])("loses %s and nothing else", (key) => {
    const edited = removeBindings(toml, { keys: [key], classes: [] }, false);
    expect(without(parse(edited), key)).toEqual(without(config, key));
    expect(parse(edited)).not.toEqual(config);
    const lines = toml.split("\n");
    const changed = edited.split("\n").filter((line) => !lines.includes(line));
    expect(changed).toEqual(key === "TOKEN_KEYS" ? ["required = []"] : []);
  });

  const classes = Object.keys(config.exports as object);
  test.each(classes)("loses the class %s, or keeps its tombstone", (name) => {
    const [gone, buried] = [false, true].map((isDeployed) =>
      parse(removeBindings(toml, { keys: [], classes: [name] }, isDeployed)),
    );
    expect(gone).toEqual({ ...config, exports: without(config.exports, name) });
    expect(buried).toEqual({
      ...config,
      exports: { ...(config.exports as object), [name]: { type: "durable-object", state: "deleted" } },
    });
  });
});
