/**
 * Serves the app for development: `npm start -- --port 8788`. Refuses a port that another program listens on: Wrangler
 * would take the next one, or share it with a program that listens on the other loopback address.
 */
import { spawn } from "node:child_process";
import { findFreePort, isPortTaken, portFrom } from "./port.ts";
import { readToml, root, wranglerPath } from "./wrangler.ts";

const args = process.argv.slice(2);
const port = portFrom(args, readToml());
if (await isPortTaken(port)) {
  console.error(
    `Port ${port} is already in use, perhaps by another copy of this app. Stop that program, or choose another port: npm start -- --port ${await findFreePort(port + 1)}`,
  );
  process.exitCode = 1;
} else serve();

function serve(): void {
  const wrangler = spawn(process.execPath, [wranglerPath, "dev", ...args], { cwd: root, stdio: "inherit" });
  // On Ctrl+C, the terminal signals both processes, and this one must wait for the other.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => wrangler.kill("SIGTERM"));
  wrangler.on("exit", (code) => {
    process.exitCode = code ?? 1;
  });
}
