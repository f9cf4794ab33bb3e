/** What GitHub and Cloudflare read of the repository: it is valid, names what exists, and contains no secret. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { environmentConfig } from "../../scripts/deploy/environment.ts";
import { listTables } from "../../scripts/scaffold/edit-toml.ts";
import { parseToml } from "../../scripts/scaffold/toml-values.ts";
import { readTree } from "../house/tree.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const manifest: {
  readonly scripts: Readonly<Record<string, string>>;
  readonly cloudflare: { readonly bindings: Readonly<Record<string, { readonly description: string }>> };
} = JSON.parse(read("package.json"));

const workflows = readdirSync(join(root, ".github/workflows")).map((name) => `.github/workflows/${name}`);

test.each([...workflows, ".github/dependabot.yml"])("%s is YAML without a duplicate key", (path) => {
  expect(parse(read(path), { strict: true, uniqueKeys: true })).toBeTypeOf("object");
});

interface Job {
  readonly "timeout-minutes": number;
  readonly strategy: { readonly matrix: { readonly suite: readonly string[] } };
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
}

test("the workflow of the checks may only read, ends in time, and runs suites that exist, after npm ci", () => {
  const workflow = parse(read(".github/workflows/checks.yml"));
  expect(workflow.permissions).toEqual({ contents: "read" });
  expect(workflow.on).toEqual({ push: { branches: ["main"] }, pull_request: null });
  expect(workflow.concurrency.group).toContain("github.ref");
  const [job]: Job[] = Object.values(workflow.jobs);
  expect(job?.["timeout-minutes"]).toBeLessThanOrEqual(30);
  const { suite: suites = [] } = job?.strategy.matrix ?? {};
  expect(suites).toContain("check");
  expect(suites.filter((suite) => !(suite in manifest.scripts))).toEqual([]);
  const commands = job?.steps.flatMap(({ run }) => run ?? []) ?? [];
  expect(commands.slice(0, 2)).toEqual(["npm ci", 'npm run "$SUITE"']);
  for (const [, script = ""] of commands.join("\n").matchAll(/npm run ([\w:-]+)/g))
    expect(manifest.scripts).toHaveProperty(script);
});

test("the workflow of the long tests may only read, and runs suites that exist every week", () => {
  const workflow = parse(read(".github/workflows/long-tests.yml"));
  expect(workflow.permissions).toEqual({ contents: "read" });
  expect(workflow.on.schedule).toEqual([{ cron: expect.stringMatching(/^\d+ \d+ \* \* \d$/) }]);
  const [job]: Job[] = Object.values(workflow.jobs);
  const { suite: suites = [] } = job?.strategy.matrix ?? {};
  expect(suites).toEqual(["test:long", "test:campaign"]);
  expect(suites.filter((suite) => !(suite in manifest.scripts))).toEqual([]);
});

test("no workflow reads a secret, and each action has a version", () => {
  for (const path of workflows) {
    const text = read(path);
    expect(text, path).not.toMatch(/\bsecrets[.[]|pull_request_target/);
    for (const [, action] of text.matchAll(/uses: (.*)/g))
      expect(action, path).toMatch(/^[\w-]+\/[\w-]+@(v\d+|[0-9a-f]{40}.*)$/);
  }
});

test("Dependabot knows every lockfile, and the actions", () => {
  const { version, updates } = parse(read(".github/dependabot.yml"));
  expect(version).toBe(2);
  const [npm, actions] = updates;
  const lockfiles = readTree(root)
    .map(({ path }) => path)
    .filter((path) => /(^|\/)package-lock\.json$/.test(path));
  expect(npm).toMatchObject({ "package-ecosystem": "npm", schedule: { interval: "weekly" } });
  expect([...npm.directories].sort()).toEqual(
    lockfiles.map((path) => `/${path.replace(/\/?package-lock\.json$/, "")}`).sort(),
  );
  expect(actions).toMatchObject({ "package-ecosystem": "github-actions", schedule: { interval: "weekly" } });
});

test("the page on security names no e-mail address, and only files that exist", () => {
  const text = read(".github/SECURITY.md");
  expect(text).not.toMatch(/@[\w-]+\./);
  for (const [, path = ""] of text.matchAll(/`((?:src|test)\/[^`]*)`/g))
    expect(existsSync(join(root, path)), path).toBe(true);
});

test("a Deploy button describes only what wrangler.toml has, and every empty variable", () => {
  const described = Object.entries(manifest.cloudflare.bindings);
  const toml = read("wrangler.toml");
  const { vars = {} } = parseToml(toml);
  const bindings = listTables(toml).flatMap(({ strings }) => strings.binding ?? []);
  expect(described.map(([key]) => key).filter((key) => !bindings.includes(key) && !(key in Object(vars)))).toEqual([]);
  const empty = Object.entries(vars).flatMap(([key, value]) => (value === "" ? [key] : []));
  expect(empty.filter((key) => !(key in manifest.cloudflare.bindings))).toEqual([]);
  expect(described.filter(([, { description }]) => !/^[A-Z].*\.$/.test(description))).toEqual([]);
});

test("an environment beside production takes over all of wrangler.toml", () => {
  const toml = parseToml(read("wrangler.toml"));
  expect(Object.keys(environmentConfig(toml, "staging")).sort()).toEqual(Object.keys(toml).sort());
});
