/** The events of the feed, and the last of them, so that who comes back misses none. */
import type { ActivityEvent, Sample } from "./env.ts";

/** What is told, before it has an id. */
type Told =
  | { readonly type: "sample"; readonly data: Sample }
  | { readonly type: "activity"; readonly data: ActivityEvent };

/** What was told, under its id. */
type KeptEvent = Told & { readonly id: string };

/** What is sent; `reset` says that something was missed, and what is still known comes next. */
export type FeedEvent = KeptEvent | { readonly type: "reset"; readonly data: { readonly reason: string } };

/** Some five minutes of samples. */
const MAX_EVENTS = 1_500;

const RESET: FeedEvent = { type: "reset", data: { reason: "What came after that id is not known any more." } };

/** Ids count up, behind a mark of this life of the object: another one knows nothing of them. */
export class FeedEvents {
  readonly #life = crypto.randomUUID().slice(0, 8);
  readonly #kept: KeptEvent[] = [];
  #count = 0;

  /** The newest first. */
  get newest(): readonly KeptEvent[] {
    return this.#kept.toReversed();
  }

  add(told: Told): KeptEvent {
    this.#count += 1;
    const added = { ...told, id: `${this.#life}-${this.#count}` };
    this.#kept.push(added);
    if (this.#kept.length > MAX_EVENTS) this.#kept.shift();
    return added;
  }

  /** @param id The last event that somebody has; null for who wants new ones only. */
  after(id: string | null): readonly FeedEvent[] {
    if (id === null) return [];
    const [life, count] = id.split("-");
    const missed = this.#count - Number(count);
    const isKnown = life === this.#life && /^\d+$/.test(count ?? "") && missed >= 0 && missed <= this.#kept.length;
    if (!isKnown) return [RESET, ...this.#kept];
    return missed === 0 ? [] : this.#kept.slice(-missed);
  }
}
