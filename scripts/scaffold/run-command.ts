/** Runs a command: parses its argument and flags, prints its report and sets the exit code. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { UnreadableListError } from "./feature-list.ts";
import { type Outcome, refused } from "./outcome.ts";
import { openProject, type Project } from "./project.ts";

const root = join(import.meta.dirname, "../..");

/** Runs a command on this project and prints its report. The exit code is 1 for a refusal, and 2 for invalid arguments. */
export function runCommand(
  usage: string,
  known: readonly string[],
  command: (project: Project, name: string, flags: readonly string[]) => Outcome,
): void {
  const given = process.argv.slice(2);
  const flags = given.filter((argument) => argument.startsWith("-"));
  const [name, ...more] = given.filter((argument) => !argument.startsWith("-"));
  if (name === undefined || more.length > 0 || flags.some((flag) => !known.includes(flag))) {
    console.error(`Usage: ${usage}`);
    process.exitCode = 2;
    return;
  }
  const { isDone, lines } = attempt(() => command(openProject(root), name, flags));
  (isDone ? console.log : console.error)(lines.join("\n"));
  if (!isDone) process.exitCode = 1;
}

function attempt(command: () => Outcome): Outcome {
  try {
    return command();
  } catch (error) {
    if (error instanceof UnreadableListError) return refused(error.message);
    throw error;
  }
}

/** Pins the current route table. @returns The error message if the table cannot be built; undefined on success. */
export function updateSnapshot(): string | undefined {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/routes.ts", "--update"], {
    cwd: root,
    encoding: "utf8",
  });
  if (status === 0) return undefined;
  return /^\w*Error.*: .*$/m.exec(stderr)?.[0] ?? stderr.trim();
}
