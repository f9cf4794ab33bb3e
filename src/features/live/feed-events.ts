/** The events of the feed, and the last of them, so that who comes back misses none. */
import type { Activity, Sample } from "./metrics.ts";

/** What is sent; `reset` says that something was missed, and what is still known comes next. */
export type FeedEvent =
  | { readonly type: "sample"; readonly id: string; readonly data: Sample }
  | { readonly type: "activity"; readonly id: string; readonly data: Activity }
  | { readonly type: "reset"; readonly data: { readonly reason: string } };

type NewEvent =
  | Pick<Extract<FeedEvent, { type: "sample" }>, "type" | "data">
  | Pick<Extract<FeedEvent, { type: "activity" }>, "type" | "data">;

/** Some five minutes of samples. */
const MOST_EVENTS = 1_500;

const RESET: FeedEvent = { type: "reset", data: { reason: "What came after that id is not known any more." } };

/** Ids count up, behind a mark of this life of the object: another one knows nothing of them. */
export class FeedEvents {
  readonly #life = crypto.randomUUID().slice(0, 8);
  #kept: Exclude<FeedEvent, { type: "reset" }>[] = [];
  #count = 0;

  add(event: NewEvent): FeedEvent {
    this.#count += 1;
    const added = { ...event, id: `${this.#life}-${this.#count}` } as Exclude<FeedEvent, { type: "reset" }>;
    this.#kept.push(added);
    if (this.#kept.length > MOST_EVENTS) this.#kept.shift();
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
