/** Runs the conformance cases on Node, Bun and Deno, and fails if any of them fails. `npm run` puts all three on the path. */
import { spawnSync } from "node:child_process";

const commands = {
  "Node.js": ["node", "run.ts"],
  Bun: ["bun", "run.ts"],
  Deno: ["deno", "run", "--no-lock", "--allow-read", "--allow-env", "run.ts"],
} as const;

const failed: string[] = [];
for (const [runtime, [command, ...args]] of Object.entries(commands)) {
  console.log(`${runtime}:`);
  if (spawnSync(command, args, { cwd: import.meta.dirname, stdio: "inherit" }).status !== 0) failed.push(runtime);
}

console.log(failed.length === 0 ? "Every runtime passed." : `Failed on ${failed.join(", ")}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
