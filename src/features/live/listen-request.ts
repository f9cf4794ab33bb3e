/** A request to listen, which the Worker sends to the feed. */
import type { Metric, ResponseCounts } from "./env.ts";

export interface ListenRequest {
  /** The address of the client. */
  readonly address: string;
  /** The id of the last event that the client has; null for new events only. */
  readonly after: string | null;
  /** The metrics of the app. */
  readonly metrics: readonly Metric[];
  /** The counts of the isolate since its last report. */
  readonly counts: ResponseCounts;
}

export function listenUrl({ address, after, metrics, counts }: ListenRequest): string {
  const query = new URLSearchParams({ address, metrics: JSON.stringify(metrics), counts: JSON.stringify(counts) });
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
    counts: JSON.parse(query.get("counts") ?? '{ "requests": 0, "activities": {} }'),
  };
}
