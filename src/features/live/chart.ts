/** The chart of a metric. `public/live/live-page.js` reads the points back from the line, adds new ones and draws the same. */
import type { Metric, Sample } from "./env.ts";
import { statusOf } from "./metrics.ts";

export const SHOWN_SECONDS = 5 * 60;

/** After a longer pause between two samples, in which the feed had no listener, a new line begins. */
const MAX_PAUSE_SECONDS = 6;
/** Minimum value at the top of the axis, for whole numbers and for others. The axis also shows half of it. */
const MIN_SCALE = { whole: 2, other: 1 };

interface Point {
  readonly x: number;
  readonly value: number;
  /** Whether the line begins here. */
  readonly isStart: boolean;
}

/** The attributes `d` of the paths, and those of the element around them. */
export interface Chart {
  readonly line: string;
  readonly area: string;
  /** The pieces of the line with this status. */
  readonly warning: string;
  readonly critical: string;
  readonly viewBox: string;
  /** The value at the upper edge. */
  readonly max: number;
}

/**
 * @param samples The samples of this metric, oldest first.
 * @param start The origin of the x axis, in milliseconds since the epoch.
 * @param now The right edge of the chart, in milliseconds since the epoch.
 */
export function drawChart(metric: Metric, samples: readonly Sample[], start: number, now: number): Chart {
  const points = toPoints(samples, start);
  const max = scaleOf(points.map(({ value }) => value));
  const line = points.map(({ x, value, isStart }) => `${isStart ? "M" : "L"}${x} ${-value}`).join("");
  const end = Math.max(points.at(-1)?.x ?? 0, Math.round((now - start) / 1_000));
  return {
    line,
    area: areaBelow(line),
    warning: piecesOf(metric, points, "warning"),
    critical: piecesOf(metric, points, "critical"),
    viewBox: `${end - SHOWN_SECONDS} ${-max} ${SHOWN_SECONDS} ${max}`,
    max,
  };
}

/** Omits points between two others of the same value. */
function toPoints(samples: readonly Sample[], start: number): Point[] {
  const points: Point[] = [];
  for (const { timestamp, value } of samples) {
    const x = Math.round((Date.parse(timestamp) - start) / 100) / 10;
    const [last, before] = [points.at(-1), points.at(-2)];
    const isStart = last === undefined || x - last.x > MAX_PAUSE_SECONDS;
    if (!isStart && !last.isStart && last.value === value && before?.value === value) points.pop();
    points.push({ x, value, isStart });
  }
  return points;
}

/** @returns A round number that leaves space above the highest value: 1, 2, 4, 10, 20, 40, 100 and so on. */
export function scaleOf(values: readonly number[]): number {
  const min = values.every(Number.isInteger) ? MIN_SCALE.whole : MIN_SCALE.other;
  const needed = Math.max(min, 1.05 * Math.max(...values));
  const power = 10 ** Math.floor(Math.log10(needed));
  return [1, 2, 4].map((step) => step * power).find((max) => max >= needed) ?? 10 * power;
}

/** Closes each part of a line along the axis. */
function areaBelow(line: string): string {
  const parts = line.split(/(?=M)/).filter((part) => part.includes("L"));
  return parts.map((part) => `${part}V0H${part.slice(1, part.indexOf(" "))}Z`).join("");
}

function piecesOf(metric: Metric, points: readonly Point[], status: Sample["status"]): string {
  return points
    .map(({ x, value, isStart }, index) => {
      const from = points[index - 1];
      return isStart || !from || statusOf(metric, value) !== status ? "" : `M${from.x} ${-from.value}L${x} ${-value}`;
    })
    .join("");
}
