/** Runs the conformance cases and the README's example on Node, Bun and Deno. `npm run` puts all three on the path. */
import { spawnSync } from "node:child_process";
import { serveExample } from "./serve.ts";

const commands = {
  Node: ["node", "run.ts"],
  Bun: ["bun", "run.ts"],
  Deno: ["deno", "run", "--no-lock", "--allow-read", "--allow-env", "run.ts"],
} as const;

const failed: string[] = [];
for (const runtime of ["Node", "Bun", "Deno"] as const) {
  console.log(`${runtime}:`);
  const [command, ...args] = commands[runtime];
  try {
    console.log(`the example of src/http/README.md answers ${serveExample(runtime)}`);
    const { status } = spawnSync(command, args, { cwd: import.meta.dirname, stdio: "inherit" });
    if (status !== 0) failed.push(runtime);
  } catch (error) {
    console.error(error);
    failed.push(runtime);
  }
}

console.log(failed.length === 0 ? "Every runtime passed." : `Failed on ${failed.join(", ")}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
