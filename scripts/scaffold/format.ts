/** Formats sources with the project's Biome before they are written. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const BIOME = "node_modules/@biomejs/biome/bin/biome";

/**
 * @param sources Texts by path.
 * @returns The formatted texts, since a different name can change line breaks and the order of imports. Unchanged if
 *   Biome is not installed.
 */
export function formatSources(root: string, sources: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  if (!existsSync(join(root, BIOME))) return sources;
  const folder = mkdtempSync(join(tmpdir(), "format-"));
  try {
    for (const [path, text] of sources) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const args = ["check", "--write", `--config-path=${root}`, "--vcs-enabled=false", "."];
    spawnSync(process.execPath, [join(root, BIOME), ...args], { cwd: folder });
    return new Map([...sources.keys()].map((path) => [path, readFileSync(join(folder, path), "utf8")]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
