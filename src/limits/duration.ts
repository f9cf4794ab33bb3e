/** Formats durations and amounts for people. */

/** @returns A text such as `1 second`, `60 seconds` or `15 minutes`: from two minutes on in minutes, rounded up. */
export function durationOf(seconds: number): string {
  return seconds < 120 ? amountOf(seconds, "second") : amountOf(Math.ceil(seconds / 60), "minute");
}

/** @param noun A noun with a plural in `s`. @returns A text such as `1 request` or `10 requests`. */
export function amountOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
