/** What git knows of the project. */
import { spawnSync } from "node:child_process";

/** @returns Undefined where git fails, is not installed, or knows nothing of this folder. */
function git(root: string, ...args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync("git", args, { cwd: root, encoding: "utf8" });
  return status === 0 ? stdout : undefined;
}

/** Whether the last commit contains this path; undefined where there is no commit of the project. */
export function isCommitted(root: string, path: string): boolean | undefined {
  const project = git(root, "ls-tree", "HEAD", "--", "package.json");
  if (!project) return undefined;
  return git(root, "ls-tree", "HEAD", "--", path) !== "";
}

/** The files at these paths whose text is in no commit, ordered; undefined without git. */
export function listUncommitted(root: string, paths: readonly string[]): string[] | undefined {
  const prefix = git(root, "rev-parse", "--show-prefix")?.trim();
  const status = git(root, "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--", ...paths);
  if (status === undefined || prefix === undefined) return undefined;
  const entries = status.split("\0").filter((entry) => entry !== "" && entry[1] !== "D" && !entry.startsWith("D "));
  return entries.map((entry) => entry.slice(3 + prefix.length)).sort();
}
