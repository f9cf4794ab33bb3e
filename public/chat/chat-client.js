/**
 * A client for a chat room. When the connection is lost, it reconnects, resumes after the last message that it has, and
 * sends unacknowledged messages again under the same ids, so that no message is lost, duplicated or out of order.
 *
 * @typedef {{ id: string, name: string }} User
 * @typedef {{ seq: number, id: string, sender: User, text: string, at: string }} Message
 * @typedef {(
 *   | { type: "state", state: "connecting" | "open" | "waiting" | "ended" }
 *   | { type: "welcome", room: string, you: User, seq: number, first: number, count: number, here: User[] }
 *   | { type: "message" } & Message
 *   | { type: "sending" | "sent", id: string, text: string, seq?: number }
 *   | { type: "refused", id: string, text: string, detail: string }
 *   | { type: "join" | "leave", user: User, count: number }
 *   | { type: "presence", count: number, here: User[] }
 *   | { type: "presence", count: number, joined: User[], left: string[] }
 * )} ChatEvent
 */
/** Milliseconds. */
const TIMES = {
  firstRetry: 500,
  lastRetry: 30_000,
  ping: 25_000,
  silence: 45_000,
  ack: 10_000,
  check: 5_000,
  pause: 1_000,
};

/** Frames per second, and in a burst: somewhat below the limits of a room. */
const SEND_RATE = { sustained: 15, burst: 40 };

/** Maximum characters received since we last sent anything; a room closes sockets of silent readers. */
const MAX_UNACKNOWLEDGED = 500_000;

/** The close code for a session that has ended. */
const SESSION_ENDED = 4401;
/** Failed handshakes after that close code before the client gives up. */
const MAX_SUSPECT_FAILURES = 2;

export class ChatClient {
  #url;
  #onEvent;
  #openSocket;
  #times;
  /** The `seq` of the last message received; null before the first welcome. @type {number | null} */
  #last;
  /** Unacknowledged messages by id, in order. @type {Map<string, { text: string, sentAt: number | null }>} */
  #pending = new Map();
  /** @type {WebSocket | null} */
  #socket = null;
  /** Counts the connections, so that events of earlier ones are ignored. */
  #connection = 0;
  #isOpen = false;
  #hasEnded = false;
  /** Failed handshakes since the room reported the end of the session; null without such a report. @type {number | null} */
  #suspectFailures = null;
  #attempts = 0;
  #receivedAt = 0;
  #welcomedAt = 0;
  #sentAt = 0;
  /** In characters. */
  #receivedSinceSend = 0;
  /** The value of `#last` when a pong reported a later `seq`; null if the last pong did not. @type {number | null} */
  #behindAt = null;
  #tokens = SEND_RATE.burst;
  #tokensAt = 0;
  #timers = { retry: 0, pump: 0, check: 0 };

  /**
   * @param {object} options
   * @param {string} options.url The address of the room's socket, such as `wss://example.com/ws/chat/lobby`.
   * @param {(event: ChatEvent) => void} options.onEvent
   * @param {number | null} [options.after] The `seq` of the last message that the page already shows.
   * @param {readonly { id: string, text: string }[]} [options.unsent] Messages of an earlier page that were not acknowledged.
   * @param {(url: string) => WebSocket | Promise<WebSocket>} [options.openSocket]
   * @param {Partial<typeof TIMES>} [options.times]
   */
  constructor({
    url,
    onEvent,
    after = null,
    unsent = [],
    openSocket = (address) => new WebSocket(address),
    times = {},
  }) {
    this.#url = url;
    this.#onEvent = onEvent;
    this.#openSocket = openSocket;
    this.#times = { ...TIMES, ...times };
    this.#last = after;
    this.#timers.check = setInterval(() => this.#check(), this.#times.check);
    // Deferred, so that no event precedes the return of the constructor.
    queueMicrotask(() => {
      for (const { id, text } of unsent) this.#queue(id, text);
      this.#connect();
    });
  }

  /** The number of unacknowledged messages. */
  get pending() {
    return this.#pending.size;
  }

  /**
   * Sends a message, or queues it until the client is connected.
   *
   * @param {string} text
   * @returns {string} The message's id, which its acknowledgement carries.
   */
  send(text) {
    const id = randomUuid();
    this.#queue(id, text);
    this.#pump();
    return id;
  }

  /** Reconnects without further delay, for example when the network is back. */
  reconnect() {
    if (!this.#hasEnded && !this.#isOpen) this.#connect();
  }

  close() {
    this.#end();
  }

  #queue(/** @type {string} */ id, /** @type {string} */ text) {
    this.#pending.set(id, { text, sentAt: null });
    this.#onEvent({ type: "sending", id, text });
  }

  async #connect() {
    if (this.#hasEnded) return;
    clearTimeout(this.#timers.retry);
    this.#socket?.close();
    this.#connection += 1;
    const connection = this.#connection;
    this.#emitState("connecting");
    try {
      const query = this.#last === null ? "" : `?after=${this.#last}`;
      const socket = await this.#openSocket(this.#url + query);
      if (connection !== this.#connection) return socket.close();
      this.#socket = socket;
      this.#receivedAt = Date.now();
      this.#listen(socket, connection);
    } catch {
      this.#retry(connection);
    }
  }

  #listen(/** @type {WebSocket} */ socket, /** @type {number} */ connection) {
    const isCurrent = () => connection === this.#connection && !this.#hasEnded;
    socket.addEventListener("message", ({ data }) => {
      if (!isCurrent()) return;
      this.#receivedSinceSend += data.length;
      this.#receive(JSON.parse(data));
      if (this.#receivedSinceSend > MAX_UNACKNOWLEDGED) this.#write({ type: "ping" });
    });
    socket.addEventListener("close", ({ code }) => {
      if (!isCurrent()) return;
      if (code === SESSION_ENDED) this.#suspectSessionEnd();
      else this.#retry(connection);
    });
    socket.addEventListener("error", () => {
      if (isCurrent()) this.#retry(connection);
    });
  }

  #receive(/** @type {any} */ frame) {
    this.#receivedAt = Date.now();
    const handlers = {
      welcome: () => this.#onWelcome(frame),
      message: () => this.#acceptMessage(frame),
      ack: () => this.#acknowledge(frame.id, frame.seq),
      pong: () => this.#checkProgress(frame.seq),
      error: () => this.#handleError(frame),
      join: () => this.#onEvent(frame),
      leave: () => this.#onEvent(frame),
      presence: () => this.#onEvent(frame),
    };
    if (Object.hasOwn(handlers, frame.type)) handlers[/** @type {keyof typeof handlers} */ (frame.type)]();
  }

  #onWelcome(/** @type {any} */ welcome) {
    this.#isOpen = true;
    this.#suspectFailures = null;
    this.#welcomedAt = Date.now();
    this.#attempts = 0;
    this.#behindAt = null;
    // The room may have deleted older messages, or have lost newer ones: its range wins.
    const known = this.#last ?? welcome.seq;
    this.#last = Math.min(welcome.seq, Math.max(known, welcome.first - 1));
    this.#emitState("open");
    this.#onEvent(welcome);
    this.#pump();
  }

  #acceptMessage(/** @type {{ type: "message" } & Message} */ message) {
    const expected = (this.#last ?? 0) + 1;
    if (message.seq < expected) return;
    if (message.seq > expected) return this.#drop();
    this.#last = message.seq;
    this.#onEvent(message);
  }

  #acknowledge(/** @type {string} */ id, /** @type {number} */ seq) {
    const message = this.#pending.get(id);
    if (!message) return;
    this.#pending.delete(id);
    this.#onEvent({ type: "sent", id, text: message.text, seq });
    this.#pump();
  }

  /** A pong may overtake a message, but two pongs ahead of the same message mean that one was lost. */
  #checkProgress(/** @type {number} */ seq) {
    const last = this.#last ?? 0;
    if (seq > last && this.#behindAt === last) this.#drop();
    else this.#behindAt = seq > last ? last : null;
  }

  #handleError(/** @type {any} */ { code, id, detail }) {
    const message = this.#pending.get(id);
    if (!message) return;
    if (code === "bad_message") {
      this.#pending.delete(id);
      this.#onEvent({ type: "refused", id, text: message.text, detail });
      return;
    }
    message.sentAt = null;
    this.#tokens = 0;
    this.#pumpIn(this.#times.pause);
  }

  /** Sends the messages that were not yet sent on this connection, within the rate limit. */
  #pump() {
    if (!this.#isOpen || this.#hasEnded) return;
    const now = Date.now();
    const gained = (Math.max(0, now - this.#tokensAt) / 1000) * SEND_RATE.sustained;
    this.#tokens = Math.min(SEND_RATE.burst, this.#tokens + gained);
    this.#tokensAt = now;
    for (const [id, message] of this.#pending) {
      if (message.sentAt !== null) continue;
      if (this.#tokens < 1) return this.#pumpIn(1000 / SEND_RATE.sustained);
      this.#tokens -= 1;
      message.sentAt = now;
      this.#write({ type: "message", id, text: message.text });
    }
  }

  #pumpIn(/** @type {number} */ ms) {
    clearTimeout(this.#timers.pump);
    this.#timers.pump = setTimeout(() => this.#pump(), ms);
  }

  /** Pings an idle connection, and drops one that no longer responds. */
  #check() {
    if (!this.#socket) return;
    const now = Date.now();
    const silence = now - this.#receivedAt;
    const isPingDue = now - this.#sentAt > this.#times.ping || this.#behindAt !== null;
    const isLate = ({ sentAt }) => sentAt !== null && now - sentAt > this.#times.ack;
    if (silence > this.#times.silence || [...this.#pending.values()].some(isLate)) this.#drop();
    else if (this.#isOpen && isPingDue) this.#write({ type: "ping" });
  }

  #write(/** @type {object} */ frame) {
    this.#sentAt = Date.now();
    this.#receivedSinceSend = 0;
    try {
      this.#socket?.send(JSON.stringify(frame));
    } catch {
      // The socket is closing; its close event follows.
    }
  }

  /** Closes the connection and reconnects later. */
  #drop() {
    this.#socket?.close();
    this.#retry(this.#connection);
  }

  /**
   * The session may continue under another id, for example after a password change in another tab. Browsers hide why a
   * handshake failed, so the next handshakes decide: if they fail, the session has ended.
   */
  #suspectSessionEnd() {
    const hasLasted = this.#isOpen && Date.now() - this.#welcomedAt >= this.#times.pause;
    if (this.#suspectFailures !== null) return this.#failSuspected();
    this.#suspectFailures = 0;
    // A room that closes each connection right after its welcome must not cause a tight loop.
    if (!hasLasted) return this.#retryIn(this.#times.pause);
    this.#disconnect();
    this.#connect();
  }

  /** The first handshake may have preceded the new cookie. */
  #failSuspected() {
    this.#suspectFailures += 1;
    if (this.#suspectFailures >= MAX_SUSPECT_FAILURES) this.#end();
    else this.#retryIn(this.#times.pause);
  }

  #retry(/** @type {number} */ connection) {
    if (connection !== this.#connection || this.#hasEnded) return;
    if (this.#suspectFailures !== null) return this.#failSuspected();
    const delay = Math.min(this.#times.lastRetry, this.#times.firstRetry * 2 ** this.#attempts);
    this.#attempts += 1;
    // Jitter, so that clients of a restarted room do not reconnect all at once.
    this.#retryIn(delay * (0.5 + Math.random() / 2));
  }

  #disconnect() {
    this.#connection += 1;
    this.#socket = null;
    this.#isOpen = false;
    for (const message of this.#pending.values()) message.sentAt = null;
  }

  #retryIn(/** @type {number} */ ms) {
    this.#disconnect();
    this.#emitState("waiting");
    this.#timers.retry = setTimeout(() => this.#connect(), ms);
  }

  #end() {
    this.#hasEnded = true;
    this.#isOpen = false;
    this.#socket?.close();
    clearTimeout(this.#timers.retry);
    clearTimeout(this.#timers.pump);
    clearInterval(this.#timers.check);
    this.#emitState("ended");
  }

  #emitState(/** @type {"connecting" | "open" | "waiting" | "ended"} */ state) {
    this.#onEvent({ type: "state", state });
  }
}

/**
 * `crypto.randomUUID` is missing outside secure contexts, such as over http on a host other than localhost.
 *
 * @returns {string} A random UUID (version 4, RFC 9562 §5.4).
 */
export function randomUuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
