/** An event of the feed in both formats, each of which is created once for all listeners. */
import type { FeedEvent } from "./event-history.ts";
import { formatComment, formatEvent } from "./event-stream.ts";

export class OutgoingEvent {
  readonly #event: FeedEvent | "heartbeat";
  #text: string | undefined;
  #frame: string | null | undefined;

  constructor(event: FeedEvent | "heartbeat") {
    this.#event = event;
  }

  /** For server-sent events. */
  get text(): string {
    this.#text ??= toServerSentEvent(this.#event);
    return this.#text;
  }

  /** For WebSockets; null for a heartbeat, which they do not need. */
  get frame(): string | null {
    if (this.#frame === undefined) this.#frame = toFrame(this.#event);
    return this.#frame;
  }
}

/** A sample has the default type, so that `onmessage` receives it. */
function toServerSentEvent(event: FeedEvent | "heartbeat"): string {
  if (event === "heartbeat") return formatComment("heartbeat");
  const { type, data } = event;
  return formatEvent({ data, ...("id" in event && { id: event.id }), ...(type !== "sample" && { event: type }) });
}

function toFrame(event: FeedEvent | "heartbeat"): string | null {
  if (event === "heartbeat") return null;
  const { type, data, ...id } = event;
  return JSON.stringify({ type, ...id, ...data });
}
