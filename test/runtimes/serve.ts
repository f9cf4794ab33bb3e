/** Serves the example of a runtime in src/http/README.md on that runtime, and asks it once. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exampleBelow } from "../http/readme/examples.ts";

const root = join(import.meta.dirname, "../..");

/** How a file is run, and the port of the example's server there. */
const RUNTIMES = {
  Node: {
    command: process.execPath,
    args: [],
    port: "(await new Promise((done) => server.on('listening', done)), server.address().port)",
  },
  Bun: { command: "bun", args: [], port: "server.port" },
  Deno: {
    command: "deno",
    args: ["run", "--no-lock", "--no-check", "--allow-net", "--allow-read"],
    port: "server.addr.port",
  },
} as const;

/** @returns The text that the example answers with. Throws with the output of the runtime if it does not answer. */
export function serveExample(runtime: keyof typeof RUNTIMES): string {
  const { command, args, port } = RUNTIMES[runtime];
  const readme = readFileSync(join(root, "src/http/README.md"), "utf8");
  const code = exampleBelow(readme, `### ${runtime}`)
    .replace("./src/http/index.ts", join(root, "src/http/index.ts"))
    .replaceAll("3000", "0");
  const ask = `console.log("answer: " + (await (await fetch("http://localhost:" + ${port})).text()));`;
  const exit = "globalThis.Deno ? Deno.exit() : process.exit();";
  const folder = mkdtempSync(join(tmpdir(), "candor-serve-"));
  try {
    writeFileSync(join(folder, "example.ts"), `// @ts-nocheck\n${code}\n${ask}\n${exit}\n`);
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    const options = { cwd: folder, encoding: "utf8", timeout: 20_000 } as const;
    const { stdout, stderr, error } = spawnSync(command, [...args, "example.ts"], options);
    const [, answer] = /^answer: (.*)$/m.exec(stdout ?? "") ?? [];
    if (answer === undefined) throw new Error(`${runtime} did not answer: ${stdout}${stderr}`, { cause: error });
    return answer;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
