/** The latest events of the feed, for clients that reconnect. */
import type { ActivityEvent, Sample } from "./env.ts";

/** An event that has no id yet. */
type EventContent =
  | { readonly type: "sample"; readonly data: Sample }
  | { readonly type: "activity"; readonly data: ActivityEvent };

type StoredEvent = EventContent & { readonly id: string };

/** An event as it is sent. `reset` precedes the stored events when a client has missed others. */
export type FeedEvent = StoredEvent | { readonly type: "reset"; readonly data: { readonly reason: string } };

/** About five minutes of samples. */
const MAX_EVENTS = 1_500;

const RESET: FeedEvent = { type: "reset", data: { reason: "The events after that id are no longer stored." } };

/** An id is a counter after a random prefix of this instance, so that ids of another instance are recognized. */
export class EventHistory {
  readonly #epoch = crypto.randomUUID().slice(0, 8);
  readonly #stored: StoredEvent[] = [];
  #count = 0;

  /** The id of the latest event. Before the first event, it is an id after which a client gets all events. */
  get lastId(): string {
    return `${this.#epoch}-${this.#count}`;
  }

  /** The samples of a metric since a time in ISO 8601 (UTC), oldest first. */
  samplesSince(time: string, metric: string): readonly Sample[] {
    return this.#stored.flatMap(({ type, data }) =>
      type === "sample" && data.metric === metric && data.timestamp >= time ? [data] : [],
    );
  }

  add(content: EventContent): StoredEvent {
    this.#count += 1;
    const added = { ...content, id: this.lastId };
    this.#stored.push(added);
    if (this.#stored.length > MAX_EVENTS) this.#stored.shift();
    return added;
  }

  /** @param id The last event that the client has; null for new events only. */
  after(id: string | null): readonly FeedEvent[] {
    if (id === null) return [];
    const [epoch, count] = id.split("-");
    const missed = this.#count - Number(count);
    const isKnown = epoch === this.#epoch && /^\d+$/.test(count ?? "") && missed >= 0 && missed <= this.#stored.length;
    if (!isKnown) return [RESET, ...this.#stored];
    return missed === 0 ? [] : this.#stored.slice(-missed);
  }
}
