/** The listeners of the feed, counted by the address of the client. */
import { MAX_LISTENERS, MAX_LISTENERS_PER_ADDRESS } from "./listener-limits.ts";
import type { OutgoingEvent } from "./outgoing-event.ts";

export interface Listener {
  /** The address of the client. */
  readonly address: string;
  /** The sample after which the client is disconnected. */
  readonly lastSample: number;
  readonly send: (event: OutgoingEvent) => void;
  /** Disconnects the client. */
  readonly end: () => void;
}

export class Listeners {
  readonly #all = new Set<Listener>();
  readonly #countByAddress = new Map<string, number>();

  get size(): number {
    return this.#all.size;
  }

  /** @returns 429 if the address has too many listeners, 503 if the feed has; null if there is room for another. */
  refusal(address: string): 429 | 503 | null {
    if ((this.#countByAddress.get(address) ?? 0) >= MAX_LISTENERS_PER_ADDRESS) return 429;
    return this.#all.size >= MAX_LISTENERS ? 503 : null;
  }

  add(listener: Listener): void {
    this.#all.add(listener);
    this.#count(listener.address, 1);
  }

  /** Does nothing if the listener was removed before. */
  remove(listener: Listener): void {
    if (this.#all.delete(listener)) this.#count(listener.address, -1);
  }

  send(event: OutgoingEvent): void {
    for (const { send } of this.#all) send(event);
  }

  /** Disconnects the clients whose last sample this was. */
  endAfter(sample: number): void {
    for (const { lastSample, end } of this.#all) if (lastSample <= sample) end();
  }

  #count(address: string, change: number): void {
    const count = (this.#countByAddress.get(address) ?? 0) + change;
    if (count > 0) this.#countByAddress.set(address, count);
    else this.#countByAddress.delete(address);
  }
}
