/** The README's program: it compiles, and prints what it says that it prints. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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

test("the program in the README compiles", () => {
  const compilerOptions = {
    preserveSymlinks: true,

    types: [],
    lib: ["es2024", "dom", "dom.iterable"],
  };
  const config = { extends: join(root, "tsconfig.json"), compilerOptions, include: ["program.ts"], exclude: [] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
});
