/** A temporary folder in which examples compile and run as if they stood at the root of the project. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readDiagnostics, root, runTsc } from "../types/tsc.ts";
import type { Outcome, Refusal } from "./examples.ts";

/** The names that `src/http/index.ts` exports: values, and types. */
export function readExports(): { readonly values: string[]; readonly types: string[] } {
  const read = (name: string) => readFileSync(join(root, "src/http", name), "utf8");
  const source = read("index.ts");
  const passedOn = [...source.matchAll(/export \* from "(.*)"/g)].flatMap(([, name = ""]) => [
    ...read(name).matchAll(/^export (interface) (\w+)/gm),
  ]);
  const lists = [...source.matchAll(/export (type )?\{([^}]*)\}/g), ...passedOn];
  const exported = lists.flatMap(([, isType, list = ""]) =>
    list.split(",").flatMap((entry) => {
      const [, keyword, name] = /^(type )?(\w+)$/.exec(entry.trim()) ?? [];
      return name ? [{ name, isType: Boolean(isType ?? keyword) }] : [];
    }),
  );
  const named = (wanted: boolean) => exported.filter(({ isType }) => isType === wanted).map(({ name }) => name);
  return { values: named(false), types: named(true) };
}

/** Imports everything, on one line, so that the lines of an example keep their numbers. */
function importsFor(code: string): string {
  const { values, types } = readExports();
  const names = [...values, ...types.map((name) => `type ${name}`)].join(", ");
  return code.includes('from "./src/http/index.ts"')
    ? ""
    : `import { ${names} } from "./src/http/index.ts"; import { z } from "zod"; `;
}

/** The global functions of other runtimes that examples call. */
const GLOBALS = `
declare const Bun: { serve(options: { port: number; fetch(request: Request): Promise<Response> }): { readonly url: URL } };
declare const Deno: { serve(options: { port: number }, fetch: (request: Request) => Promise<Response>): unknown };
`;

const COMPILER_OPTIONS = {
  preserveSymlinks: true,
  types: ["node"],
  typeRoots: [join(root, "node_modules/@types")],
  lib: ["es2024", "dom", "dom.iterable", "dom.asynciterable"],
};

export function createWorkspace() {
  const folder = mkdtempSync(join(tmpdir(), "candor-readme-"));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  for (const name of ["src", "node_modules"]) symlinkSync(join(root, name), join(folder, name), "junction");
  write("package.json", '{"type":"module"}');
  write("globals.d.ts", GLOBALS);
  const tsconfig = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: COMPILER_OPTIONS,
    include: ["*.ts"],
    exclude: [],
  };
  write("tsconfig.json", JSON.stringify(tsconfig));
  writeFileSync(join(folder, "run.ts"), readFileSync(join(import.meta.dirname, "run.ts"), "utf8"));

  return {
    folder,
    remove: () => rmSync(folder, { recursive: true }),

    /** Writes an example as a module, and returns the name. */
    add(name: string, code: string): string {
      write(name, importsFor(code) + code);
      return name;
    },

    /** Compiles all modules, and runs those of the `runnable` ones that compile. */
    outcomesOf(names: readonly string[], runnable: readonly string[]): Outcome[] {
      const diagnostics = readDiagnostics(runTsc(folder));
      const refusalsOf = (wanted: string): Refusal[] =>
        diagnostics
          .filter(({ file }) => file.endsWith(`/${wanted}`))
          .map(({ line, message }) => ({ line, message: message.replace(/^.*?\(\d+,\d+\): /, "").trim() }));
      const running = runnable.filter((name) => refusalsOf(name).length === 0);
      const args = ["--preserve-symlinks", "--preserve-symlinks-main", "run.ts", ...running.map((name) => `./${name}`)];
      const printed: string[][] = JSON.parse(execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" }));
      return names.map((name) => ({ refusals: refusalsOf(name), lines: printed[running.indexOf(name)] ?? [] }));
    },
  };
}
