/**
 * Prints the policy: every route with its guards and schemas, and the limits as `wrangler.toml` configures them.
 * `--json` prints it as data; `--update` writes the text to `test/routes.snap.txt`, which a test pins; `--diff <ref>`
 * describes the changes since the text of a commit.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readLimitConfig } from "./limit-config.ts";
import { describeLoadError, loadApp } from "./load-app.ts";
import { readPolicyAt } from "./policy-at-ref.ts";
import { formatDiff } from "./policy-diff.ts";
import { parsePolicy } from "./policy-parse.ts";
import { formatPolicy } from "./policy-text.ts";

const PINNED = "test/routes.snap.txt";
const FLAGS = { json: { type: "boolean" }, update: { type: "boolean" }, diff: { type: "string" } } as const;

const root = join(import.meta.dirname, "..");

/** @throws {Error} With a message for people: for flags that are refused, and for a ref without a policy. */
function prepare() {
  const { values } = parseArgs({ options: FLAGS });
  if (Object.keys(values).length > 1) throw new Error("Pass only one of --json, --update and --diff <ref>.");
  return { ...values, before: values.diff === undefined ? undefined : readPolicyAt(root, values.diff, PINNED) };
}

async function print({ json, update, diff, before }: ReturnType<typeof prepare>, { app, facts }: Loaded) {
  const { describeApp } = await import("../src/web/app/policy.ts");
  const policy = describeApp(app, readLimitConfig(readFileSync(join(root, "wrangler.toml"), "utf8")));
  const text = formatPolicy(policy, facts.exceptions);
  if (json) console.log(JSON.stringify({ ...policy, exceptions: facts.exceptions }, null, 2));
  else if (update) {
    writeFileSync(join(root, PINNED), text);
    console.log(`Wrote ${PINNED}.`);
  } else if (before) process.stdout.write(formatDiff(`${diff} (${before.commit})`, before.policy, parsePolicy(text)));
  else process.stdout.write(text);
}

type Loaded = Awaited<ReturnType<typeof loadApp>>;

function fail(message: string): undefined {
  console.error(message);
  process.exitCode = 1;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function tryToPrepare() {
  try {
    return prepare();
  } catch (error) {
    return fail(messageOf(error));
  }
}

const prepared = tryToPrepare();
const loaded = prepared && (await loadApp().catch((error) => fail(describeLoadError(error))));
if (prepared && loaded) await print(prepared, loaded).catch((error) => fail(messageOf(error)));
