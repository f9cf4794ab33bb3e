/** Runs and compiles the program in the README, and compares the route in it with the source. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { root, runTsc } from "../http/types/tsc.ts";

const folder = mkdtempSync(join(tmpdir(), "readme-"));
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
  const compilerOptions = { preserveSymlinks: true, types: [], lib: ["es2024", "dom", "dom.iterable"] };
  const config = { extends: join(root, "tsconfig.json"), compilerOptions, include: ["program.ts"], exclude: [] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  expect(runTsc(folder)).toBe("");
});

test("the route in the README is the one in the source", () => {
  const [shown = ""] = /(?<=```ts\n)route\.[\s\S]*?(?=\n```)/.exec(readme) ?? [];
  const squeeze = (code: string) => code.replaceAll(/\s+\/\/ .*/g, "").replaceAll(/\s+/g, " ");
  const source = readFileSync(join(root, "src/features/notes/api-routes.ts"), "utf8");
  expect(shown).not.toBe("");
  expect(squeeze(source)).toContain(squeeze(shown));
});
