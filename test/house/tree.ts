/** Reads the project's files: what git tracks or would track, and all but the generated ones where there is no git. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { isLockfile, type SourceFile } from "./rules.ts";

const GENERATED = new Set(["node_modules", ".git", ".wrangler", "dist"]);

/** @returns Every file, with the text of those that a rule reads. */
export function readTree(root: string): SourceFile[] {
  const listed = listByGit(root);
  const paths = listed.length > 0 ? listed : walk(root).map((path) => relative(root, path).split(sep).join("/"));
  return paths.map((path) => ({ path, text: hasText(path) ? readFileSync(join(root, path), "utf8") : "" }));
}

function hasText(path: string): boolean {
  return /\.(?:ts|sql|css)$/.test(path) || path === "wrangler.toml" || isLockfile(path);
}

/** A file that is deleted and still tracked is left out. */
function listByGit(root: string): string[] {
  const options = { cwd: root, encoding: "utf8" } as const;
  const { stdout } = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], options);
  return (stdout ?? "").split("\0").filter((path) => path !== "" && existsSync(join(root, path)));
}

export function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !GENERATED.has(name))
    .flatMap((entry) => (entry.isDirectory() ? walk(join(folder, entry.name)) : [join(folder, entry.name)]));
}
