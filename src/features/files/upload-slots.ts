/** Limits how many uploads this isolate receives at a time, since each holds a part of a file in memory. */

/** Maximum concurrent uploads of a user. */
export const MAX_UPLOADS_PER_USER = 2;

/**
 * Maximum concurrent uploads in an isolate. With `PART_BYTES` for each, they hold at most 40 MiB of the isolate's 128
 * MB.
 */
export const MAX_UPLOADS = 8;

/**
 * A slot without progress for this time expires. No upload waits that long for anything, so such a slot can only belong
 * to a request that the platform ended without running the rest of its code.
 */
export const SLOT_EXPIRY_MS = 120_000;

/** The right to receive an upload. */
export interface UploadSlot {
  /** Reports progress: a byte arrived, or storage responded. */
  readonly touch: () => void;
  /** Frees the slot. May be called twice. */
  readonly release: () => void;
  /** Settles when the slot is released. */
  readonly ended: Promise<void>;
}

/** The limit because of which an upload gets no slot. */
export type SlotRefusal = "user" | "isolate";

interface Held {
  readonly userId: string;
  touchedAt: number;
}

/** Slots are leases: one that is not released expires, so no slot is lost, however its request ends. */
export class UploadSlots {
  readonly #clock: () => number;
  readonly #held = new Set<Held>();

  /** @param clock Milliseconds. Default: `Date.now`. */
  constructor(clock: () => number = () => Date.now()) {
    this.#clock = clock;
  }

  /** @returns A slot; the name of the limit if the user or the isolate has no slot left. */
  take(userId: string): UploadSlot | SlotRefusal {
    this.#removeExpired();
    const own = [...this.#held].filter((each) => each.userId === userId);
    if (own.length >= MAX_UPLOADS_PER_USER) return "user";
    if (this.#held.size >= MAX_UPLOADS) return "isolate";
    const held: Held = { userId, touchedAt: this.#clock() };
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    this.#held.add(held);
    return {
      touch: () => {
        held.touchedAt = this.#clock();
      },
      release: () => {
        this.#held.delete(held);
        resolve();
      },
      ended,
    };
  }

  /** Removes expired slots. If the clock was set back, slots count from the new time. */
  #removeExpired(): void {
    const now = this.#clock();
    for (const held of this.#held) {
      held.touchedAt = Math.min(held.touchedAt, now);
      if (now - held.touchedAt > SLOT_EXPIRY_MS) this.#held.delete(held);
    }
  }
}
