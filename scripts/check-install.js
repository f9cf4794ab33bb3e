// @ts-check
/**
 * Reports in one line why this checkout cannot run, before a command fails with a stack trace. npm runs it before and
 * after it installs packages, and before the commands that need them; Yarn runs it instead of itself (`.yarnrc.yml`).
 * Plain JavaScript without packages, because it must run on versions of Node that cannot run TypeScript.
 */
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * @typedef {object} Machine
 * @property {string} nodeVersion Such as "24.21.0".
 * @property {unknown} runsTypeScript Truthy if Node runs `.ts` files without a flag (22.18, 23.6, and newer).
 * @property {Readonly<Record<string, string | undefined>>} env The variables that package managers set for scripts.
 */

/**
 * @param {string} root The checkout.
 * @param {Machine} machine
 * @returns {string | undefined} The problem and its solution; undefined if there is no problem.
 */
export function findInstallProblem(root, { nodeVersion, runsTypeScript, env }) {
  const installer = findInstaller(env);
  if (installer !== "npm") return `${installer} cannot install this project. Use npm: run \`npm ci\`.`;
  if (env.npm_lifecycle_event === "preinstall") return undefined;

  const modules = join(root, "node_modules");
  if (!existsSync(modules)) return "The packages are not installed: run `npm ci`.";
  if (!existsSync(join(modules, "wrangler"))) {
    return "The development packages are missing (--omit=dev or NODE_ENV=production): run `npm ci --include=dev`.";
  }
  const scope = join(modules, "@cloudflare");
  if (!existsSync(scope) || !readdirSync(scope).some((name) => name.startsWith("workerd-"))) {
    return "The packages for this platform are missing (--omit=optional): run `npm ci --include=optional`.";
  }
  if (!runsTypeScript) {
    return `Node ${nodeVersion} cannot run TypeScript, and the newer Node among the packages was not installed (--ignore-scripts): run \`npm ci --ignore-scripts=false\`, or use Node 22.18 or newer.`;
  }
  return undefined;
}

/**
 * Commands such as `pnpm start` work with the packages that npm has installed, so only an install counts.
 *
 * @param {Machine["env"]} env
 * @returns {string} The package manager that is installing the packages; "npm" if none is.
 */
function findInstaller({ npm_lifecycle_event: event = "", npm_config_user_agent: agent, YARN_IGNORE_PATH }) {
  // Yarn sets this variable for the program that it runs instead of itself, without a user agent.
  if (YARN_IGNORE_PATH && agent === undefined) return "yarn";
  // Such as "npm/11.19.1 node/v24.21.0 linux x64".
  const [manager] = agent?.split("/") ?? [];
  return manager && /^(pre|post)install$/.test(event) ? manager : "npm";
}

const script = fileURLToPath(import.meta.url);
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === script) {
  const { versions, features, env } = process;
  const machine = { nodeVersion: versions.node, runsTypeScript: Reflect.get(features, "typescript"), env };
  const problem = findInstallProblem(dirname(dirname(script)), machine);
  if (problem !== undefined) {
    console.error(problem);
    process.exitCode = 1;
  }
}
