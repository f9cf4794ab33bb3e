/** How much memory the Worker's isolate holds, asked of V8's inspector. */

/** The block that is being filled, the one that storage takes meanwhile, and what comes and goes besides. */
export const MOST_MEMORY = 14 * 1024 * 1024;

interface Target {
  readonly id: string;
  readonly webSocketDebuggerUrl: string;
}

export interface IsolateMemory {
  /** Collects garbage, then counts. @returns Bytes of the heap and of the buffers that hang on it. */
  sample(): Promise<number>;
  close(): void;
}

/**
 * @param inspector Of a Worker that runs in Miniflare.
 * @param wake Makes the isolate run something: it answers no question while it only passes bytes on.
 */
export async function openIsolateMemory(inspector: URL, wake: () => Promise<unknown>): Promise<IsolateMemory> {
  const targets = (await (await fetch(`http://${inspector.host}/json`)).json()) as Target[];
  const address = targets.find(({ id }) => id.includes("candor"))?.webSocketDebuggerUrl;
  if (!address) throw new Error(`No isolate of the Worker among ${JSON.stringify(targets)}`);
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  let lastId = 0;
  const ask = (method: string) =>
    new Promise<Record<string, number>>((resolve, reject) => {
      const id = ++lastId;
      const listen = ({ data }: MessageEvent) => {
        const answer = JSON.parse(String(data));
        if (answer.id !== id) return;
        clearInterval(waking);
        socket.removeEventListener("message", listen);
        if (answer.error) reject(new Error(`${method}: ${answer.error.message}`));
        else resolve(answer.result);
      };
      socket.addEventListener("message", listen);
      socket.send(JSON.stringify({ id, method }));
      const run = () =>
        void wake().catch((error) => {
          clearInterval(waking);
          reject(error);
        });
      // More than once, since the isolate may have run before the question reached it.
      const waking = setInterval(run, 100);
      run();
    });
  return {
    async sample() {
      await ask("HeapProfiler.collectGarbage");
      const { usedSize, backingStorageSize } = await ask("Runtime.getHeapUsage");
      if (usedSize === undefined || backingStorageSize === undefined) throw new Error("This V8 does not count buffers");
      return usedSize + backingStorageSize;
    },
    close: () => socket.close(),
  };
}
