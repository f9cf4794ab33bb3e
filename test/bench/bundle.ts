/** Bundles modules for Workers, with the esbuild that wrangler depends on. */
import { type BuildOptions, build } from "esbuild";

/** Bundles one module, given as source code. Its relative imports start at this folder. */
export async function bundle(source: string, options: BuildOptions = {}): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker"],
    external: ["cloudflare:*", "node:*"],
    ...options,
    write: false,
  });
  const [file] = outputFiles;
  if (!file) throw new Error(`esbuild produced no output for: ${source}`);
  return file.contents;
}
