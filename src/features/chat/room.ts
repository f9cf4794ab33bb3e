/** The Durable Object of a chat room: numbers messages, stores them, and sends them to all sockets of the room. */

import { DurableObject } from "cloudflare:workers";
import type { Env } from "../../env.ts";
import { logFailure } from "../../web/app/log.ts";
import { ensureAlarm } from "../../web/platform/ensure-alarm.ts";
import { BoundedSockets } from "../../web/realtime/backpressure.ts";
import { CLOSE, replyToClose } from "../../web/realtime/close-codes.ts";
import { TokenBuckets } from "../../web/realtime/token-bucket.ts";
import { ClosedRows } from "./closed-rows.ts";
import { type Connection, readConnection } from "./connection.ts";
import { Connections } from "./connections.ts";
import type { ChatRoomObject } from "./env.ts";
import { Presence } from "./presence.ts";
import * as protocol from "./protocol.ts";
import { CHECK_INTERVAL_MS, SessionChecks } from "./session-checks.ts";
import * as store from "./store.ts";

const RETENTION_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * All durable state is in the object's database or attached to its sockets, so the object can hibernate between any two
 * frames. A frame is processed synchronously, so every socket receives the messages in the order of their `seq`. The
 * platform's output gate holds frames back until the writes before them are confirmed.
 *
 * A socket is closed when its session ends. Every event that ends a session calls `recheckSessions`; an alarm closes
 * the sockets of sessions that expire. A new socket is checked right after it has joined, in case its session ended
 * meanwhile. Because a call can be lost, `SessionChecks` also checks sessions: before a frame is processed, that of its
 * sender, unless it was checked a moment ago; after a message, those of its readers, from time to time; and all of them
 * every 5 minutes. If the database does not respond, the check is repeated every 2 s, sockets stay open, and messages
 * are refused as `unavailable`.
 *
 * The rate limit counts all sockets of a user and `post` together. It is in memory: the platform hibernates a room after
 * 10 s of silence, when every bucket has been full for 7. Only a restart of the room grants a new burst early.
 */
export class ChatRoom extends DurableObject<Env> implements ChatRoomObject {
  readonly #sql = this.ctx.storage.sql;
  readonly #buckets = new TokenBuckets();
  readonly #connections = new Connections(this.ctx.getWebSockets());
  readonly #presence = new Presence(
    [...this.#connections].map(({ connection }) => connection.user),
    (frame) => this.#broadcast(frame),
  );
  readonly #sockets = new BoundedSockets(
    (socket) => this.ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0,
    (socket) => this.#leave(socket),
  );
  readonly #rows = new ClosedRows(() => this.env.DB);
  readonly #sessions = new SessionChecks({
    database: () => this.env.DB,
    rows: this.#rows,
    connections: this.#connections,
    end: (socket) => this.#close(socket, CLOSE.sessionOver, "The session has ended."),
    wakeWithin: async (ms) => void (await ensureAlarm(this.ctx.storage, ms)),
  });

  async history(after: number | null, limit: number): Promise<protocol.ChatMessage[]> {
    if (!store.hasTables(this.#sql)) return [];
    if (after === null) return store.latestMessages(this.#sql, limit);
    return [...store.messagesAfter(this.#sql, after, limit)];
  }

  async post(
    user: protocol.ChatUser,
    message: store.NewMessage,
  ): Promise<protocol.ChatMessage | "too fast" | "unavailable"> {
    if (this.#buckets.take(user.id) !== "allow") return "too fast";
    store.createTables(this.#sql);
    await ensureAlarm(this.ctx.storage, RETENTION_MS);
    this.ctx.waitUntil(this.#sessions.checkReaders());
    return this.#storeAndBroadcast(message, user) ?? "unavailable";
  }

  /** Checks only the users of these sockets, so the cost does not grow with the room. */
  async recheckSessions(socketIds: readonly string[]): Promise<string[]> {
    const listed = new Set(socketIds);
    const all = [...this.#connections];
    const users = new Set(all.flatMap(({ connection: { socketId, user } }) => (listed.has(socketId) ? [user.id] : [])));
    await this.#sessions.check(all.filter(({ connection }) => users.has(connection.user.id)));
    await this.#rows.removeNow();
    const held = new Set([...this.#connections].map(({ connection }) => connection.socketId));
    return socketIds.filter((id) => held.has(id));
  }

  /** Opens a socket for the connection that the URL describes; only the Worker can send such a request. */
  override async fetch(request: Request): Promise<Response> {
    const { connection, after } = readConnection(request);
    store.createTables(this.#sql);
    await ensureAlarm(this.ctx.storage, CHECK_INTERVAL_MS);
    const { 0: client, 1: socket } = new WebSocketPair();
    this.ctx.acceptWebSocket(socket);
    this.#join(socket, connection, after);
    this.#sessions.checkJoined(socket);
    return new Response(null, { status: 101, webSocket: client });
  }

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    this.#restore(socket);
    const connection = this.#connections.get(socket);
    if (!connection) return;
    this.#sockets.forget(socket);
    const decision = this.#buckets.take(connection.user.id);
    const violation = protocol.findViolation(decision, data);
    if (violation) return this.#close(socket, ...violation);
    const text = String(data);
    if (decision === "throttle") return void this.#send(socket, protocol.tooFast(text));
    const check = this.#sessions.confirmSender(socket);
    const isConfirmed = check === null || (await check);
    if (this.#connections.get(socket))
      this.#send(socket, this.#handleFrame(connection, protocol.parseFrame(text), isConfirmed));
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string, wasClean: boolean): void {
    try {
      replyToClose(socket, { code, reason, wasClean });
    } finally {
      this.#leave(socket);
    }
  }

  override webSocketError(socket: WebSocket): void {
    this.#leave(socket);
  }

  /** Closes the sockets whose sessions have ended, removes old messages, and sets the next alarm. */
  override async alarm(): Promise<void> {
    await this.#sessions.check([...this.#connections]);
    const oldest = store.removeOlder(this.#sql, Date.now() - RETENTION_MS);
    if (this.#connections.size > 0) return void (await ensureAlarm(this.ctx.storage, CHECK_INTERVAL_MS));
    if (oldest !== null) return this.ctx.storage.setAlarm(oldest + RETENTION_MS + 1);
    // A room that has had messages keeps its last `seq`.
    if (store.readExtent(this.#sql).last === 0) await this.ctx.storage.deleteAll();
  }

  #join(socket: WebSocket, connection: Connection, after: number | null): void {
    const { room, user } = connection;
    const { last: seq, first } = store.readExtent(this.#sql);
    this.#connections.add(socket, connection);
    this.#presence.join(user);
    this.#setAutomaticPong(seq);
    this.#send(socket, { type: "welcome", room, you: user, seq, first, ...this.#presence.summarize() });
    for (const message of store.messagesAfter(this.#sql, after ?? seq))
      if (!this.#send(socket, { type: "message", ...message })) break;
    this.#presence.announce();
  }

  #restore(socket: WebSocket): void {
    const connection = this.#connections.restore(socket);
    if (connection) this.#presence.join(connection.user);
  }

  /** Does nothing if the user has already left. */
  #leave(socket: WebSocket): void {
    this.#restore(socket);
    const connection = this.#connections.remove(socket);
    this.#sockets.forget(socket);
    if (!connection) return;
    this.#presence.leave(connection.user);
    this.#rows.remove(connection);
  }

  /** @param isConfirmed Whether the database has confirmed the session. @returns The response to the sender. */
  #handleFrame(
    { user }: Connection,
    frame: protocol.ClientFrame | protocol.ErrorFrame,
    isConfirmed: boolean,
  ): protocol.Frame {
    if (frame.type === "error") return frame;
    if (frame.type === "ping") return { type: "pong", seq: store.readExtent(this.#sql).last };
    const message = isConfirmed && this.#storeAndBroadcast(frame, user);
    return message ? { type: "ack", id: message.id, seq: message.seq } : protocol.unavailable(frame);
  }

  /** Stores and sends a message, once for each id. @returns Null if it could not be stored. */
  #storeAndBroadcast(input: store.NewMessage, user: protocol.ChatUser): protocol.ChatMessage | null {
    try {
      const { isNew, message } = store.addMessage(this.#sql, input, user);
      if (isNew) this.#setAutomaticPong(message.seq);
      if (isNew) this.#broadcast({ type: "message", ...message });
      return message;
    } catch (error) {
      logFailure("A chat message could not be stored", error);
      return null;
    }
  }

  /** @returns Whether the socket accepts more frames. */
  #send(socket: WebSocket, frame: protocol.Frame): boolean {
    return this.#sockets.send(socket, JSON.stringify(frame));
  }

  #broadcast(frame: protocol.Frame): void {
    const text = JSON.stringify(frame);
    for (const socket of this.#connections.sockets()) this.#sockets.send(socket, text);
  }

  #close(socket: WebSocket, code: number, reason: string): void {
    socket.close(code, reason);
    this.#leave(socket);
  }

  /** Lets the platform reply to pings with the last `seq`, without waking the room. */
  #setAutomaticPong(seq: number): void {
    const pong = JSON.stringify({ type: "pong", seq } satisfies protocol.Frame);
    this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(protocol.PING, pong));
  }
}
