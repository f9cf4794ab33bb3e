/** The verdict of a soak, and its plot. */
import type { Plot } from "../plot-data.ts";
import { type Trend, trendOf } from "./memory-trend.ts";
import { type LoadReport, toPlot } from "./report.ts";
import type { LoadResult } from "./run-load.ts";
import type { WatchSample } from "./watch.ts";

export const SOAK_HELP = `Runs the mix of npm run load for ten minutes on a Worker of its own, evicts Durable Objects every 10 seconds, and
restarts the process three times in the first eighth. Ends with a verdict and exit code 1 if it failed.

npm run soak -- [--seconds 600] [--concurrency 8] [--rate <n>] [--users 50] [--json] [--plot <file>]`;

/** The maximum rise over the last two thirds that still counts as flat. */
const MAX_RISE = { heapMiB: 4, descriptorShare: 0.1 };
/** How many more sockets the process may have than at the start, since it opens some for its own purposes. */
const MAX_EXTRA_SOCKETS = 20;

interface Soak {
  readonly report: LoadReport;
  /** The samples while requests were sent. */
  readonly watched: readonly WatchSample[];
  /** The sample after all clients have disconnected. */
  readonly settled: WatchSample | undefined;
  /** Acknowledged writes that have been read back. */
  readonly written: number;
  readonly missing: readonly string[];
  /** Counts that must be zero. */
  readonly faults: Readonly<Record<string, number>>;
  readonly done: { readonly evictions: number; readonly restarts: number };
}

export interface Verdict {
  readonly hasPassed: boolean;
  readonly text: string;
  readonly heap: Trend;
  readonly resident: Trend;
}

/** Judges by counts and bytes, never by times. */
export function judge({ report, watched, settled, written, missing, faults, done }: Soak): Verdict {
  const heap = trendOf(watched.flatMap(({ at, heapMiB }) => (heapMiB === undefined ? [] : [[at, heapMiB] as const])));
  const resident = trendOf(watched.map(({ at, residentMiB }) => [at, residentMiB] as const));
  // Evictions close the databases of objects, and requests reopen them, so only the peaks are comparable.
  const lastThird = ((watched.at(-1)?.at ?? 0) * 2) / 3;
  const peak = (isChosen: (at: number) => boolean) =>
    Math.max(...watched.filter(({ at }) => isChosen(at)).map(({ descriptors }) => descriptors));
  const [earlyPeak, latePeak] = [peak((at) => at < lastThird), peak((at) => at >= lastThird)];
  const extraSockets = (settled?.sockets ?? Number.NaN) - (watched[0]?.sockets ?? Number.NaN);
  const rise = ({ mean, rise: total, risePerHour }: Trend) =>
    `mean ${mean.toFixed(1)} MiB, rise ${total.toFixed(2)} MiB (${risePerHour.toFixed(1)} per hour)`;
  const checks: (readonly [what: string, isGood: boolean, figure: string | number])[] = [
    [
      "Objects evicted, processes restarted",
      done.evictions > 0 && done.restarts > 0,
      `${done.evictions}, ${done.restarts}`,
    ],
    ["Errors outside restarts", report.errors === 0, report.errors],
    [`Acknowledged writes that cannot be read back, of ${written}`, missing.length === 0, missing.length],
    ...Object.entries(faults).map(([name, count]) => [capitalize(name), count === 0, count] as const),
    ["Heap of the isolate, last two thirds", heap.rise <= MAX_RISE.heapMiB, rise(heap)],
    [
      "Peak of descriptors in the last third, and before",
      latePeak <= MAX_RISE.descriptorShare * earlyPeak + earlyPeak,
      `${latePeak}, ${earlyPeak}`,
    ],
    ["Additional sockets after the load", extraSockets <= MAX_EXTRA_SOCKETS, extraSockets],
  ];
  const hasPassed = checks.every(([, isGood]) => isGood);
  const rows = checks.map(([what, isGood, figure]) => `| ${what} | ${figure} | ${isGood ? "good" : "**bad**"} |`);
  const samples = missing.slice(0, 3).map((sentence) => `\n${sentence.slice(0, 300)}`);
  const text = [
    "| Check | Figure | |",
    "|---|---|---|",
    ...rows,
    // Not judged, since the process also runs the local D1, R2 and KV.
    `| Resident memory of the process, last two thirds | ${rise(resident)} | not judged |`,
    ...samples,
    `\nVerdict: ${hasPassed ? "good" : "bad"}`,
  ];
  return { hasPassed, text: text.join("\n"), heap, resident };
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function toSoakPlot(result: LoadResult, watched: readonly WatchSample[]): Plot {
  const { panels } = toPlot(result, "");
  const x = { label: "Seconds since the start" };
  const line = (name: string, key: Exclude<keyof WatchSample, "at">) => ({
    name,
    points: watched.flatMap((sample) => (sample[key] === undefined ? [] : [[sample.at, sample[key]] as const])),
  });
  return {
    title: "Soak of the built Worker",
    panels: [
      {
        title: "Memory: of the process, and of the isolate after garbage collection",
        x,
        y: { label: "MiB", scale: "log" },
        series: [line("process", "residentMiB"), line("isolate", "heapMiB")],
      },
      {
        title: "Open",
        x,
        y: { label: "Number" },
        series: [line("descriptors", "descriptors"), line("sockets", "sockets")],
      },
      ...panels,
    ],
  };
}
