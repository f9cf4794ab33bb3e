/** The check of the installation: one line for each way of installing that cannot work, and silence for those that can. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findInstallProblem } from "../../scripts/check-install.js";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "check install-"));
afterAll(() => rmSync(folder, { recursive: true }));

const NODE_24 = { nodeVersion: "24.21.0", runsTypeScript: "strip" };
const NODE_22_17 = { nodeVersion: "22.17.1", runsTypeScript: false };
const NODE_20 = { nodeVersion: "20.20.2", runsTypeScript: undefined };
const NPM = "npm/11.19.1 node/v24.21.0 linux x64 workspaces/false";
const PNPM = "pnpm/10.33.0 npm/? node/v24.21.0 linux x64";
const YARN = "yarn/4.18.1 npm/? node/v24.21.0 linux x64";
const BUN = "bun/1.4.5 npm/? node/v24.21.0 linux x64";

const WORKERD = "@cloudflare/workerd-linux-64";
/** What the folder `node_modules` holds; undefined where there is none. */
type Installed = readonly string[] | undefined;
const ALL: Installed = ["wrangler", WORKERD];

/** The environment of a script that a package manager runs. */
const during = (event: string, agent: string) => ({ npm_lifecycle_event: event, npm_config_user_agent: agent });

function makeCheckout(installed: Installed): string {
  const checkout = mkdtempSync(join(folder, "checkout-"));
  for (const name of installed ?? []) mkdirSync(join(checkout, "node_modules", name), { recursive: true });
  return checkout;
}

test.each<[name: string, installed: Installed, machine: object, env: Record<string, string>]>([
  ["npm, before it installs", undefined, NODE_20, during("preinstall", NPM)],
  ["npm, after it installed", ALL, NODE_24, during("postinstall", NPM)],
  ["npm start", ALL, NODE_24, during("start", NPM)],
  ["npm start in a shell of Yarn's", ALL, NODE_24, { ...during("start", NPM), YARN_IGNORE_PATH: "1" }],
  ["pnpm start, after npm installed", ALL, NODE_24, during("start", PNPM)],
  ["no package manager", ALL, NODE_24, {}],
])("%s: no problem", (_, installed, machine, env) => {
  expect(findInstallProblem(makeCheckout(installed), { ...NODE_24, ...machine, env })).toBeUndefined();
});

test.each<[name: string, installed: Installed, machine: object, env: Record<string, string>, problem: RegExp]>([
  ["pnpm, before it installs", undefined, NODE_24, during("preinstall", PNPM), /^pnpm cannot install .* `npm ci`\.$/],
  ["pnpm, after it installed", ALL, NODE_24, during("postinstall", PNPM), /^pnpm cannot install/],
  ["Yarn, before it installs", undefined, NODE_20, during("preinstall", YARN), /^yarn cannot install/],
  ["Yarn, by yarnPath", undefined, NODE_20, { YARN_IGNORE_PATH: "1" }, /^yarn cannot install/],
  ["Yarn, by yarnPath, after npm installed", ALL, NODE_24, { YARN_IGNORE_PATH: "1" }, /^yarn cannot install/],
  ["Bun, before it installs", undefined, NODE_24, during("preinstall", BUN), /^bun cannot install/],
  ["a fresh clone", undefined, NODE_24, during("start", NPM), /not installed: run `npm ci`/],
  ["--omit=dev", ["zod"], NODE_20, during("postinstall", NPM), /`npm ci --include=dev`/],
  ["--omit=optional", ["wrangler"], NODE_24, during("postinstall", NPM), /`npm ci --include=optional`/],
  ["--omit=optional, a scope", ["wrangler", "@cloudflare/x"], NODE_24, {}, /`npm ci --include=optional`/],
  ["--ignore-scripts, Node 20", ALL, NODE_20, during("start", NPM), /^Node 20\.20\.2 cannot .*--ignore-scripts=false/],
  ["--ignore-scripts, Node 22.17", ALL, NODE_22_17, during("test", NPM), /^Node 22\.17\.1 cannot run TypeScript/],
])("%s: one line", (_, installed, machine, env, problem) => {
  const found = findInstallProblem(makeCheckout(installed), { ...NODE_24, ...machine, env });
  expect(found).toMatch(problem);
  expect(found).not.toContain("\n");
});

/** Runs the script as npm does, from a checkout that a link leads to. */
function run(checkout: string, env: Record<string, string>) {
  mkdirSync(join(checkout, "scripts"));
  cpSync(join(root, "scripts/check-install.js"), join(checkout, "scripts/check-install.js"));
  cpSync(join(root, "package.json"), join(checkout, "package.json"));
  const link = `${checkout} link`;
  symlinkSync(checkout, link);
  const { npm_lifecycle_event: _, npm_config_user_agent: __, ...inherited } = process.env;
  return spawnSync(process.execPath, [join(link, "scripts/check-install.js")], {
    cwd: link,
    encoding: "utf8",
    env: { ...inherited, ...env },
  });
}

test("the script prints the line and fails", () => {
  const { status, stdout, stderr } = run(makeCheckout(undefined), during("start", NPM));
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: "",
    stderr: "The packages are not installed: run `npm ci`.\n",
  });
});

test("the script prints nothing where everything is installed", () => {
  const { status, stdout, stderr } = run(makeCheckout(ALL), during("start", NPM));
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
});

test("every command that a newcomer begins with runs the check first", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const name of ["preinstall", "postinstall", "start", "test", "check", "check:quick"]) {
    expect(scripts[name], name).toMatch(/^node scripts\/check-install\.js( && |$)/);
  }
  for (const command of Object.values<string>(scripts)) expect(command).not.toMatch(/^(pnpm|yarn|bun) /);
});
