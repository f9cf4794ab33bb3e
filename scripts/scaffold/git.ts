/** Reads the state of the project in Git. */
import { spawnSync } from "node:child_process";

/** @returns Undefined if Git fails or is not installed, or if the folder is not in a repository. */
function git(root: string, ...args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync("git", args, { cwd: root, encoding: "utf8" });
  return status === 0 ? stdout : undefined;
}

/** Whether the last commit contains this path; undefined if the project was never committed. */
export function isCommitted(root: string, path: string): boolean | undefined {
  const project = git(root, "ls-tree", "HEAD", "--", "package.json");
  if (!project) return undefined;
  return git(root, "ls-tree", "HEAD", "--", path) !== "";
}

/** Lists the files at these paths with uncommitted changes, in order; undefined without Git. */
export function listUncommitted(root: string, paths: readonly string[]): string[] | undefined {
  const prefix = git(root, "rev-parse", "--show-prefix")?.trim();
  const status = git(root, "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--", ...paths);
  if (status === undefined || prefix === undefined) return undefined;
  const entries = status.split("\0").filter((entry) => entry !== "" && entry[1] !== "D" && !entry.startsWith("D "));
  return entries.map((entry) => entry.slice(3 + prefix.length)).sort();
}
