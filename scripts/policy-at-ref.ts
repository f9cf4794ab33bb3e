/** Reads the pinned policy of another commit from git. Runs nothing of that commit, and no shell. */
import { spawnSync } from "node:child_process";
import { PolicyTextError, type PrintedPolicy, parsePolicy } from "./policy-parse.ts";

const MAX_TEXT_BYTES = 16 * 1024 * 1024;

/** The error for a ref without a policy that can be compared. Its message says what to do. */
export class RefError extends Error {
  override readonly name = "RefError";
}

/**
 * @param folder The project's root, which may be a folder of a larger repository.
 * @param ref A name that git resolves to a commit, such as `main`, `HEAD~1` or an id.
 * @param path The pinned text, from the project's root.
 * @throws {RefError} If there is none.
 */
export function readPolicyAt(folder: string, ref: string, path: string): { commit: string; policy: PrintedPolicy } {
  const commit = findCommit(folder, ref);
  const shown = git(folder, "show", `${commit}:./${path}`);
  if (shown.status !== 0)
    throw new RefError(
      `${path} does not exist at ${ref} (${shown.stderr}).\nName a commit that has it: git log --oneline -- ${path}`,
    );
  try {
    return { commit: commit.slice(0, 10), policy: parsePolicy(shown.stdout) };
  } catch (error) {
    if (!(error instanceof PolicyTextError)) throw error;
    throw new RefError(`${path} of ${ref} cannot be read. ${error.message}\nName a commit with the current format.`);
  }
}

/** @returns The id of the commit. */
function findCommit(folder: string, ref: string): string {
  // An empty ref is the index, and git reads a leading hyphen as an option.
  if (ref === "" || ref.startsWith("-")) throw new RefError(`${JSON.stringify(ref)} is not a ref. ${NAME_ONE}`);
  const { status, stdout } = git(folder, "rev-parse", "--verify", "--end-of-options", `${ref}^{commit}`);
  if (status === 0) return stdout.trim();
  const shallow = git(folder, "rev-parse", "--is-shallow-repository");
  if (shallow.status !== 0)
    throw new RefError(`${folder} is not a git repository that can be read (${shallow.stderr}).`);
  if (shallow.stdout.trim() !== "true") throw new RefError(`git does not know ${ref}. ${NAME_ONE}`);
  throw new RefError(
    `git does not know ${ref}, because this clone is shallow. Fetch the commit by its id, then name the id:\n` +
      `git fetch --depth 1 origin ${/^[\da-f]{40}$/.test(ref) ? ref : "<sha>"}`,
  );
}

const NAME_ONE = "Name a branch, a tag or a commit, such as main, and fetch it first: git fetch origin";

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  /** Its first line. */
  readonly stderr: string;
}

function git(cwd: string, ...args: readonly string[]): Outcome {
  const { error, status, stdout, stderr } = spawnSync("git", args, {
    cwd,
    encoding: "utf8",
    maxBuffer: MAX_TEXT_BYTES,
  });
  if (error) throw new RefError(`git could not run (${error.message}). Install it, and try again.`);
  return { status, stdout, stderr: stderr.split("\n", 1)[0] ?? "" };
}
