/** A request to listen, which the Worker sends to the feed. */
import type { Metric, Report } from "./env.ts";

export interface ListenRequest {
  /** The address of the client. */
  readonly address: string;
  /** The id of the last event that the client has; null for new events only. */
  readonly after: string | null;
  /** The metrics of the app. */
  readonly metrics: readonly Metric[];
  /** The responses that the isolate has counted since its last report. */
  readonly report: Report;
}

export function listenUrl({ address, after, metrics, report }: ListenRequest): string {
  const query = new URLSearchParams({ address, metrics: JSON.stringify(metrics), report: JSON.stringify(report) });
  if (after !== null) query.set("after", after);
  return `http://feed/?${query}`;
}

/** Reads a URL from `listenUrl`. Missing parts are empty. */
export function readListenUrl(url: string): ListenRequest {
  const query = new URL(url).searchParams;
  return {
    address: query.get("address") ?? "",
    after: query.get("after"),
    metrics: JSON.parse(query.get("metrics") ?? "[]"),
    report: JSON.parse(query.get("report") ?? '{ "isolate": "", "interval": 0, "counts": [] }'),
  };
}
