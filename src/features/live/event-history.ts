/** The events of the feed, and the last of them, so that who comes back misses none. */
import type { ActivityEvent, Sample } from "./env.ts";

/** What is told, before it has an id. */
type EventContent =
  | { readonly type: "sample"; readonly data: Sample }
  | { readonly type: "activity"; readonly data: ActivityEvent };

/** What was told, under its id. */
type StoredEvent = EventContent & { readonly id: string };

/** What is sent; `reset` says that something was missed, and what is still known comes next. */
export type FeedEvent = StoredEvent | { readonly type: "reset"; readonly data: { readonly reason: string } };

/** Some five minutes of samples. */
const MAX_EVENTS = 1_500;

const RESET: FeedEvent = { type: "reset", data: { reason: "What came after that id is not known any more." } };

/** Ids count up, behind a mark of this life of the object: another one knows nothing of them. */
export class EventHistory {
  readonly #epoch = crypto.randomUUID().slice(0, 8);
  readonly #stored: StoredEvent[] = [];
  #count = 0;

  /** The newest first. */
  get newest(): readonly StoredEvent[] {
    return this.#stored.toReversed();
  }

  add(content: EventContent): StoredEvent {
    this.#count += 1;
    const added = { ...content, id: `${this.#epoch}-${this.#count}` };
    this.#stored.push(added);
    if (this.#stored.length > MAX_EVENTS) this.#stored.shift();
    return added;
  }

  /** @param id The last event that somebody has; null for who wants new ones only. */
  after(id: string | null): readonly FeedEvent[] {
    if (id === null) return [];
    const [epoch, count] = id.split("-");
    const missed = this.#count - Number(count);
    const isKnown = epoch === this.#epoch && /^\d+$/.test(count ?? "") && missed >= 0 && missed <= this.#stored.length;
    if (!isKnown) return [RESET, ...this.#stored];
    return missed === 0 ? [] : this.#stored.slice(-missed);
  }
}
