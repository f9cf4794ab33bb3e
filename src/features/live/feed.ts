/** The Durable Object of the live feed: while it has listeners, it samples once a second and sends them all events. */
import { DurableObject } from "cloudflare:workers";
import type { Env } from "../../env.ts";
import { countSockets } from "../../identity/sessions/sockets.ts";
import { logFailure } from "../../web/app/log.ts";
import { READ_DEADLINE_MS, withDeadline } from "../../web/platform/transient.ts";
import { BoundedSockets } from "../../web/realtime/backpressure.ts";
import { CLOSE } from "../../web/realtime/close-codes.ts";
import { TokenBucket } from "../../web/realtime/token-bucket.ts";
import { type Chunk, stream } from "../../web/respond/stream.ts";
import { SHOWN_SECONDS } from "./chart.ts";
import type { LiveFeedObject, Metric, RecentEvents, Report } from "./env.ts";
import { EventHistory, type FeedEvent } from "./event-history.ts";
import { EventQueue } from "./event-queue.ts";
import { EVENT_STREAM, formatRetry } from "./event-stream.ts";
import { type ListenRequest, readListenUrl } from "./listen-request.ts";
import { type Listener, Listeners } from "./listeners.ts";
import { Sampler, SOCKETS } from "./metrics.ts";
import { OutgoingEvent } from "./outgoing-event.ts";
import { reportInterval } from "./report-intervals.ts";
import { HistoryStore } from "./store.ts";

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

/**
 * The history of reports is stored; the rest is in memory, which lasts while the object has listeners. If the object is
 * lost, its listeners reconnect and receive a `reset` event.
 */
export class LiveFeed extends DurableObject<Env> implements LiveFeedObject {
  readonly #store = new HistoryStore(this.ctx.storage.kv);
  readonly #sampler = new Sampler(this.#store.history);
  readonly #events = new EventHistory();
  readonly #listeners = new Listeners();
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

  async report(report: Report): Promise<boolean> {
    this.#add({ ...report, interval: reportInterval(this.isSampling) });
    return this.isSampling;
  }

  async recent(metrics: readonly Metric[], report: Report): Promise<RecentEvents> {
    this.#add(report);
    const now = Date.now();
    const start = now - SHOWN_SECONDS * 1_000;
    const past = this.#sampler.samplePast(metrics, start, now);
    const sockets = this.#events.samplesSince(new Date(start).toISOString(), SOCKETS.name);
    return {
      lastId: this.#events.lastId,
      samples: [...past, ...sockets],
      activities: this.#store.history.activities,
    };
  }

  /**
   * Adds a listener: a WebSocket for an upgrade, server-sent events otherwise. The URL is from `listenUrl`.
   * Nothing is awaited between counting and adding, so the limits are exact: 429 for the address, 503 for the feed.
   */
  override fetch(request: Request): Response {
    const listenRequest = readListenUrl(request.url);
    const response = this.#admit(listenRequest, request.headers.has("Upgrade"));
    this.#add(listenRequest.report);
    return response;
  }

  #admit(listenRequest: ListenRequest, isSocket: boolean): Response {
    const refusal = this.#listeners.refusal(listenRequest.address);
    if (refusal !== null) return new Response(null, { status: refusal });
    return isSocket ? this.#openSocket(listenRequest) : this.#openStream(listenRequest);
  }

  /** The listener is added here and not in the generator, which would start only with the first read. */
  #openStream(listenRequest: ListenRequest): Response {
    const missed = this.#events.after(listenRequest.after);
    const queue = new EventQueue<string>();
    const leave = () => {
      stop();
      queue.close();
    };
    const send: Listener["send"] = (event) => {
      if (!queue.push(event.text)) stop();
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
      if (event.frame !== null && !this.#sockets.send(socket, event.frame)) leave();
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
    for (const event of missed) send(new OutgoingEvent(event));
    return new Response(null, { status: 101, webSocket: client });
  }

  /** @returns A function that removes the listener. Sampling stops with the last one. */
  #addListener({ address, metrics }: ListenRequest, send: Listener["send"], end: Listener["end"]): () => void {
    this.#sampler.metrics = metrics;
    if (!this.isSampling) this.#startSampling();
    const listener = { address, lastSample: this.#samples + MAX_SAMPLES, send, end };
    this.#listeners.add(listener);
    return () => {
      this.#listeners.remove(listener);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  #startSampling(): void {
    this.#samples = 0;
    this.#sampler.sockets = undefined;
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
    this.ctx.waitUntil(this.#countSockets());
  }

  #add(report: Report): void {
    const activities = this.#store.history.add(report, Math.floor(Date.now() / 1_000));
    for (const data of activities) this.#publish(this.#events.add({ type: "activity", data }));
    if (report.counts.length > 0) this.#store.noteChange();
    this.#store.writeIfDue();
  }

  #sample(): void {
    this.#samples += 1;
    for (const data of this.#sampler.sampleNow(Date.now())) this.#publish(this.#events.add({ type: "sample", data }));
    if (this.#samples % SOCKETS_INTERVAL === 0) this.ctx.waitUntil(this.#countSockets());
    if (this.#samples % HEARTBEAT === 0) this.#publish("heartbeat");
    this.#listeners.endAfter(this.#samples);
    this.#store.writeIfDue();
  }

  async #countSockets(): Promise<void> {
    try {
      this.#sampler.sockets = await withDeadline(countSockets(this.env.DB), READ_DEADLINE_MS);
    } catch (error) {
      logFailure("The open sockets could not be counted; the live feed repeats the last count", error);
    }
  }

  #publish(event: FeedEvent | "heartbeat"): void {
    this.#listeners.send(new OutgoingEvent(event));
  }
}

async function* toPieces(
  missed: readonly FeedEvent[],
  queue: EventQueue<string>,
): AsyncGenerator<Chunk, void, undefined> {
  yield formatRetry(RETRY_MS) + missed.map((event) => new OutgoingEvent(event).text).join("");
  yield* queue.take();
}

function isPing(data: unknown): boolean {
  return typeof data === "string" && /^\{\s*"type"\s*:\s*"ping"\s*\}$/.test(data);
}
