/** Runs the program in the README, and compiles every other example where a fork would write it. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { root, runTsc } from "../http/types/tsc.ts";

const folder = mkdtempSync(join(tmpdir(), "readme-"));
afterAll(() => rmSync(folder, { recursive: true }));

const readme = readFileSync(join(root, "README.md"), "utf8");
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);
const [program = "", ...snippets] = examples;
writeFileSync(join(folder, "program.ts"), program);
writeFileSync(join(folder, "package.json"), '{"type":"module"}');
for (const name of ["src", "public"]) symlinkSync(join(root, name), join(folder, name));
symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));

/** The names that the examples take for granted. */
const PRELUDE = `
import * as z from "zod";
import type { AppLocals, Env } from "./src/env.ts";
import { type Guard, type HeadContext, headGuard } from "./src/http/index.ts";
import { requireAuth } from "./src/identity/guards/require-auth.ts";
import { commonLimits } from "./src/identity/limits.ts";
import { requirePermission } from "./src/identity/guards/require-permission.ts";
import { requireOwnership } from "./src/identity/guards/require-ownership.ts";
import { stateFacts } from "./src/web/app/guard-facts.ts";
import { feature } from "./src/web/app/feature.ts";
import { group, route } from "./src/web/app/scope.ts";
import "./src/web/contract/route-properties.ts";
import { deny } from "./src/web/respond/refuse.ts";
declare const requireOwnNote: Guard<AppLocals, { note: { body: string } }>;
`;

/** A list of routes, as in `api-routes.ts`, or statements. */
function toModule(snippet: string): string {
  const code = snippet.replace('"../../env.ts"', '"./src/env.ts"');
  return `${PRELUDE}${code.startsWith("route.") ? `export const routes = [${code}];` : code}\nexport {};\n`;
}

for (const [index, snippet] of snippets.entries()) writeFileSync(join(folder, `snippet${index}.ts`), toModule(snippet));

test("the program in the README prints its comments", () => {
  const comments = [...program.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, comment]) => comment);
  const options = { cwd: folder, encoding: "utf8" } as const;
  const printed = execFileSync(process.execPath, ["--preserve-symlinks", "program.ts"], options);
  expect(comments).toHaveLength(2);
  expect(printed.trim().split("\n")).toEqual(comments);
});

test("the examples in the README compile", () => {
  expect(snippets.length).toBeGreaterThanOrEqual(3);
  const compilerOptions = { preserveSymlinks: true };
  const include = ["program.ts", "snippet*.ts"];
  const config = { extends: join(root, "tsconfig.json"), compilerOptions, include, exclude: [] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  expect(runTsc(folder)).toBe("");
});

test("the links in the README lead to files", () => {
  const prose = readme.replace(/`[^`\n]*`/g, "");
  const links = [...prose.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = ""]) => path);
  expect(links.length).toBeGreaterThan(8);
  expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test("the commands in the README exist", () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const commands = [...readme.matchAll(/npm run ([\w:-]+)/g)].map(([, name = ""]) => name);
  expect(commands.length).toBeGreaterThan(8);
  expect(commands.filter((name) => !(name in scripts))).toEqual([]);
});
