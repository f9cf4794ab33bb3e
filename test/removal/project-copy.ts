/** Copies of the whole project, with tests and a commit, in which commands can be tried. */
import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestContext } from "vitest";
import { projectRoot } from "../integration/build.ts";

/** @returns A folder with the files of the working tree, committed, and the installed packages. It goes with the test. */
export function copyProject({ onTestFinished }: Pick<TestContext, "onTestFinished">): string {
  const folder = mkdtempSync(join(tmpdir(), "project-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: projectRoot,
    encoding: "utf8",
  });
  for (const path of new Set(listed.split("\0")))
    if (path !== "" && existsSync(join(projectRoot, path))) cpSync(join(projectRoot, path), join(folder, path));
  symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"));
  git(folder, "init", "-q");
  // `.gitignore` has the folder `node_modules/`, which the link is not.
  git(folder, "config", "core.excludesFile", "/dev/null");
  git(folder, "add", "-A", "--", ".", ":!node_modules");
  git(folder, "commit", "-q", "-m", "All");
  return folder;
}

export function git(folder: string, ...args: readonly string[]): string {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
  return execFileSync("git", [...identity, ...args], { cwd: folder, encoding: "utf8" });
}

/** What differs from the commit. */
export function listChanges(folder: string): string {
  return git(folder, "status", "--porcelain", "--", ".", ":!node_modules");
}

/** Runs a command in that folder. @returns What it printed. @throws With what it printed, where it fails. */
export async function run(folder: string, command: string, ...args: readonly string[]): Promise<string> {
  // Tests of the copy are not part of this run.
  const { VITEST, VITEST_POOL_ID, VITEST_WORKER_ID, ...env } = process.env;
  try {
    const options = { cwd: folder, env: { ...env, CI: "true" }, maxBuffer: 64 * 1024 * 1024 };
    return (await promisify(execFile)(command, args, options)).stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(" ")} fails:\n${stdout.slice(-6000)}\n${stderr.slice(-2000)}`);
  }
}
