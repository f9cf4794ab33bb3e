/**
 * A client for a chat room. It comes back when the connection is lost, resumes behind the last message that it has, and
 * sends what was not acknowledged again, under the same id: so nothing is lost, doubled or out of order.
 *
 * @typedef {{ id: string, name: string }} User
 * @typedef {{ seq: number, id: string, sender: User, text: string, at: string }} Message
 * @typedef {(
 *   | { type: "state", state: "connecting" | "open" | "waiting" | "ended" }
 *   | { type: "welcome", room: string, you: User, seq: number, here: User[] }
 *   | { type: "message" } & Message
 *   | { type: "sending" | "sent", id: string, text: string, seq?: number }
 *   | { type: "refused", id: string, text: string, detail: string }
 *   | { type: "join" | "leave", user: User, count: number }
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

/** Somewhat below what a room allows: frames a second, and at once. */
const SEND_RATE = { sustained: 15, burst: 40 };

/** Characters from the room without a word of ours. */
const MAX_UNACKNOWLEDGED = 500_000;

/** The close code of a session that is over, and how many handshakes have to fail then before it is believed. */
const SESSION_ENDED = 4401;
const MAX_SUSPECT_FAILURES = 2;

export class ChatClient {
  #url;
  #onEvent;
  #openSocket;
  #times;
  /** The last message that we have; null before the first welcome. @type {number | null} */
  #last;
  /** What is not acknowledged, in order. @type {Map<string, { text: string, sentAt: number | null }>} */
  #pending = new Map();
  /** @type {WebSocket | null} */
  #socket = null;
  /** Counts the connections: what belongs to an earlier one is not listened to any more. */
  #connection = 0;
  #isOpen = false;
  #hasEnded = false;
  /** Handshakes that failed since the room said that the session has ended; null where it has not. @type {number | null} */
  #suspectFailures = null;
  #attempts = 0;
  #receivedAt = 0;
  #welcomedAt = 0;
  /** When we last sent anything, and how many characters have come since. */
  #sentAt = 0;
  #receivedSinceSend = 0;
  /** Where a pong said that the room was ahead of us, and we were then. @type {number | null} */
  #behindAt = null;
  #tokens = SEND_RATE.burst;
  #tokensAt = 0;
  #timers = { retry: 0, pump: 0, check: 0 };

  /**
   * @param {object} options
   * @param {string} options.url Of the room's socket, such as `wss://example.com/ws/chat/lobby`.
   * @param {(event: ChatEvent) => void} options.onEvent
   * @param {number | null} [options.after] The `seq` of the last message that is there already.
   * @param {(url: string) => WebSocket | Promise<WebSocket>} [options.openSocket]
   * @param {Partial<typeof TIMES>} [options.times]
   */
  constructor({ url, onEvent, after = null, openSocket = (address) => new WebSocket(address), times = {} }) {
    this.#url = url;
    this.#onEvent = onEvent;
    this.#openSocket = openSocket;
    this.#times = { ...TIMES, ...times };
    this.#last = after;
    this.#timers.check = setInterval(() => this.#check(), this.#times.check);
    // Nothing is told before whoever made the client has it.
    queueMicrotask(() => this.#connect());
  }

  /** How many messages are not acknowledged yet. */
  get pending() {
    return this.#pending.size;
  }

  /**
   * Sends a message, now or as soon as there is a connection.
   *
   * @param {string} text
   * @returns {string} The id under which it is acknowledged.
   */
  send(text) {
    const id = crypto.randomUUID();
    this.#pending.set(id, { text, sentAt: null });
    this.#onEvent({ type: "sending", id, text });
    this.#pump();
    return id;
  }

  /** Comes back at once, instead of when the time is up: for when the network is there again. */
  reconnect() {
    if (!this.#hasEnded && !this.#isOpen) this.#connect();
  }

  close() {
    this.#end();
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
      // A room gives up on whom it tells too much without hearing of them.
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
      welcome: () => this.#startSession(frame),
      message: () => this.#acceptMessage(frame),
      ack: () => this.#acknowledge(frame.id, frame.seq),
      pong: () => this.#checkProgress(frame.seq),
      error: () => this.#handleError(frame),
      join: () => this.#onEvent(frame),
      leave: () => this.#onEvent(frame),
    };
    if (Object.hasOwn(handlers, frame.type)) handlers[/** @type {keyof typeof handlers} */ (frame.type)]();
  }

  #startSession(/** @type {any} */ welcome) {
    this.#isOpen = true;
    this.#suspectFailures = null;
    this.#welcomedAt = Date.now();
    this.#attempts = 0;
    this.#behindAt = null;
    // Where the room does not reach back so far, or not so far ahead, it is the room that is right.
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

  /** A pong may overtake a message; two in a row that are ahead of us tell that one was lost. */
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

  /** Sends what has not been sent on this connection, no faster than the room takes it. */
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

  /** Notices a connection that is dead and does not say so. */
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
      // It is closing: that is heard of, too.
    }
  }

  /** Gives the connection up and comes back. */
  #drop() {
    this.#socket?.close();
    this.#retry(this.#connection);
  }

  /**
   * A session may go on under another id, as it does after a password change in another tab. A browser does not say why a
   * handshake failed, so the next connections decide: without a welcome, the session is over.
   */
  #suspectSessionEnd() {
    const hasLasted = this.#isOpen && Date.now() - this.#welcomedAt >= this.#times.pause;
    if (this.#suspectFailures !== null) return this.#failSuspected();
    this.#suspectFailures = 0;
    // A room that welcomes and closes again and again is not asked in a loop.
    if (!hasLasted) return this.#retryIn(this.#times.pause);
    this.#disconnect();
    this.#connect();
  }

  /** The first handshake may have come before the browser had the new cookie. */
  #failSuspected() {
    this.#suspectFailures += 1;
    if (this.#suspectFailures >= MAX_SUSPECT_FAILURES) this.#end();
    else this.#retryIn(this.#times.pause);
  }

  #retry(/** @type {number} */ connection) {
    if (connection !== this.#connection || this.#hasEnded) return;
    if (this.#suspectFailures !== null) return this.#failSuspected();
    const most = Math.min(this.#times.lastRetry, this.#times.firstRetry * 2 ** this.#attempts);
    this.#attempts += 1;
    // Not all at once, when a room comes back that many have lost.
    this.#retryIn(most * (0.5 + Math.random() / 2));
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
