/** Watches the process of the Worker during a soak: memory, sockets and file descriptors. */

import { type IsolateMemory, openIsolateMemory } from "../../integration/isolate-memory.ts";
import type { RunningWorker } from "../../integration/worker.ts";
import { workerdUsage } from "../process-usage.ts";
import type { Target } from "./target.ts";

export interface WatchSample {
  /** Seconds since the start. */
  readonly at: number;
  readonly residentMiB: number;
  /** The isolate's heap and buffers after a garbage collection. Undefined if the isolate did not respond. */
  readonly heapMiB: number | undefined;
  readonly descriptors: number;
  readonly sockets: number;
}

const INTERVAL_MS = 5000;
const HEAP_TIMEOUT_MS = 4000;
const MIB = 1024 * 1024;

export class Watch {
  readonly samples: WatchSample[] = [];
  readonly #worker: RunningWorker;
  readonly #target: Target;
  readonly #start = performance.now();
  #memory: IsolateMemory | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isSampling = false;

  constructor(worker: RunningWorker, target: Target) {
    this.#worker = worker;
    this.#target = target;
  }

  /** Starts sampling, or resumes it after a restart of the Worker. */
  async start(): Promise<void> {
    const wake = () => this.#target.send({ path: "/nowhere" });
    this.#memory = await openIsolateMemory(await this.#worker.inspector(), wake);
    this.#timer = setInterval(() => void this.sample(), INTERVAL_MS);
  }

  pause(): void {
    clearInterval(this.#timer);
    this.#memory?.close();
    this.#memory = undefined;
  }

  async sample(): Promise<void> {
    if (this.#isSampling) return;
    this.#isSampling = true;
    const heap = await this.#sampleHeap();
    const { residentBytes, descriptors, sockets } = workerdUsage();
    const at = (performance.now() - this.#start) / 1000;
    const residentMiB = residentBytes / MIB;
    this.#isSampling = false;
    const isRunning = residentBytes > 0;
    if (isRunning)
      this.samples.push({
        at,
        residentMiB,
        heapMiB: heap && heap / MIB,
        descriptors,
        sockets,
      });
  }

  async #sampleHeap(): Promise<number | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, HEAP_TIMEOUT_MS, undefined);
    });
    const sample = this.#memory?.sample().catch(() => undefined);
    return Promise.race([sample, timeout]).finally(() => clearTimeout(timer));
  }
}
