/** The format of server-sent events (HTML §9.2). */

export interface ServerSentEvent {
  /** Sent back by a reconnecting client as `Last-Event-ID`. Without line breaks and NUL. */
  readonly id?: string;
  /** The type; `message` by default. */
  readonly event?: string;
  /** Sent as JSON on one line. */
  readonly data: unknown;
}

/** The headers of an event stream, which proxies must neither store nor transform. */
export const EVENT_STREAM = {
  "Content-Type": "text/event-stream; charset=utf-8",
  "Cache-Control": "no-store, no-transform",
} as const;

export function formatEvent({ id, event, data }: ServerSentEvent): string {
  const fields = [id !== undefined && `id: ${id}`, event && `event: ${event}`, `data: ${JSON.stringify(data)}`];
  return `${fields.filter(Boolean).join("\n")}\n\n`;
}

/**
 * A line that clients ignore; it keeps the connection open. No empty line follows: it would end an event, and some
 * clients (`@microsoft/fetch-event-source`) then report an empty one. The next event starts on a line of its own anyway.
 */
export function formatComment(text: string): string {
  return `: ${text}\n`;
}

/** Sets the delay before a client reconnects. Like a comment, it has no empty line. @param ms Milliseconds. */
export function formatRetry(ms: number): string {
  return `retry: ${ms}\n`;
}
