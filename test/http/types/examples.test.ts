/** Compiles the examples above the core's public functions. */
import { globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { root, runTsc } from "./tsc.ts";

const folder = mkdtempSync(join(tmpdir(), "examples-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What every example takes for granted. */
const prelude = `import { describeRoutes, headGuard, route, scope, setup, type Guard, type OperationsOf, type RouteParams } from "./src/http/index.ts";
interface User { readonly role: string }
`;
const sources = globSync("src/http/*.ts", { cwd: root }).map((path) => readFileSync(join(root, path), "utf8"));
const examples = sources.flatMap((source) => source.match(/(?<=@example\n)(?: \* .*\n)+/g) ?? []);

test("the examples above the core's functions compile", () => {
  expect(examples.length).toBeGreaterThanOrEqual(4);
  for (const [index, example] of examples.entries()) {
    writeFileSync(join(folder, `example${index}.ts`), `${prelude}{\n${example.replaceAll(/^ \* /gm, "")}}\n`);
  }
  const compilerOptions = { preserveSymlinks: true, types: [], lib: ["es2024", "dom", "dom.iterable"] };
  const config = { extends: join(root, "tsconfig.json"), compilerOptions, include: ["example*.ts"], exclude: [] };
  symlinkSync(join(root, "src"), join(folder, "src"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  expect(runTsc(folder)).toBe("");
});
