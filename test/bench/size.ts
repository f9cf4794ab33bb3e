/** Measures the size of each library, bundled for Workers, minified and gzipped. */
import { gzipSync } from "node:zlib";
import { bundle } from "./bundle.ts";
import type { Name } from "./contenders.ts";
import { printTable, type Row } from "./report.ts";

/** The main entry of each library, and the exports that the table of this benchmark uses. */
const ENTRIES: Partial<Record<Name, readonly [entry: string, used: string]>> = {
  candor: ["../../src/http/index.ts", "route, setup, standardValidator"],
  hono: ["hono", "Hono"],
  h3: ["h3", "H3"],
  itty: ["itty-router", "IttyRouter"],
  remix: ["@remix-run/fetch-router", "createRouter"],
};

export async function measureSize(): Promise<Row[]> {
  const whole: Row["cells"] = {};
  const used: Row["cells"] = {};
  for (const [name, [entry, names]] of Object.entries(ENTRIES)) {
    whole[name as Name] = await sizeOf(`export * from "${entry}"`);
    used[name as Name] = await sizeOf(`export { ${names} } from "${entry}"`);
  }
  return [
    { what: "size: main entry, gzipped (minified) bytes", cells: whole },
    { what: "size: only what this table imports", cells: used },
  ];
}

async function sizeOf(source: string): Promise<string> {
  const minified = await bundle(source, { minify: true });
  return `${gzipSync(minified, { level: 9 }).length} (${minified.length})`;
}

if (import.meta.main) printTable(await measureSize());
