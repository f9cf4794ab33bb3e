/** Computes the trend of memory samples, by least squares. */

/** A value at a time, in seconds. */
export type Point = readonly [at: number, value: number];

export interface Trend {
  readonly mean: number;
  /** How much the fitted line rises from the first to the last sample. */
  readonly rise: number;
  readonly risePerHour: number;
}

/** @returns The trend of the samples after the first third, in which caches fill. */
export function trendOf(points: readonly Point[]): Trend {
  const end = points.at(-1)?.[0] ?? 0;
  const late = points.filter(([at]) => at >= end / 3);
  const mean = (index: 0 | 1) => late.reduce((sum, point) => sum + point[index], 0) / late.length;
  const [middle, level] = [mean(0), mean(1)];
  const variance = late.reduce((sum, [at]) => sum + (at - middle) ** 2, 0);
  const slope = late.reduce((sum, [at, value]) => sum + (at - middle) * (value - level), 0) / variance;
  const duration = end - (late[0]?.[0] ?? 0);
  return late.length < 2
    ? { mean: Number.NaN, rise: Number.NaN, risePerHour: Number.NaN }
    : { mean: level, rise: slope * duration, risePerHour: slope * 3600 };
}
