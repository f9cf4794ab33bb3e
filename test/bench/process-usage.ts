/** Reads the resource usage of the workerd processes that this process has started from `/proc`. Linux only. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export interface ProcessUsage {
  /** The CPU time of all threads since the process started. */
  readonly cpuMilliseconds: number;
  readonly residentBytes: number;
  readonly descriptors: number;
  /** The descriptors that are sockets. */
  readonly sockets: number;
}

/** @returns The sums over all processes; zeros if there are none. */
export function workerdUsage(): ProcessUsage {
  const usages = readdirSync("/proc").flatMap((pid) => (/^\d+$/.test(pid) && isOwnWorkerd(pid) ? [usageOf(pid)] : []));
  const sum = (key: keyof ProcessUsage) => usages.reduce((total, usage) => total + usage[key], 0);
  return {
    cpuMilliseconds: sum("cpuMilliseconds"),
    residentBytes: sum("residentBytes"),
    descriptors: sum("descriptors"),
    sockets: sum("sockets"),
  };
}

function isOwnWorkerd(pid: string): boolean {
  const stat = whileRunning(() => readFileSync(`/proc/${pid}/stat`, "utf8")) ?? "";
  const [, name, parent] = /\((.*)\) \S+ (\d+)/.exec(stat) ?? [];
  return name === "workerd" && Number(parent) === process.pid;
}

function usageOf(pid: string): ProcessUsage {
  const list = (folder: string) => whileRunning(() => readdirSync(`/proc/${pid}/${folder}`)) ?? [];
  const read = (path: string) => whileRunning(() => readFileSync(`/proc/${pid}/${path}`, "utf8")) ?? "";
  const nanoseconds = list("task").map((thread) => Number(read(`task/${thread}/schedstat`).split(" ")[0]));
  const targets = list("fd").map((fd) => whileRunning(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? "");
  return {
    cpuMilliseconds: nanoseconds.reduce((sum, time) => sum + time, 0) / 1e6,
    residentBytes: Number(/^VmRSS:\s+(\d+) kB/m.exec(read("status"))?.[1] ?? 0) * 1024,
    descriptors: targets.length,
    sockets: targets.filter((target) => target.startsWith("socket:")).length,
  };
}

/** @returns Undefined if the process, the thread or the descriptor has ended meanwhile. */
function whileRunning<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
