/** The progress line of a load. */
import type { Recorder } from "./recorder.ts";

/** Rewrites one line on a terminal; elsewhere prints one every 10 seconds. */
export function showProgress(recorder: Recorder, seconds: number): void {
  const { requests, rate, p50, p99, errors } = recorder.summarize(seconds);
  const times = `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
  const line = `${seconds.toFixed(0)} s: ${requests} requests, ${rate.toFixed(0)} per second, ${times}, ${errors} errors`;
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
  else if (Math.round(seconds) % 10 === 0) console.error(line);
}
