/** The Durable Object of the live feed: it samples once a second while anybody listens, and tells what happens. */
import { DurableObject } from "cloudflare:workers";
import type { Env } from "../../env.ts";
import { countSockets } from "../../identity/sessions/sockets.ts";
import { logFailure } from "../../web/app/log.ts";
import { BoundedSockets, CLOSE } from "../../web/realtime/backpressure.ts";
import { TokenBucket } from "../../web/realtime/token-bucket.ts";
import { type Piece, stream } from "../../web/respond/stream.ts";
import type { LiveFeedObject, Metric, ResponseCounts } from "./env.ts";
import { EventQueue } from "./event-queue.ts";
import { EVENT_STREAM, formatComment, formatEvent, formatRetry } from "./event-stream.ts";
import { type FeedEvent, FeedEvents } from "./feed-events.ts";
import { MAX_LISTENERS, MAX_LISTENERS_PER_ADDRESS } from "./listener-limits.ts";
import { Metrics } from "./metrics.ts";

const SAMPLE_MS = 1_000;
/** Between comments that keep a quiet connection open, in samples. */
const HEARTBEAT = 15;
/** How long a client waits before it comes back. */
const RETRY_MS = 2_000;
/** Samples between two counts of the open sockets, which read a row for each. */
const SOCKETS_INTERVAL = 5;
const SHOWN_ACTIVITIES = 20;

type Listener = (event: FeedEvent | "heartbeat") => void;

/** Somebody who wants to listen. */
interface Newcomer {
  /** Of the client. */
  readonly address: string;
  /** The last event that the client has; null for new ones only. */
  readonly after: string | null;
  /** The metrics of the app that the client came through. */
  readonly metrics: readonly Metric[];
}

/**
 * Holds what it knows in memory, where it stays while somebody listens. When the object is lost, its listeners come back,
 * and are told that they have missed something.
 */
export class LiveFeed extends DurableObject<Env> implements LiveFeedObject {
  readonly #metrics = new Metrics();
  readonly #events = new FeedEvents();
  /** The listeners, and the address of each. */
  readonly #listeners = new Map<Listener, string>();
  readonly #sockets = new BoundedSockets(
    () => 0,
    () => {},
  );
  #timer: ReturnType<typeof setInterval> | undefined;
  #samples = 0;

  /** Whether the object samples, that is, whether anybody listens. */
  get isSampling(): boolean {
    return this.#timer !== undefined;
  }

  async report(counts: ResponseCounts): Promise<boolean> {
    if (!this.isSampling) return false;
    for (const data of this.#metrics.count(counts)) this.#tell(this.#events.add({ type: "activity", data }));
    return true;
  }

  async recent() {
    const { newest } = this.#events;
    return {
      samples: newest.flatMap((event) => (event.type === "sample" ? [event.data] : [])).slice(0, this.#metrics.size),
      activities: newest.flatMap((event) => (event.type === "activity" ? [event.data] : [])).slice(0, SHOWN_ACTIVITIES),
    };
  }

  /**
   * Begins to listen: with a socket, or else with server-sent events. The query has the client's `address`, `after` and `metrics`.
   * Counting and listening are one step, so the limits are exact: 429 for the address, 503 for the feed.
   */
  override fetch(request: Request): Response {
    const query = new URL(request.url).searchParams;
    const metrics: readonly Metric[] = JSON.parse(query.get("metrics") ?? "[]");
    const newcomer = { address: query.get("address") ?? "", after: query.get("after"), metrics };
    const sameAddress = [...this.#listeners.values()].filter((address) => address === newcomer.address);
    if (sameAddress.length >= MAX_LISTENERS_PER_ADDRESS) return new Response(null, { status: 429 });
    if (this.#listeners.size >= MAX_LISTENERS) return new Response(null, { status: 503 });
    return request.headers.has("Upgrade") ? this.#openSocket(newcomer) : this.#openStream(newcomer);
  }

  /** It listens from now on, read or not: a generator that is never asked for anything would not even begin. */
  #openStream({ address, after, metrics }: Newcomer): Response {
    const missed = this.#events.after(after);
    const queue = new EventQueue<FeedEvent | "heartbeat">();
    const stop = this.#listen(address, metrics, (event) => {
      if (!queue.push(event)) stop();
    });
    const leave = () => {
      stop();
      queue.close();
    };
    const pull = (signal: AbortSignal) => {
      signal.addEventListener("abort", leave);
      return toPieces(missed, queue);
    };
    return stream(pull, { headers: EVENT_STREAM });
  }

  #openSocket({ address, after, metrics }: Newcomer): Response {
    const { 0: client, 1: socket } = new WebSocketPair();
    // Not to be hibernated: while it is open there is something to do every second.
    socket.accept();
    const bucket = new TokenBucket();
    const tell: Listener = (event) => {
      if (event !== "heartbeat" && !this.#sockets.send(socket, toFrame(event))) leave();
    };
    const stop = this.#listen(address, metrics, tell);
    const leave = () => {
      stop();
      this.#sockets.forget(socket);
    };
    socket.addEventListener("message", ({ data }) => {
      this.#sockets.forget(socket);
      if (bucket.take() !== "allow") socket.close(CLOSE.policyViolation, "Too many frames.");
      else if (isPing(data)) this.#sockets.send(socket, JSON.stringify({ type: "pong" }));
    });
    socket.addEventListener("close", leave);
    socket.addEventListener("error", leave);
    for (const event of this.#events.after(after)) tell(event);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** @returns What ends it. With the last listener the sampling ends, too. */
  #listen(address: string, metrics: readonly Metric[], listener: Listener): () => void {
    this.#metrics.use(metrics);
    this.#listeners.set(listener, address);
    if (!this.#timer) this.#samples = 0;
    this.#timer ??= setInterval(() => this.#sample(), SAMPLE_MS);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  #sample(): void {
    for (const data of this.#metrics.sample()) this.#tell(this.#events.add({ type: "sample", data }));
    if (this.#samples % SOCKETS_INTERVAL === 0) this.ctx.waitUntil(this.#countSockets());
    this.#samples += 1;
    if (this.#samples % HEARTBEAT === 0) this.#tell("heartbeat");
  }

  async #countSockets(): Promise<void> {
    try {
      this.#metrics.setSockets(await countSockets(this.env.DB));
    } catch (error) {
      logFailure("The open sockets could not be counted; the live feed shows the last count", error);
    }
  }

  #tell(event: FeedEvent | "heartbeat"): void {
    for (const listener of this.#listeners.keys()) listener(event);
  }
}

async function* toPieces(
  missed: readonly FeedEvent[],
  queue: EventQueue<FeedEvent | "heartbeat">,
): AsyncGenerator<Piece, void, undefined> {
  yield formatRetry(RETRY_MS) + missed.map(toServerSentEvent).join("");
  for await (const event of queue.take()) yield toServerSentEvent(event);
}

/** A sample has no type of its own: it is what `onmessage` gets. */
function toServerSentEvent(event: FeedEvent | "heartbeat"): string {
  if (event === "heartbeat") return formatComment("heartbeat");
  const { type, data } = event;
  return formatEvent({ data, ...("id" in event && { id: event.id }), ...(type !== "sample" && { event: type }) });
}

function toFrame({ type, data, ...id }: FeedEvent): string {
  return JSON.stringify({ type, ...id, ...data });
}

function isPing(data: unknown): boolean {
  return typeof data === "string" && /^\{\s*"type"\s*:\s*"ping"\s*\}$/.test(data);
}
