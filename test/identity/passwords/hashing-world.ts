/** A simulated isolate for the hashing queue: virtual time, one thread, and requests that may die at any moment. */
import { AsyncLocalStorage } from "node:async_hooks";
import { HashingQueue } from "../../../src/identity/passwords/hashing-queue.ts";
import type { HashingTurn } from "../../../src/identity/passwords/hashing-turn.ts";

export interface Visit {
  readonly address: string;
  readonly enteredAt: number;
  /** Requests of the same address that were waiting when it entered. */
  ownAhead: number;
  /** Turns that were granted before it entered. */
  readonly grantsBefore: number;
  isDead: boolean;
  turn?: HashingTurn;
  grantedAt?: number;
  refusedAt?: number;
  hashedAt?: number;
}

class Dead extends Error {}

export class HashingWorld {
  /** True time, whatever the clock says. */
  now = 1_000_000;
  clockError = 0;
  hashMs = 150;
  readonly visits: Visit[] = [];
  /** In the order of their turns. */
  readonly granted: Visit[] = [];
  readonly queue: HashingQueue;
  readonly #context = new AsyncLocalStorage<Visit>();
  readonly #timers: { readonly at: number; readonly fire: () => void }[] = [];

  constructor() {
    const hash = <T>(result: T): T => {
      this.now += this.hashMs;
      return result;
    };
    this.queue = new HashingQueue({
      clock: () => this.#alive(this.now + this.clockError),
      wait: (ms) => this.wait(ms),
      hasher: {
        verify: () => hash(true),
        hash: () => hash("hashed"),
      },
    });
  }

  /** A request in a context of its own: after `isDead` is set, no code of it runs. */
  enter(address: string): Visit {
    const ownAhead = this.waiting().filter((visit) => visit.address === address).length;
    const grantsBefore = this.granted.length;
    const visit: Visit = { address, enteredAt: this.now, ownAhead, grantsBefore, isDead: false };
    this.visits.push(visit);
    this.#context.run(visit, () => void this.#live(visit).catch(forgive));
    return visit;
  }

  async #live(visit: Visit): Promise<void> {
    const turn = await this.queue.enter(visit.address);
    this.#alive(turn);
    if (turn) {
      Object.assign(visit, { turn, grantedAt: this.now });
      turn.ended.catch(forgive);
      this.granted.push(visit);
    } else visit.refusedAt = this.now;
  }

  /** Hashes in the visit's own context, if it is alive. */
  hash(visit: Visit): void {
    if (visit.isDead) return;
    this.#context.run(visit, () => void visit.turn?.verify("p", undefined));
    visit.hashedAt = this.now;
  }

  waiting(): Visit[] {
    return this.visits.filter(({ grantedAt, refusedAt, isDead }) => !isDead && (grantedAt ?? refusedAt) === undefined);
  }

  wait(ms: number): Promise<void> {
    const context = this.#context.getStore();
    return new Promise((resolve) => {
      const fire = () => {
        if (!context?.isDead) resolve();
      };
      this.#timers.push({ at: this.now + ms, fire });
    });
  }

  /** Lets time pass, timer by timer. `act` runs after each. */
  async advance(ms: number, act: () => void = () => {}): Promise<void> {
    const end = this.now + ms;
    await settle();
    act();
    await settle();
    for (;;) {
      this.#timers.sort((a, b) => a.at - b.at);
      const next = this.#timers[0];
      if (!next || next.at > end) break;
      this.#timers.shift();
      this.now = Math.max(this.now, next.at);
      next.fire();
      await settle();
      act();
      await settle();
    }
    this.now = Math.max(this.now, end);
  }

  #alive<T>(value: T): T {
    if (this.#context.getStore()?.isDead) throw new Dead();
    return value;
  }
}

function forgive(error: unknown): void {
  if (!(error instanceof Dead)) throw error;
}

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await null;
}
