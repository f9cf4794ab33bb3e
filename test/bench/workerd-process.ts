/** Runs one workerd process that serves several bundled Workers, each on its own loopback port. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { onExit } from "./on-exit.ts";

// The package exports the path of its binary and has no types.
const workerd: string = createRequire(import.meta.url)("workerd").default;

export interface Serving<TName extends string> {
  readonly origins: Record<TName, string>;
  readonly stop: () => void;
}

/**
 * Serves the file `<name>.js` of the folder for every name, and resolves when all sockets listen.
 * The process ends when this one does, unless this one is ended by SIGKILL.
 */
export async function serve<TName extends string>(folder: string, names: readonly TName[]): Promise<Serving<TName>> {
  const config = join(folder, "workerd.capnp");
  writeFileSync(config, configOf(names));
  const child = spawn(workerd, ["serve", "--control-fd=3", config], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const stop = onExit(() => child.kill("SIGKILL"));
  const ports = await listening(child.stdio[3] as Readable, names.length).catch((cause) => {
    stop();
    throw new Error("workerd did not start", { cause });
  });
  const origins = names.map((name) => [name, `http://127.0.0.1:${ports.get(name)}`]);
  return { origins: Object.fromEntries(origins) as Record<TName, string>, stop };
}

/** Reads the port of each socket from workerd's control pipe. The pipe ends early if workerd exits. */
async function listening(control: Readable, count: number): Promise<Map<string, number>> {
  const ports = new Map<string, number>();
  const lines = createInterface({ input: control, signal: AbortSignal.timeout(20_000) });
  for await (const line of lines) {
    const { event, socket, port } = JSON.parse(line);
    if (event === "listen") ports.set(socket, port);
    if (ports.size === count) return ports;
  }
  throw new Error(`${ports.size} of ${count} sockets listened`);
}

function configOf(names: readonly string[]): string {
  const services = names.map((name) => `(name = "${name}", worker = .${name})`);
  const sockets = names.map((name) => `(name = "${name}", address = "127.0.0.1:0", http = (), service = "${name}")`);
  const workers = names.map(
    (name) => `const ${name} :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "${name}.js")],
  compatibilityDate = "2026-11-01",
);`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [${services.join(", ")}], sockets = [${sockets.join(", ")}]);
${workers.join("\n")}
`;
}
