/** Runs a bundled Worker in a workerd process of its own, so that its CPU time can be told apart. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { onExit } from "./on-exit.ts";

// The package exports the path of its binary and has no types.
const workerd: string = createRequire(import.meta.url)("workerd").default;

export interface Serving {
  readonly port: number;
  /** The CPU time of the process so far, in microseconds. */
  readonly cpuMicroseconds: () => number;
  readonly stop: () => void;
}

/**
 * Serves the file `<name>.js` of the folder, and resolves when its socket listens. The process ends when this one does,
 * unless this one is ended by SIGKILL.
 */
export async function serve(folder: string, name: string): Promise<Serving> {
  const config = join(folder, `${name}.capnp`);
  writeFileSync(config, configOf(name));
  const child = spawn(workerd, ["serve", "--control-fd=3", config], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const stop = onExit(() => child.kill("SIGKILL"));
  const port = await portOf(child.stdio[3] as Readable).catch((cause) => {
    stop();
    throw new Error("workerd did not start", { cause });
  });
  return { port, cpuMicroseconds: () => cpuOf(child.pid), stop };
}

/** Reads the port of the socket from workerd's control pipe. The pipe ends early if workerd exits. */
async function portOf(control: Readable): Promise<number> {
  for await (const line of createInterface({ input: control, signal: AbortSignal.timeout(20_000) })) {
    const { event, port } = JSON.parse(line);
    if (event === "listen") return port;
  }
  throw new Error("no socket listened");
}

/** Adds up the threads' times. It is the sum of `utime` and `stime` in `/proc/<pid>/stat`, which has ticks of 10 ms. */
function cpuOf(pid: number | undefined): number {
  const times = readdirSync(`/proc/${pid}/task`).map((thread) => {
    const [nanoseconds] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ");
    return Number(nanoseconds) / 1_000;
  });
  return times.reduce((sum, time) => sum + time, 0);
}

function configOf(name: string): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "worker", worker = .worker)],
  sockets = [(name = "worker", address = "127.0.0.1:0", http = (), service = "worker")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "${name}.js")],
  compatibilityDate = "2026-11-01",
);
`;
}
