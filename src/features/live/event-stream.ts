/** Server-sent events (HTML §9.2). */

export interface ServerSentEvent {
  /** What a client that reconnects sends as `Last-Event-ID`. No line ends, no NUL. */
  readonly id?: string;
  /** The type; `message` without one. */
  readonly event?: string;
  /** Sent as JSON, which has no line ends of its own. */
  readonly data: unknown;
}

/** The headers of an event stream. Nothing between may keep or change it. */
export const EVENT_STREAM = {
  "Content-Type": "text/event-stream; charset=utf-8",
  "Cache-Control": "no-store, no-transform",
} as const;

export function formatEvent({ id, event, data }: ServerSentEvent): string {
  const fields = [id !== undefined && `id: ${id}`, event && `event: ${event}`, `data: ${JSON.stringify(data)}`];
  return `${fields.filter(Boolean).join("\n")}\n\n`;
}

/** A line that clients pass over: it keeps the connection open. */
export function formatComment(text: string): string {
  return `: ${text}\n\n`;
}

/** How long a client waits before it reconnects. @param ms Milliseconds. */
export function formatRetry(ms: number): string {
  return `retry: ${ms}\n\n`;
}
