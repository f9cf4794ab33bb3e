/**
 * Deploys the app: `npm run deploy`, with `-- --env staging` to an environment beside production. `-- --dry-run` prints
 * the steps and builds the Worker, offline and without an account. Safe to run again; see `deploy/README.md`.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { type DeployTools, deploy } from "./deploy/deploy.ts";
import { PRODUCTION } from "./deploy/environment.ts";
import { publishRemotely } from "./publish-assets.ts";
import { readToml, readWrangler, root, runWrangler } from "./wrangler.ts";

const isInteractive = process.stdin.isTTY && process.stdout.isTTY;

const tools: DeployTools = {
  show: (args) => void runWrangler(args, { stdio: "inherit" }),
  read: readWrangler,
  check: () =>
    void execFileSync("npm", ["run", "check"], { cwd: root, stdio: "inherit", shell: process.platform === "win32" }),
  write(environment, config) {
    // Beside `wrangler.toml`, because paths in a configuration begin at its folder.
    const path = join(root, `.wrangler-${environment}.json`);
    writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`);
    return path;
  },
  publish: publishRemotely,
  print: (text) => console.log(text),
  ask: isInteractive ? askForOrigin : null,
  env: process.env,
};

async function askForOrigin(): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await terminal.question("The app's origin, such as https://example.com (PUBLIC_ORIGIN in wrangler.toml): ");
  } finally {
    terminal.close();
  }
}

// On Ctrl+C, the current Wrangler command ends first, so that the file of secrets is deleted before this runs.
process.on("SIGINT", () => process.exit(130));
try {
  const { values } = parseArgs({
    options: { env: { type: "string", short: "e" }, "dry-run": { type: "boolean" }, origin: { type: "string" } },
  });
  const options = {
    environment: values.env ?? PRODUCTION,
    isDryRun: values["dry-run"] ?? false,
    origin: values.origin,
  };
  await deploy(readToml(), options, tools);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
