/** Serves the example of a runtime in src/http/README.md on that runtime, and sends it two requests. */
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

/** @returns The responses to `/` and to an unknown path. Throws with the output of the runtime if there are none. */
export function serveExample(runtime: keyof typeof RUNTIMES): string {
  const { command, args, port } = RUNTIMES[runtime];
  const readme = readFileSync(join(root, "src/http/README.md"), "utf8");
  const code = exampleBelow(readme, `### ${runtime}`)
    .replace("./src/http/index.ts", join(root, "src/http/index.ts"))
    .replaceAll("3000", "0");
  const ask = `const askedPort = ${port};
  for (const path of ["", "missing"]) {
    const response = await fetch("http://localhost:" + askedPort + "/" + path);
    console.log("response: " + response.status + " " + (await response.text()));
  }`;
  const exit = "globalThis.Deno ? Deno.exit() : process.exit();";
  const folder = mkdtempSync(join(tmpdir(), "candor-serve-"));
  try {
    writeFileSync(join(folder, "example.ts"), `// @ts-nocheck\n${code}\n${ask}\n${exit}\n`);
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    const options = { cwd: folder, encoding: "utf8", timeout: 20_000 } as const;
    const { stdout, stderr, error } = spawnSync(command, [...args, "example.ts"], options);
    const responses = Array.from((stdout ?? "").matchAll(/^response: (.*)$/gm), ([, response = ""]) => response);
    if (responses.length < 2) throw new Error(`${runtime} did not respond: ${stdout}${stderr}`, { cause: error });
    return responses.join(", ");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
