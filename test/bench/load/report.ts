/** Reports a load: as a table, as JSON, and as a plot. */
import type { Plot } from "../plot-data.ts";
import type { ErrorCount, Summary } from "./recorder.ts";
import type { LoadResult } from "./run-load.ts";

/** The object that `--json` prints. Times are in milliseconds, and rates per second. */
export interface LoadReport extends Summary {
  readonly target: string;
  readonly seconds: number;
  readonly concurrency: number;
  /** Null if each connection waited for its responses. */
  readonly scheduledRate: number | null;
  /** Requests that were due and not sent. */
  readonly unsent: number;
  /** CPU time of the Worker's process for each request, in milliseconds. Null if it is not known. */
  readonly cpu: number | null;
  readonly kinds: Readonly<Record<string, Summary>>;
  readonly errorSamples: readonly ErrorCount[];
  /** Counts that must be zero, such as lost chat messages. */
  readonly faults: Readonly<Record<string, number>>;
  /** Sentences about kinds and requests that were left out. */
  readonly notes: readonly string[];
}

interface Setting {
  readonly target: string;
  readonly concurrency: number;
  readonly rate: number | undefined;
  /** CPU time of the Worker's process during the load, in milliseconds. */
  readonly cpu?: number | undefined;
}

export function toReport(result: LoadResult, { target, concurrency, rate, cpu }: Setting): LoadReport {
  const { recorder, seconds, unsent, faults, notes } = result;
  const all = recorder.summarize(seconds);
  return {
    target,
    seconds,
    concurrency,
    scheduledRate: rate ?? null,
    ...all,
    unsent,
    cpu: cpu === undefined ? null : cpu / all.requests,
    kinds: Object.fromEntries(recorder.kinds.map((kind) => [kind, recorder.summarize(seconds, kind)])),
    errorSamples: recorder.errors,
    faults,
    notes,
  };
}

/** Whether the command must end with exit code 1. */
export function hasFailed({ errors, faults }: LoadReport): boolean {
  return errors > 0 || Object.values(faults).some((count) => count > 0);
}

/** Returns a Markdown table, and sentences about errors and omissions. */
export function toText(report: LoadReport): string {
  const { kinds, errorSamples, faults, notes, unsent, scheduledRate, cpu } = report;
  const rows = [...Object.entries(kinds), ["all", report] as const].map(([kind, summary]) => rowOf(kind, summary));
  const found = Object.entries(faults).filter(([, count]) => count > 0);
  const lines = [
    "| Kind | Requests | Per second | Mean, ms | p50 | p95 | p99 | Errors |",
    "|---|---|---|---|---|---|---|---|",
    ...rows,
    ...(cpu === null ? [] : [`\nCPU of the Worker's process: ${cpu.toFixed(2)} ms for each request.`]),
    ...(unsent > 0 ? [`\n${unsent} requests were due at ${scheduledRate} per second, but not sent in time.`] : []),
    ...errorSamples.map(({ kind, error, count, sample }) => `\n${count} × ${kind}, ${error}. The first: ${sample}`),
    ...found.map(([name, count]) => `\n${count} ${name}`),
    ...notes.map((note) => `\n${note}`),
  ];
  return lines.join("\n");
}

function rowOf(kind: string, { requests, rate, mean, p50, p95, p99, errors }: Summary): string {
  const cells = [requests, rate.toFixed(1), ...[mean, p50, p95, p99].map((time) => time.toFixed(1)), errors];
  return `| ${[kind, ...cells].join(" | ")} |`;
}

/** The approximate number of points of each line. */
const POINTS_PER_LINE = 120;

export function toPlot({ recorder, seconds }: LoadResult, title: string): Plot {
  const width = Math.max(1, Math.ceil(seconds / POINTS_PER_LINE));
  const kinds = recorder.kinds.map((kind) => ({ name: kind, intervals: recorder.intervals(kind, width) }));
  const x = { label: "Seconds since the start" };
  const timesOf = (key: "p50" | "p99") =>
    kinds.map(({ name, intervals }) => ({
      name,
      points: intervals.filter(({ rate }) => rate > 0).map((interval) => [interval.at, interval[key]] as const),
    }));
  return {
    title,
    subtitle: `Each point covers ${width} s`,
    panels: [
      { title: "Response time, median", x, y: { label: "Milliseconds", scale: "log" }, series: timesOf("p50") },
      { title: "Response time, p99", x, y: { label: "Milliseconds", scale: "log" }, series: timesOf("p99") },
      {
        title: "Responses",
        x,
        y: { label: "Per second" },
        series: kinds.map(({ name, intervals }) => ({
          name,
          points: intervals.map(({ at, rate }) => [at, rate] as const),
        })),
      },
    ],
  };
}
