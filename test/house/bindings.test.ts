/** `interface Env` against `wrangler.toml`: what the code reads is there, with the right kind, and nothing else. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { bindingsDeclared } from "./bindings.ts";
import { readTree } from "./tree.ts";

const root = fileURLToPath(new URL("../../", import.meta.url).href);

test("the project's Env and wrangler.toml declare the same", () =>
  expect(bindingsDeclared(readTree(root))).toEqual([]));

const base = (body: string) => ({ path: "src/env.ts", text: `export interface Env {\n${body}\n}\n` });
const feature = (body: string) => ({
  path: "src/features/jobs/env.ts",
  text: `declare module "../../env.ts" {\n  interface Env {\n${body}\n  }\n}\n`,
});
const toml = (text: string) => ({ path: "wrangler.toml", text });

const KEPT = [
  base(
    "readonly DB: D1Database;\n  /** X: not a key; */\n  readonly MAX: number;\n  readonly KEY: string;\n  EMAIL?: SendEmail;",
  ),
  feature(
    'readonly ROOM: DurableObjectNamespace<Room>;\n readonly JOBS: Queue<{ a: string }>;\n MODE: "a" | "b"; IMAGES: ImagesBinding',
  ),
  toml(
    `[vars]\nMAX = 5\nMODE = "a"\n[secrets]\nrequired = ["KEY"]\n[[d1_databases]]\nbinding = "DB"\n[images]\nbinding = "IMAGES"\n[[queues.producers]]\nbinding = "JOBS"\nqueue = "jobs"\n[durable_objects]\nbindings = [{ name = "ROOM", class_name = "Room" }]\n[env.staging.vars]\nOTHER = 1\n[[env.staging.r2_buckets]]\nbinding = "DB"\n`,
  ),
];

test("an example that keeps the rule", () => expect(bindingsDeclared(KEPT)).toEqual([]));

test.each<[name: string, change: readonly [path: RegExp, from: string, to: string], breach: RegExp]>([
  [
    "a binding that is missing",
    [/toml/, '[[d1_databases]]\nbinding = "DB"', ""],
    /src\/env\.ts declares DB, .* d1_databases/,
  ],
  ["a variable that is missing", [/toml/, "MAX = 5", ""], /declares MAX, .* vars \(number\)/],
  ["a secret that is missing", [/toml/, '"KEY"', ""], /declares KEY, .* secrets/],
  [
    "a binding of a feature that is missing",
    [/toml/, '[[queues.producers]]\nbinding = "JOBS"\nqueue = "jobs"', ""],
    /jobs\/env\.ts declares JOBS, .* queues\.producers/,
  ],
  ["a binding of another kind", [/toml/, "[[d1_databases]]", "[[r2_buckets]]"], /DB as D1Database, .* r2_buckets/],
  ["a variable of another type", [/toml/, "MAX = 5", 'MAX = "5"'], /MAX as number, .* vars \(string\)/],
  ["a number as secret", [/toml/, '"KEY"]', '"KEY", "MAX"]'], /MAX as number/],
  [
    "a binding in place of a variable",
    [/toml/, 'MODE = "a"', '[[kv_namespaces]]\nbinding = "MODE"'],
    /MODE as "a" \| "b", .* kv_namespaces/,
  ],
  [
    "an optional binding of another kind",
    [/toml/, "[secrets]", '[[kv_namespaces]]\nbinding = "EMAIL"\n[secrets]'],
    /EMAIL as SendEmail/,
  ],
  ["a binding that nobody declares", [/env/, "readonly DB: D1Database;", ""], /wrangler\.toml has DB in d1_databases/],
  ["a variable that nobody declares", [/jobs/, 'MODE: "a" | "b";', ""], /wrangler\.toml has MODE in vars/],
  ["a secret that nobody declares", [/env/, "readonly KEY: string;", ""], /wrangler\.toml has KEY in secrets/],
])("%s breaks it", (_, [path, from, to], breach) => {
  const files = KEPT.map((file) => (path.test(file.path) ? { ...file, text: file.text.replace(from, to) } : file));
  expect(files).not.toEqual(KEPT);
  expect(bindingsDeclared(files)).toEqual([expect.stringMatching(breach)]);
});
