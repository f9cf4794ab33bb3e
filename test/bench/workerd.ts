/** Measures CPU time per request and requests per second in workerd, relative to a handwritten handler. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundle } from "./bundle.ts";
import { openConnections } from "./connections.ts";
import { FILES, NAMES, type Name, namesFor, type Sample, samples, verify } from "./contenders.ts";
import { summarize, takeTurns } from "./interleave.ts";
import { printTable, type Row, roundsOr, toRow } from "./report.ts";
import { withTemporaryFolder } from "./temporary.ts";
import { type Serving, serve } from "./workerd-process.ts";

const REQUESTS = 2_000;
/** Two processes that run the same code differ by some percent as long as they live, so there are several of each. */
const RESTARTS = 5;
const MEASURED: readonly Sample[] = [samples.list, samples.read, samples.create];

interface Figures {
  readonly cpu: number;
  readonly rate: number;
}

/** Measures a static route, a route with a parameter and a JSON body with a schema. */
export async function measureWorkerd(): Promise<Row[]> {
  return withTemporaryFolder(async (folder) => {
    for (const name of NAMES) {
      await writeFile(
        join(folder, `${name}.js`),
        await bundle(`export { default } from "./contenders/${FILES[name]}.ts"`),
      );
    }
    const turns = new Map(MEASURED.map((sample) => [sample, [] as Map<Name, Figures>[]]));
    for (let start = 0; start < RESTARTS; start++) await measureProcesses(folder, turns);
    return [...turns].flatMap(([sample, figures]) => rowsOf(sample, figures));
  });
}

/** Starts a process for every contender, one after another under load, and adds the figures of each round. */
async function measureProcesses(folder: string, turns: Map<Sample, Map<Name, Figures>[]>): Promise<void> {
  const processes = new Map<Name, Serving>();
  try {
    for (const name of NAMES) processes.set(name, await serve(folder, name));
    for (const [name, { port }] of processes) {
      await verify(name, ({ path, init }) => fetch(`http://127.0.0.1:${port}${path}`, init));
    }
    for (const [sample, figures] of turns) figures.push(...(await measureSample(sample, processes)));
  } finally {
    for (const { stop } of processes.values()) stop();
  }
}

async function measureSample(sample: Sample, processes: ReadonlyMap<Name, Serving>): Promise<Map<Name, Figures>[]> {
  const names = namesFor(sample);
  const clients = new Map<Name, Awaited<ReturnType<typeof openConnections>>>();
  for (const [name, { port }] of processes) clients.set(name, await openConnections(port, sample));
  const turns = await takeTurns(names, { rounds: roundsOr(10), warmup: 3 }, async (name) => {
    const cpuBefore = processes.get(name)?.cpuMicroseconds() ?? Number.NaN;
    const startedAt = performance.now();
    await clients.get(name)?.send(REQUESTS);
    const seconds = (performance.now() - startedAt) / 1_000;
    const cpuAfter = processes.get(name)?.cpuMicroseconds() ?? Number.NaN;
    return { cpu: (cpuAfter - cpuBefore) / REQUESTS, rate: REQUESTS / seconds };
  });
  for (const { close } of clients.values()) close();
  return turns;
}

function rowsOf(sample: Sample, turns: readonly Map<Name, Figures>[]): Row[] {
  const measured = (figure: keyof Figures) =>
    summarize(
      namesFor(sample),
      turns.map((turn) => new Map([...turn].map(([name, figures]) => [name, figures[figure]]))),
    );
  return [
    toRow(`workerd: ${sample.what}, CPU × by hand`, measured("cpu"), (value) => `${value.toFixed(1)} µs`),
    toRow(`workerd: ${sample.what}, requests/s × by hand`, measured("rate"), (value) => `${Math.round(value)}/s`),
  ];
}

if (import.meta.main) printTable(await measureWorkerd());
