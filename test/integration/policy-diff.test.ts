/** `npm run routes -- --diff <ref>`, in repositories of git. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commitAll, git } from "../scripts/checkout.ts";
import { projectRoot } from "./build.ts";
import { copyWithThings } from "./dev-server.ts";
import { THINGS } from "./mistakes.ts";

const PINNED = "test/routes.snap.txt";

/** Gives the feature a quota: the text before, and after. */
const QUOTA = [
  [
    'import * as z from "zod";',
    'import * as z from "zod";\nimport { requireQuota } from "../../limits/guards/require-quota.ts";',
  ],
  [
    "guards: [requireWrite, requireCsrf, requireJson, idempotency.guard],",
    'guards: [requireWrite, requireCsrf, requireQuota([{ name: "things", limit: 100, unit: "things", refusal: "" }]), requireJson, idempotency.guard],',
  ],
] as const;

/** What a pull request changes in the feature. */
const CHANGES = [
  ["guards: [requireRead, requireCsrf],", "guards: [requireRead],"],
  [
    "guards: [requireAuth, requireCurrentSession],\n      resolve: async ({ locals: { db, user } }) => {",
    "resolve: async ({ locals: { db, user } }) => {",
  ],
  ["maxBodyBytes: 256 * 1024,", "maxBodyBytes: 512 * 1024,"],
  ["requireForm(256 * 1024,", "requireForm(512 * 1024,"],
  [
    "guards: [requireWrite, requireCsrf, requireOwnThing],",
    "guards: [requireWrite, requireCsrf, requireJson, requireOwnThing],",
  ],
  [
    "const openPages = group({",
    'const words = group({ guards: [requireAuth], handlers: [route.get("/words", { resolve: () => new Response() })] });\nconst openPages = group({',
  ],
  ["routes: [...api, ", "routes: [...api, ...words, "],
  ["limit: 100,", "limit: 1000,"],
] as const;

/** What it changes in the configuration. */
const CONFIG_CHANGES = [
  ["API_RATE_LIMIT = 600", "API_RATE_LIMIT = 6000"],
  ["limit = 1200, period = 60", "limit = 1200, period = 10"],
  ["ACCOUNT_RATE_LIMIT = 20", "ACCOUNT_RATE_LIMIT = 10"],
] as const;

const SENTENCES = `
WIDENS, OR MAY WIDEN
- anyone may now GET /api/things/export: removes requireAuth, requireCurrentSession and leaves rateLimit(address) → rateLimit(api)
- removes requireCsrf from GET /api/things
- raises the body limit of POST /api/things from 262144 B to 524288 B
- raises requireForm(262144 B) to requireForm(524288 B) in POST /things
- changes rateLimit(address) from 1200 requests per 60 s to 1200 requests per 10 s (in … routes)
- raises rateLimit(api) from 600 to 6000 requests per 60 s (in … routes)
- raises requireQuota(things) from 100 to 1000 things (in POST /api/things)

NARROWS
- adds requireContentType(application/json) to DELETE /api/things/:id
- lowers rateLimit(account) from 20 to 10 failed attempts per 900 s (in … routes)

NEITHER WIDENS NOR NARROWS
- adds GET /words
`;

/** At the last commit, and not to be changed by a test. */
let checkout: string;
const folders: string[] = [];

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "policy-diff-"));
  folders.push(folder);
  return folder;
}

function run(folder: string, flags: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(folder, "scripts/routes.ts"), ...flags], {
    encoding: "utf8",
    env,
  });
  return { stdout: stdout.replace(/(?<=\(in )\d+(?= routes\)$)/gm, "…"), stderr, status };
}

/** A clone of the last commit, with its packages installed. */
function clone(...flags: readonly string[]): string {
  const folder = join(makeFolder(), "clone");
  git(checkout, "clone", "-q", ...flags, pathToFileURL(checkout).href, folder);
  symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"));
  return folder;
}

const cloneShallow = () => clone("--depth", "1", "--no-tags");

/** A clone at the commit of a tag. */
function cloneAt(tag: string): string {
  const folder = clone();
  git(folder, "checkout", "-q", tag);
  return folder;
}

function edit(folder: string, path: string, change: (text: string) => string): void {
  writeFileSync(join(folder, path), change(readFileSync(join(folder, path), "utf8")));
}

function replaceAll(
  folder: string,
  path: string,
  changes: readonly (readonly [before: string, after: string])[],
): void {
  for (const [before, after] of changes)
    edit(folder, path, (text) => {
      expect(text).toContain(before);
      return text.replace(before, after);
    });
}

/** What the pull request changes. */
function makeChanges(folder: string): void {
  replaceAll(folder, THINGS, CHANGES);
  replaceAll(folder, "wrangler.toml", CONFIG_CHANGES);
}

const short = (ref: string) => git(checkout, "rev-parse", ref).slice(0, 10);

/**
 * Commits, by their tags: without the text, with another, with code that must not run, with a text from before limits
 * were printed, before and after the changes.
 */
beforeAll(async () => {
  checkout = await copyWithThings();
  folders.push(checkout);
  mkdirSync(join(checkout, "test"));
  writeFileSync(join(checkout, ".gitignore"), "node_modules\n");
  const commit = (tag: string) => {
    commitAll(checkout);
    git(checkout, "tag", tag);
  };
  git(checkout, "init", "-q");
  commit("unpinned");
  writeFileSync(join(checkout, PINNED), "<<<<<<< ours\n");
  commit("conflict");
  replaceAll(checkout, THINGS, QUOTA);
  const things = readFileSync(join(checkout, THINGS), "utf8");
  run(checkout, ["--update"]);
  const pinned = readFileSync(join(checkout, PINNED), "utf8");
  const ran = JSON.stringify(join(checkout, "ran"));
  edit(checkout, THINGS, () => `import { writeFileSync } from "node:fs";\nwriteFileSync(${ran}, "");\n`);
  commit("hostile");
  edit(checkout, THINGS, () => things);
  edit(checkout, PINNED, (text) => text.replace(/LIMITS\n[\s\S]*?\n\n/, ""));
  commit("limitless");
  edit(checkout, PINNED, () => pinned);
  commit("before");
  makeChanges(checkout);
  commit("after");
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe("a pull request that drops guards, adds a route and loosens limits", () => {
  test("changes nothing before its first line", () => {
    const stdout = `No change of policy since before (${short("before")}).\n`;
    expect(run(cloneAt("before"), ["--diff", "before"])).toEqual({ stdout, stderr: "", status: 0 });
  });

  test("is described while it is not committed, when it is, and when the text is pinned", () => {
    const folder = cloneAt("before");
    makeChanges(folder);
    const stdout = (ref: string) => `Changes of policy since ${ref} (${short("before")}):\n${SENTENCES}`;
    expect(run(folder, ["--diff", "HEAD"])).toEqual({ stdout: stdout("HEAD"), stderr: "", status: 0 });
    commitAll(folder);
    expect(run(folder, ["--diff", "before"])).toEqual({ stdout: stdout("before"), stderr: "", status: 0 });
    run(folder, ["--update"]);
    commitAll(folder);
    expect(run(folder, ["--diff", "HEAD~2"])).toEqual({ stdout: stdout("HEAD~2"), stderr: "", status: 0 });
    expect(run(folder, ["--diff", "HEAD"]).stdout).toMatch(/^No change of policy since HEAD /);
  });

  test("lists the limits where the text before has none", () => {
    const { stdout } = run(checkout, ["--diff", "limitless"]);
    const [, neutral = ""] = stdout.split("NEITHER WIDENS NOR NARROWS\n");
    expect(neutral).toContain("- adds GET /words\n");
    expect(neutral).toContain("- lists a new limit: rateLimit(api), 6000 requests per 60 s (in … routes)\n");
    expect(stdout.match(/rateLimit\(api\)/g)).toHaveLength(2);
  });

  test("runs no code of the commit that it is compared with", () => {
    expect(run(checkout, ["--diff", "hostile"]).stdout).toContain(SENTENCES);
    expect(existsSync(join(checkout, "ran"))).toBe(false);
  });

  test("is described in a folder of a larger repository", () => {
    const repository = makeFolder();
    cpSync(checkout, join(repository, "apps/one"), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => path !== join(checkout, ".git"),
    });
    git(repository, "init", "-q");
    commitAll(repository);
    expect(run(join(repository, "apps/one"), ["--diff", "HEAD"])).toMatchObject({ stderr: "", status: 0 });
  });
});

describe("the command refuses a policy that it cannot compare:", () => {
  test.each([
    ["an unknown ref", ["--diff", "nowhere"], "git does not know nowhere. Name a branch, a tag or a commit"],
    ["an unknown id", ["--diff", "0".repeat(40)], `git does not know ${"0".repeat(40)}. Name a branch`],
    ["a ref that is a file", ["--diff", `before:${PINNED}`], `git does not know before:${PINNED}. Name a branch`],
    ["an option", ["--diff=--output=owned"], '"--output=owned" is not a ref. Name a branch'],
    ["an option after an option", ["--diff", "--json"], "'--diff'"],
    ["an empty ref", ["--diff="], '"" is not a ref. Name a branch'],
    ["no ref", ["--diff"], "'--diff <value>' argument missing"],
    ["a commit without the text", ["--diff", "unpinned"], `${PINNED} does not exist at unpinned (fatal: `],
    [
      "a commit with another text",
      ["--diff", "conflict"],
      `${PINNED} of conflict cannot be read. Line 1 is not a line`,
    ],
    ["data", ["--diff", "before", "--json"], "Pass only one of --json, --update and --diff <ref>."],
    ["an update", ["--update", "--diff", "before"], "Pass only one of --json, --update and --diff <ref>."],
  ])("%s", (_, flags, message) => {
    const pinned = readFileSync(join(checkout, PINNED), "utf8");
    const { stdout, stderr, status } = run(checkout, flags);
    expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(existsSync(join(checkout, "owned"))).toBe(false);
    expect(readFileSync(join(checkout, PINNED), "utf8")).toBe(pinned);
  });

  test.each(["before", "id"])("a commit that a shallow clone lacks, named by its %s", (kind) => {
    const folder = cloneShallow();
    const id = git(checkout, "rev-parse", "before").trim();
    const { stderr, status } = run(folder, ["--diff", kind === "id" ? id : kind]);
    expect(stderr).toContain("this clone is shallow. Fetch the commit by its id, then name the id:\n");
    expect([stderr.trimEnd().split("\n").at(-1), status]).toEqual([
      `git fetch --depth 1 origin ${kind === "id" ? id : "<sha>"}`,
      1,
    ]);
  });

  test("the advice for a shallow clone helps", () => {
    const folder = cloneShallow();
    const id = git(checkout, "rev-parse", "before").trim();
    git(folder, "fetch", "-q", "--depth", "1", "origin", id);
    expect(run(folder, ["--diff", id]).stdout).toBe(
      `Changes of policy since ${id} (${id.slice(0, 10)}):\n${SENTENCES}`,
    );
  });

  test("a folder that git does not know", () => {
    const folder = makeFolder();
    for (const name of ["scripts", "src", "public"])
      cpSync(join(checkout, name), join(folder, name), { recursive: true });
    symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"));
    const { stderr, status } = run(folder, ["--diff", "HEAD"]);
    expect(status).toBe(1);
    expect(stderr).toContain(`${folder} is not a git repository that can be read (fatal: not a git repository`);
  });

  test("a machine without git", () => {
    const { stderr, status } = run(checkout, ["--diff", "HEAD"], { PATH: makeFolder() });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^git could not run \(.*\)\. Install it, and try again\.\n$/);
  });
});
