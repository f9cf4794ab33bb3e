/** The Durable Object of a chat room: it numbers the messages, keeps them, and sends them to everybody in the room. */

import { DurableObject } from "cloudflare:workers";
import type { Env } from "../../env.ts";
import { closeSockets, renewSockets } from "../../identity/sessions/sockets.ts";
import { logFailure } from "../../web/app/log.ts";
import { BoundedSockets, CLOSE } from "../../web/realtime/backpressure.ts";
import { TokenBuckets } from "../../web/realtime/token-bucket.ts";
import { type Connection, connectionOf, readConnection, setConnection, toUserSocket } from "./connection.ts";
import type { ChatMessage, ChatRoomObject, ChatUser } from "./env.ts";
import * as protocol from "./protocol.ts";
import * as store from "./store.ts";

const RETENTION_MS = 30 * 24 * 60 * 60 * 1000;

/** How often the sessions of all sockets are looked at, whatever happens; and how soon again where that failed. */
const CHECK_MS = 25_000;
const RETRY_MS = 2_000;

interface Connected {
  readonly socket: WebSocket;
  readonly connection: Connection;
}

/**
 * Everything that has to last stands in the database of the object or with its sockets: it can be put to sleep between
 * two frames, and wakes as if nothing had been. A frame is dealt with in one go, without waiting for anything,
 * so everybody sees the messages in the order of their `seq`; and what is sent leaves when what was stored is safe (the
 * platform's output gate).
 *
 * A socket is closed when its session ends: at once where `recheckSessions` says so (every event that ends a session
 * causes that), and by an alarm at the moment when a session ends by itself. A socket is also looked at as soon as it has
 * entered, so that none slips in while its session ends. Where a call was lost, the alarm finds out within 25 s; where the
 * database does not answer, it is asked again every 2 s, and sockets stay open until it does.
 *
 * The pace counts per user, all sockets and `say` together, in memory. Nothing is lost with it: the platform hibernates a
 * room after 10 s of silence, and a bucket is full again after 3. Only a restart of the room grants a new burst.
 */
export class ChatRoom extends DurableObject<Env> implements ChatRoomObject {
  readonly #sql = this.ctx.storage.sql;
  readonly #buckets = new TokenBuckets();
  readonly #sockets = new BoundedSockets(
    (socket) => this.ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0,
    (socket) => this.#leave(socket),
  );

  async history(after: number | null, limit: number): Promise<ChatMessage[]> {
    if (!store.hasTables(this.#sql)) return [];
    if (after === null) return store.latestMessages(this.#sql, limit);
    return [...store.messagesAfter(this.#sql, after, limit)];
  }

  async say(user: ChatUser, message: store.NewMessage): Promise<ChatMessage | "too fast" | "unavailable"> {
    if (this.#buckets.take(user.id) !== "allow") return "too fast";
    store.createTables(this.#sql);
    await this.#wakeWithin(RETENTION_MS);
    return this.#take(message, user) ?? "unavailable";
  }

  async recheckSessions(socketIds: readonly string[]): Promise<string[]> {
    await this.#check(this.#connected());
    const held = new Set(this.#connected().map(({ connection }) => connection.socketId));
    return socketIds.filter((id) => held.has(id));
  }

  /** Opens a socket for the connection that the URL describes; only the Worker can send such a request. */
  override async fetch(request: Request): Promise<Response> {
    const { connection, after } = readConnection(request);
    store.createTables(this.#sql);
    await this.#wakeWithin(CHECK_MS);
    const { 0: client, 1: socket } = new WebSocketPair();
    this.ctx.acceptWebSocket(socket);
    this.#enter(socket, connection, after);
    this.ctx.waitUntil(this.#check([{ socket, connection }]));
    return new Response(null, { status: 101, webSocket: client });
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    const connection = connectionOf(socket);
    if (!connection) return;
    this.#sockets.forget(socket);
    const pacing = this.#buckets.take(connection.user.id);
    const breach = protocol.breachOf(pacing, data);
    if (breach) this.#close(socket, ...breach);
    else if (pacing === "throttle") this.#send(socket, protocol.tooFast(String(data)));
    else this.#send(socket, this.#answer(connection, protocol.parseFrame(String(data))));
  }

  override webSocketClose(socket: WebSocket): void {
    this.#leave(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.#leave(socket);
  }

  /** Closes the sockets whose sessions have ended, removes old messages, and sets the next alarm. */
  override async alarm(): Promise<void> {
    await this.#check(this.#connected());
    const oldest = store.removeOlder(this.#sql, Date.now() - RETENTION_MS);
    if (this.#connected().length > 0) return this.#wakeWithin(CHECK_MS);
    if (oldest !== null) return this.ctx.storage.setAlarm(oldest + RETENTION_MS + 1);
    // Where something was said, the last `seq` is to be remembered.
    if (store.readExtent(this.#sql).last === 0) await this.ctx.storage.deleteAll();
  }

  #enter(socket: WebSocket, connection: Connection, after: number | null): void {
    const { room, user } = connection;
    const here = this.#connected().map((other) => other.connection.user);
    const { last: seq, first } = store.readExtent(this.#sql);
    setConnection(socket, connection);
    this.#tellInPongs(seq);
    this.#send(socket, { type: "welcome", room, you: user, seq, first, here });
    for (const message of store.messagesAfter(this.#sql, after ?? seq))
      if (!this.#send(socket, { type: "message", ...message })) break;
    this.#broadcast({ type: "join", user, count: here.length + 1 });
  }

  /** Says that somebody is gone, once. */
  #leave(socket: WebSocket): void {
    const connection = connectionOf(socket);
    this.#sockets.forget(socket);
    if (!connection) return;
    setConnection(socket, null);
    this.#broadcast({ type: "leave", user: connection.user, count: this.#connected().length });
    this.ctx.waitUntil(this.#removeRows([connection]));
  }

  /** Deals with a frame. @returns What its sender is told. */
  #answer({ user }: Connection, frame: protocol.ClientFrame | protocol.Refusal): protocol.Frame {
    if (frame.type === "error") return frame;
    if (frame.type === "ping") return { type: "pong", seq: store.readExtent(this.#sql).last };
    const message = this.#take(frame, user);
    return message ? { type: "ack", id: message.id, seq: message.seq } : protocol.unavailable(frame);
  }

  /** Stores a message and tells everybody, once. @returns Null where it could not be stored. */
  #take(said: store.NewMessage, user: ChatUser): ChatMessage | null {
    try {
      const { isNew, message } = store.addMessage(this.#sql, said, user);
      if (isNew) this.#tellInPongs(message.seq);
      if (isNew) this.#broadcast({ type: "message", ...message });
      return message;
    } catch (error) {
      logFailure("A chat message could not be stored", error);
      return null;
    }
  }

  /** Renews the rows of sockets, closes those whose sessions have ended, and comes back when the next one ends. */
  async #check(connected: readonly Connected[]): Promise<void> {
    if (connected.length === 0) return;
    try {
      const sockets = connected.map(({ connection }) => toUserSocket(connection));
      const ends = await renewSockets(this.env.DB, sockets);
      const now = Date.now();
      const endOf = ({ connection }: Connected) => ends.get(connection.sessionId) ?? 0;
      const [gone, here] = partition(connected, ({ socket }) => connectionOf(socket) === null);
      // Their rows may have been renewed after they were removed.
      if (gone.length > 0) await this.#removeRows(gone.map(({ connection }) => connection));
      const [ended, good] = partition(here, (each) => endOf(each) <= now);
      for (const { socket } of ended) this.#close(socket, CLOSE.sessionOver, "The session is over.");
      if (good.length > 0) await this.#wakeWithin(Math.min(CHECK_MS, ...good.map((each) => endOf(each) - now)));
    } catch (error) {
      logFailure("The sessions of a chat room could not be looked up; the next alarm tries again", error);
      await this.#wakeWithin(RETRY_MS);
    }
  }

  async #removeRows(connections: readonly Connection[]): Promise<void> {
    try {
      const ids = connections.map(({ socketId }) => socketId);
      await closeSockets(this.env.DB, ids);
    } catch (error) {
      logFailure("The rows of sockets that have closed could not be removed; they lapse", error);
    }
  }

  #connected(): Connected[] {
    return this.ctx.getWebSockets().flatMap((socket) => {
      const connection = connectionOf(socket);
      return connection ? [{ socket, connection }] : [];
    });
  }

  /** @returns Whether the socket can be sent more. */
  #send(socket: WebSocket, frame: protocol.Frame): boolean {
    return this.#sockets.send(socket, JSON.stringify(frame));
  }

  #broadcast(frame: protocol.Frame): void {
    const text = JSON.stringify(frame);
    for (const { socket } of this.#connected()) this.#sockets.send(socket, text);
  }

  #close(socket: WebSocket, code: number, reason: string): void {
    socket.close(code, reason);
    this.#leave(socket);
  }

  /** Pings are answered by the platform, which does not wake the room: the answer says how far the room has come. */
  #tellInPongs(seq: number): void {
    const pong = JSON.stringify({ type: "pong", seq } satisfies protocol.Frame);
    this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(protocol.PING, pong));
  }

  async #wakeWithin(ms: number): Promise<void> {
    const alarm = await this.ctx.storage.getAlarm();
    if (alarm === null || alarm > Date.now() + ms) await this.ctx.storage.setAlarm(Date.now() + ms);
  }
}

/** @returns The items that match, and the others. */
function partition<T>(items: readonly T[], matches: (item: T) => boolean): readonly [T[], T[]] {
  const { yes = [], no = [] } = Object.groupBy(items, (item) => (matches(item) ? "yes" : "no"));
  return [yes, no];
}
