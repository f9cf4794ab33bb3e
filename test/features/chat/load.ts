/** Chat under load: each second, a message goes to ten readers, all of which use the client that browsers run. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket as HeaderSocket } from "undici";
import { ChatClient } from "../../../public/chat/chat-client.js";
import type { Account, Background, BackgroundContext, FeatureLoad } from "../../bench/load/types.ts";

const READERS = 10;
const INTERVAL_MS = 1000;
const TICK_MS = 100;
const DRAIN_MS = 30_000;

const KIND = "chat";

/** A message on its way. */
interface Sent {
  readonly dueAt: number;
  /** How often each reader has received it. */
  readonly deliveries: number[];
  isAcknowledged: boolean;
}

class Conversation implements Background {
  readonly #sent = new Map<string, Sent>();
  readonly #record: BackgroundContext["record"];
  readonly #clients: ChatClient[];
  readonly #timer: NodeJS.Timeout;
  readonly #lastSeqs = Array<number>(READERS).fill(0);
  #unordered = 0;

  constructor({ accounts, origin, addressOf, record }: BackgroundContext) {
    this.#record = record;
    const room = `load-${randomUUID()}`;
    const connect = (account: Account, onEvent: ConstructorParameters<typeof ChatClient>[0]["onEvent"]) =>
      new ChatClient({
        url: `/ws/chat/${room}`,
        after: 0,
        onEvent,
        openSocket: (path) => {
          const url = new URL(path, origin().replace(/^http/, "ws"));
          const headers = { ...account.bearer, ...addressOf(account) };
          // A cast: undici describes the same interface with types of its own.
          return new HeaderSocket(url, { headers }) as unknown as WebSocket;
        },
      });
    const accountOf = (index: number) => accounts[index % accounts.length] as Account;
    const readers = Array.from({ length: READERS }, (_, index) =>
      connect(accountOf(index + 1), (event) => {
        if (event.type === "message") this.#deliver(index, event);
      }),
    );
    const writer = connect(accountOf(0), (event) => {
      const sent = event.type === "sent" && this.#sent.get(event.text);
      if (sent) sent.isAcknowledged = true;
    });
    this.#clients = [writer, ...readers];
    const start = performance.now();
    // A busy machine may delay messages. Their time counts from when they were due.
    this.#timer = setInterval(() => {
      for (let dueAt = start + this.#sent.size * INTERVAL_MS; dueAt <= performance.now(); dueAt += INTERVAL_MS) {
        const text = randomUUID();
        this.#sent.set(text, { dueAt, deliveries: Array<number>(READERS).fill(0), isAcknowledged: false });
        writer.send(text);
      }
    }, TICK_MS);
  }

  #deliver(reader: number, { seq, text }: { readonly seq: number; readonly text: string }): void {
    const sent = this.#sent.get(text);
    if (!sent) return;
    if (seq <= (this.#lastSeqs[reader] ?? 0)) this.#unordered += 1;
    this.#lastSeqs[reader] = seq;
    const wasComplete = isComplete(sent);
    sent.deliveries[reader] = (sent.deliveries[reader] ?? 0) + 1;
    if (wasComplete || !isComplete(sent)) return;
    this.#record(KIND, performance.now() - sent.dueAt);
  }

  async stop(): Promise<Readonly<Record<string, number>>> {
    clearInterval(this.#timer);
    const all = [...this.#sent.values()];
    const until = performance.now() + DRAIN_MS;
    while (performance.now() < until && !all.every((sent) => sent.isAcknowledged && isComplete(sent))) await sleep(50);
    for (const client of this.#clients) client.close();
    const count = (isFault: (sent: Sent) => boolean) => all.filter(isFault).length;
    return {
      "chat messages not acknowledged": count(({ isAcknowledged }) => !isAcknowledged),
      "chat messages lost": count((sent) => sent.isAcknowledged && sent.deliveries.some((times) => times === 0)),
      "chat messages duplicated": count(({ deliveries }) => deliveries.some((times) => times > 1)),
      "chat messages out of order": this.#unordered,
    };
  }
}

function isComplete({ deliveries }: Sent): boolean {
  return deliveries.every((times) => times > 0);
}

export const load: FeatureLoad = {
  requests: [
    {
      kind: "page",
      name: "GET /chat/:room",
      status: 200,
      weight: 0.5,
      make: ({ browser, number }) => ({ path: `/chat/load-${number % 10}`, headers: browser }),
    },
    {
      kind: "read",
      name: "GET /api/rooms/:room/messages",
      status: 200,
      weight: 0.5,
      make: ({ bearer, number }) => ({ path: `/api/rooms/load-${number % 10}/messages`, headers: bearer }),
    },
  ],
  start: async (context) => new Conversation(context),
};
