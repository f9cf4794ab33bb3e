/** The examples of the front page are what the tools print. `-u` writes the outputs into `examples.ts`. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { formatDiff } from "../../../../scripts/policy-diff.ts";
import { parsePolicy } from "../../../../scripts/policy-parse.ts";
import { formatPolicy } from "../../../../scripts/policy-text.ts";
import { NODE_VERSION, ROUTE, START } from "../../../../src/features/home/examples.ts";
import type { Handler } from "../../../../src/http/index.ts";
import { requireAuth } from "../../../../src/identity/guards/require-auth.ts";
import { requireCsrf } from "../../../../src/identity/guards/require-csrf.ts";
import { requireRole } from "../../../../src/identity/guards/require-role.ts";
import { describePolicy } from "../../../../src/web/app/policy.ts";
import { route } from "../../../../src/web/app/scope.ts";
import { projectRoot } from "../../build.ts";

const EXAMPLES = join(projectRoot, "src/features/home/examples.ts");

const folder = mkdtempSync(join(tmpdir(), "front-page-"));
afterAll(() => rmSync(folder, { recursive: true }));
for (const name of ["src", "public", "node_modules"]) symlinkSync(join(projectRoot, name), join(folder, name));

/** The code before the route, on the same line, and the code after it. */
const HEAD = "export const routes = [";
const TAIL = `];
import { requireAuth } from "./src/identity/guards/require-auth.ts";
import { requireCsrf } from "./src/identity/guards/require-csrf.ts";
import { requireRole } from "./src/identity/guards/require-role.ts";
import type { AppLocals } from "./src/env.ts";
import { route } from "./src/web/app/scope.ts";
declare function deleteUser(db: AppLocals["db"], id: string): Promise<Response>;
`;

/** Compiles `routes.ts`. @returns The output of `npx tsc`. */
function compile(code: string): string {
  writeFileSync(join(folder, "routes.ts"), `${HEAD}${code}\n${TAIL}`);
  const config = {
    extends: join(projectRoot, "tsconfig.json"),
    compilerOptions: { preserveSymlinks: true },
    include: ["routes.ts"],
    exclude: [],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(projectRoot, "node_modules/typescript/bin/tsc");
  const { error, stdout, stderr } = spawnSync(process.execPath, [tsc, "--pretty", "false"], {
    cwd: folder,
    encoding: "utf8",
  });
  if (error) throw error;
  return (stdout + stderr).trimEnd();
}

/** The policy of the example, as text, with these guards. */
function print(...guards: NonNullable<Handler<never>["guards"]>): string {
  const handler = { ...route.delete("/api/users/:id", { resolve: () => new Response() }), guards };
  const hooks = { onRequest: [], onResponse: [], onError: [], onSend: [] };
  return formatPolicy({ hooks, routes: describePolicy([handler]) }, { unauthenticated: {}, unlimited: {} });
}

/** The lines that only one of two texts has, as `git diff` marks them. */
function changedLines(before: string, after: string): string {
  const [was, is] = [before.split("\n"), after.split("\n")];
  return [
    ...was.filter((line) => !is.includes(line)).map((line) => `-${line}`),
    ...is.filter((line) => !was.includes(line)).map((line) => `+${line}`),
  ].join("\n");
}

const replaceIn = (source: string, name: string, text: string) =>
  source.replace(new RegExp(`(?<=export const ${name} = \`)[^\`]*`), () =>
    text.replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("${", "\\${"),
  );

test("the examples show the actual output of the compiler and of `npm run routes`", async () => {
  const before = print(requireAuth, requireRole("admin"), requireCsrf);
  const after = print(requireAuth, requireCsrf);
  const outputs = {
    COMPILE_ERROR: compile(ROUTE),
    PINNED_CHANGE: changedLines(before, after),
    POLICY_CHANGE: formatDiff("main", parsePolicy(before), parsePolicy(after)).trimEnd(),
  };
  const source = readFileSync(EXAMPLES, "utf8");
  const expected = Object.entries(outputs).reduce((text, [name, output]) => replaceIn(text, name, output), source);
  await expect(expected).toMatchFileSnapshot(EXAMPLES);
});

test("with the guards in order, the example compiles", () => {
  expect(compile(ROUTE.replace('requireRole("admin"), requireAuth', 'requireAuth, requireRole("admin")'))).toBe("");
});

test("the commands exist, and the page names the version of Node that package.json requires", () => {
  const { scripts, engines } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8"));
  expect(START.split("\n").map((line) => line.replace(/ *#.*/, ""))).toEqual(["npm ci", "npm start"]);
  expect(scripts).toHaveProperty("start");
  expect(engines.node).toBe(`>=${NODE_VERSION}.0.0`);
});
