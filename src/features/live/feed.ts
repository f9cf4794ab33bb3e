/** The Durable Object of the live feed: while it has listeners, it samples once a second and sends them all events. */
import { DurableObject } from "cloudflare:workers";
import type { Env } from "../../env.ts";
import { countSockets } from "../../identity/sessions/sockets.ts";
import { logFailure } from "../../web/app/log.ts";
import { BoundedSockets } from "../../web/realtime/backpressure.ts";
import { CLOSE } from "../../web/realtime/close-codes.ts";
import { TokenBucket } from "../../web/realtime/token-bucket.ts";
import { type Chunk, stream } from "../../web/respond/stream.ts";
import type { LiveFeedObject, ResponseCounts } from "./env.ts";
import { EventHistory, type FeedEvent } from "./event-history.ts";
import { EventQueue } from "./event-queue.ts";
import { EVENT_STREAM, formatComment, formatEvent, formatRetry } from "./event-stream.ts";
import { type ListenRequest, readListenUrl } from "./listen-request.ts";
import { MAX_LISTENERS, MAX_LISTENERS_PER_ADDRESS } from "./listener-limits.ts";
import { Metrics } from "./metrics.ts";

const SAMPLE_MS = 1_000;
/** Samples between two comments that keep the connection open. */
const HEARTBEAT = 15;
/** The delay before a client reconnects. */
const RETRY_MS = 2_000;
/** Samples between two counts of the open sockets. A count reads a row for each socket. */
const SOCKETS_INTERVAL = 5;
/**
 * Samples after which a listener is disconnected: 15 minutes. A client that is still there reconnects and resumes; a
 * forgotten one no longer keeps the object awake.
 */
const MAX_SAMPLES = 900;
const SHOWN_ACTIVITIES = 20;

interface Listener {
  /** The address of the client. */
  readonly address: string;
  /** The sample after which the client is disconnected. */
  readonly lastSample: number;
  readonly send: (event: FeedEvent | "heartbeat") => void;
  /** Disconnects the client. */
  readonly end: () => void;
}

/**
 * All state is in memory, which lasts while the object has listeners. If the object is lost, its listeners reconnect and
 * receive a `reset` event.
 */
export class LiveFeed extends DurableObject<Env> implements LiveFeedObject {
  readonly #metrics = new Metrics();
  readonly #events = new EventHistory();
  readonly #listeners = new Set<Listener>();
  readonly #sockets = new BoundedSockets(
    () => 0,
    () => {},
  );
  #timer: ReturnType<typeof setInterval> | undefined;
  #samples = 0;

  /** True while the feed has a listener. */
  get isSampling(): boolean {
    return this.#timer !== undefined;
  }

  async report(counts: ResponseCounts): Promise<boolean> {
    if (!this.isSampling) return false;
    this.#count(counts);
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
   * Adds a listener: a WebSocket for an upgrade, server-sent events otherwise. The URL is from `listenUrl`.
   * Nothing is awaited between counting and adding, so the limits are exact: 429 for the address, 503 for the feed.
   */
  override fetch(request: Request): Response {
    const listenRequest = readListenUrl(request.url);
    const sameAddress = [...this.#listeners].filter(({ address }) => address === listenRequest.address);
    if (sameAddress.length >= MAX_LISTENERS_PER_ADDRESS) return new Response(null, { status: 429 });
    if (this.#listeners.size >= MAX_LISTENERS) return new Response(null, { status: 503 });
    const response = request.headers.has("Upgrade") ? this.#openSocket(listenRequest) : this.#openStream(listenRequest);
    this.#count(listenRequest.counts);
    return response;
  }

  /** The listener is added here and not in the generator, which would start only with the first read. */
  #openStream(listenRequest: ListenRequest): Response {
    const missed = this.#events.after(listenRequest.after);
    const queue = new EventQueue<FeedEvent | "heartbeat">();
    const leave = () => {
      stop();
      queue.close();
    };
    const send: Listener["send"] = (event) => {
      if (!queue.push(event)) stop();
    };
    const stop = this.#addListener(listenRequest, send, leave);
    const pull = (signal: AbortSignal) => {
      signal.addEventListener("abort", leave);
      return toPieces(missed, queue);
    };
    return stream(pull, { headers: EVENT_STREAM });
  }

  #openSocket(listenRequest: ListenRequest): Response {
    const missed = this.#events.after(listenRequest.after);
    const { 0: client, 1: socket } = new WebSocketPair();
    // Not hibernatable: the object has work every second while a socket is open.
    socket.accept();
    const bucket = new TokenBucket();
    const leave = () => {
      stop();
      this.#sockets.forget(socket);
    };
    const send: Listener["send"] = (event) => {
      if (event !== "heartbeat" && !this.#sockets.send(socket, toFrame(event))) leave();
    };
    const stop = this.#addListener(listenRequest, send, () => {
      socket.close(CLOSE.goingAway, "Reconnect, and resume with ?after=.");
      leave();
    });
    socket.addEventListener("message", ({ data }) => {
      this.#sockets.forget(socket);
      if (bucket.take() !== "allow") socket.close(CLOSE.policyViolation, "Too many frames.");
      else if (isPing(data)) this.#sockets.send(socket, JSON.stringify({ type: "pong" }));
    });
    socket.addEventListener("close", leave);
    socket.addEventListener("error", leave);
    for (const event of missed) send(event);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** @returns A function that removes the listener. Sampling stops with the last one. */
  #addListener({ address, metrics }: ListenRequest, send: Listener["send"], end: Listener["end"]): () => void {
    this.#metrics.use(metrics);
    if (!this.#timer) this.#samples = 0;
    this.#timer ??= setInterval(() => this.#sample(), SAMPLE_MS);
    const listener = { address, lastSample: this.#samples + MAX_SAMPLES, send, end };
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  #count(counts: ResponseCounts): void {
    for (const data of this.#metrics.count(counts)) this.#publish(this.#events.add({ type: "activity", data }));
  }

  #sample(): void {
    for (const data of this.#metrics.sample()) this.#publish(this.#events.add({ type: "sample", data }));
    if (this.#samples % SOCKETS_INTERVAL === 0) this.ctx.waitUntil(this.#countSockets());
    this.#samples += 1;
    if (this.#samples % HEARTBEAT === 0) this.#publish("heartbeat");
    for (const listener of this.#listeners) if (listener.lastSample <= this.#samples) listener.end();
  }

  async #countSockets(): Promise<void> {
    try {
      this.#metrics.setSockets(await countSockets(this.env.DB));
    } catch (error) {
      logFailure("The open sockets could not be counted; the live feed repeats the last count", error);
    }
  }

  #publish(event: FeedEvent | "heartbeat"): void {
    for (const { send } of this.#listeners) send(event);
  }
}

async function* toPieces(
  missed: readonly FeedEvent[],
  queue: EventQueue<FeedEvent | "heartbeat">,
): AsyncGenerator<Chunk, void, undefined> {
  yield formatRetry(RETRY_MS) + missed.map(toServerSentEvent).join("");
  for await (const event of queue.take()) yield toServerSentEvent(event);
}

/** A sample has the default type, so that `onmessage` receives it. */
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
