/**
 * Follows the walk-through of `src/features/policy/README.md` in a copy of the project: applies its edits and runs its
 * commands. `npx vitest run test/integration/features/policy.test.ts -u` writes the outputs into the README.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { copyProject, git } from "../../removal/project-copy.ts";
import { projectRoot } from "../build.ts";
import { serve } from "../dev-server.ts";

const README = join(projectRoot, "src/features/policy/README.md");

/** The address in the README, which the test replaces by that of its own server. */
const ORIGIN = "http://localhost:8787";

test("each edit applies, and each command prints the text that follows it", async () => {
  const folder = copyProject({ onTestFinished });
  const blocks = readFileSync(README, "utf8").split(/^(```(?:diff|console)\n.*?^```)$/ms);
  const followed: string[] = [];
  for (const block of blocks) followed.push(await follow(folder, block));
  await expect(followed.join("")).toMatchFileSnapshot(README);
}, 180_000);

/** @returns The block with the output that its commands print here. Other text stays as it is. */
async function follow(folder: string, block: string): Promise<string> {
  const [, language, text = ""] = /^```(diff|console)\n(.*)```$/s.exec(block) ?? [];
  if (language === undefined) return block;
  if (language === "diff") {
    const { stderr, status } = spawnSync("git", ["apply", "-"], { cwd: folder, input: text, encoding: "utf8" });
    expect({ stderr, status }, text).toEqual({ stderr: "", status: 0 });
    return block;
  }
  const printed: string[] = [];
  for (const [, command = ""] of text.matchAll(/^\$ (.*)$/gm))
    printed.push(`$ ${command}\n`, await run(folder, command));
  return `\`\`\`console\n${printed.join("")}\`\`\``;
}

async function run(folder: string, command: string): Promise<string> {
  const here = command.includes(ORIGIN) ? command.replaceAll(ORIGIN, await originOf(folder)) : command;
  const { VITEST, VITEST_POOL_ID, VITEST_WORKER_ID, ...env } = process.env;
  const { stdout, stderr } = spawnSync("bash", ["-c", here], {
    cwd: folder,
    encoding: "utf8",
    env: { ...env, CI: "true" },
  });
  if (command.startsWith("npm run -s add")) commit(folder);
  return stdout + stderr;
}

async function originOf(folder: string): Promise<string> {
  const { origin, stop } = await serve(folder);
  onTestFinished(stop);
  return origin;
}

/** The pull request begins after this commit. */
function commit(folder: string): void {
  git(folder, "add", "-A", "--", ".", ":!node_modules");
  git(folder, "commit", "-q", "-m", "Add invoices");
}
