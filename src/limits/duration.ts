/** Durations and amounts as people read them. */

/** @returns Such as `1 second`, `60 seconds` or `15 minutes`: in minutes from two minutes on, rounded up. */
export function durationOf(seconds: number): string {
  return seconds < 120 ? amountOf(seconds, "second") : amountOf(Math.ceil(seconds / 60), "minute");
}

/** @param noun Its plural has an `s`. @returns Such as `1 request` or `10 requests`. */
export function amountOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
