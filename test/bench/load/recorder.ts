/** Records the response times of a load, and summarizes them for each kind. */
import { KINDS, type LoadError } from "./types.ts";

/** The kind of responses that a rate limit has denied. */
export const LIMITED = "429";
/** The kind of requests that were in flight while the Worker was restarted. */
export const INTERRUPTED = "interrupted";

const ORDER: readonly string[] = KINDS;

/** Times in milliseconds, from all samples. */
export interface Summary {
  readonly requests: number;
  /** Requests per second. */
  readonly rate: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly errors: number;
}

export interface ErrorCount extends LoadError {
  readonly kind: string;
  readonly count: number;
}

/** The responses of a kind within one or more seconds. */
export interface Interval {
  /** Seconds since the start, at the end of the interval. */
  readonly at: number;
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
}

interface Sample {
  readonly kind: string;
  /** When the response arrived: milliseconds since the start. */
  readonly at: number;
  readonly milliseconds: number;
}

interface Samples {
  readonly at: number[];
  readonly milliseconds: number[];
  errors: number;
}

export class Recorder {
  readonly #kinds = new Map<string, Samples>();
  readonly #errors = new Map<string, ErrorCount>();

  add({ kind, at, milliseconds }: Sample, error?: LoadError): void {
    const samples = this.#kinds.get(kind) ?? { at: [], milliseconds: [], errors: 0 };
    this.#kinds.set(kind, samples);
    samples.at.push(at);
    samples.milliseconds.push(milliseconds);
    if (!error) return;
    samples.errors += 1;
    const key = `${kind} ${error.error}`;
    const known = this.#errors.get(key);
    this.#errors.set(key, { kind, ...(known ?? error), count: (known?.count ?? 0) + 1 });
  }

  /** The kinds of the mix come first, in its order. */
  get kinds(): string[] {
    const rankOf = (kind: string) => (ORDER.indexOf(kind) + ORDER.length + 1) % (ORDER.length + 1);
    return [...this.#kinds.keys()].sort((a, b) => rankOf(a) - rankOf(b));
  }

  /** The most frequent errors come first, each with its first example. */
  get errors(): ErrorCount[] {
    return [...this.#errors.values()].sort((a, b) => b.count - a.count);
  }

  /** @param seconds The duration, for the rate. @param kind Default: all kinds. */
  summarize(seconds: number, kind?: string): Summary {
    const chosen = this.#choose(kind);
    const times = sort(chosen.flatMap(({ milliseconds }) => milliseconds));
    return {
      requests: times.length,
      rate: times.length / seconds,
      mean: times.length === 0 ? 0 : times.reduce((sum, time) => sum + time, 0) / times.length,
      p50: percentile(times, 50),
      p95: percentile(times, 95),
      p99: percentile(times, 99),
      errors: chosen.reduce((sum, { errors }) => sum + errors, 0),
    };
  }

  /** @param width Seconds of each interval. */
  intervals(kind: string, width: number): Interval[] {
    const buckets: number[][] = [];
    for (const { at, milliseconds } of this.#choose(kind)) {
      for (const [index, time] of at.entries()) {
        const bucket = Math.floor(time / 1000 / width);
        while (buckets.length <= bucket) buckets.push([]);
        buckets[bucket]?.push(milliseconds[index] ?? 0);
      }
    }
    return buckets.map((bucket, index) => {
      const times = sort(bucket);
      const [p50, p99] = [percentile(times, 50), percentile(times, 99)];
      return { at: (index + 1) * width, rate: times.length / width, p50, p99 };
    });
  }

  #choose(kind: string | undefined): Samples[] {
    return [...this.#kinds].filter(([name]) => kind === undefined || name === kind).map(([, samples]) => samples);
  }
}

function sort(times: readonly number[]): Float64Array {
  return Float64Array.from(times).sort();
}

/**
 * Returns the smallest time that at least this share of all times does not exceed (nearest rank).
 *
 * @param sorted In ascending order.
 * @returns 0 for no times.
 */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  const rank = Math.ceil((percent / 100) * sorted.length);
  return sorted[Math.max(0, rank - 1)] ?? 0;
}
