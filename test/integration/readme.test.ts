/** The documentation's code: the README's program prints what it says, and every example compiles. */
import { execFileSync, spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "candor-readme-"));
afterAll(() => rmSync(folder, { recursive: true }));

const readme = readFileSync(join(root, "README.md"), "utf8");
const [program = ""] = /(?<=```ts\n)import [\s\S]*?(?=```)/.exec(readme) ?? [];
writeFileSync(join(folder, "program.ts"), program);
writeFileSync(join(folder, "package.json"), '{"type":"module"}');
symlinkSync(join(root, "src"), join(folder, "src"));

test("the program in the README prints what it says", () => {
  const [, said] = /console\.log\(.*\); \/\/ (.*)/.exec(program) ?? [];
  const printed = execFileSync(process.execPath, ["--preserve-symlinks", "program.ts"], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(printed.trim()).toBe(said);
});

/** The examples above the core's public functions, each as a module with what they take for granted. */
const prelude = `import { describeRoutes, headGuard, route, scope, setup, type Guard, type RouteParams } from "./src/http/index.ts";
interface User { readonly role: string }
`;
const sources = globSync("src/http/*.ts", { cwd: root }).map((path) => readFileSync(join(root, path), "utf8"));
const examples = sources.flatMap((source) => source.match(/(?<=@example\n)(?: \* .*\n)+/g) ?? []);
for (const [index, example] of examples.entries()) {
  const code = example.replaceAll(/^ \* /gm, "");
  writeFileSync(
    join(folder, `example${index}.ts`),
    `${prelude}{
${code}}
`,
  );
}

test("the README's program and the core's examples compile", () => {
  expect(examples.length).toBeGreaterThanOrEqual(4);
  const compilerOptions = { preserveSymlinks: true, types: [], lib: ["es2024", "dom", "dom.iterable"] };
  const include = ["program.ts", "example*.ts"];
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions, include, exclude: [] }),
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = spawnSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], { encoding: "utf8" });
  expect(stdout).toBe("");
});

test("the route in the README is the one in the source", () => {
  const [shown = ""] = /(?<=```ts\n)route\.[\s\S]*?(?=\n```)/.exec(readme) ?? [];
  const squeeze = (code: string) => code.replaceAll(/\s+\/\/ .*/g, "").replaceAll(/\s+/g, " ");
  const source = readFileSync(join(root, "src/features/notes/api-routes.ts"), "utf8");
  expect(shown).not.toBe("");
  expect(squeeze(source)).toContain(squeeze(shown));
});
