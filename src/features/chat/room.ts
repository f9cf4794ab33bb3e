/** The Durable Object of a chat room: it numbers the messages, keeps them, and sends them to everybody in the room. */

import { DurableObject } from "cloudflare:workers";
import type { ChatMessage, ChatRoomObject, ChatUser, Env } from "../../env.ts";
import { findGoodSessions } from "../../identity/sessions.ts";
import { BoundedSockets, CLOSE } from "../../web/bounded-sockets.ts";
import { reportSockets } from "../../web/live-feed.ts";
import { logFailure } from "../../web/log.ts";
import { Pace } from "../../web/pace.ts";
import * as protocol from "./protocol.ts";
import { readSeat, type Seat, seatOf, setSeat } from "./seat.ts";
import * as store from "./store.ts";

const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** How often the sessions of the sockets are looked at. A session that ends is to be noticed within a minute. */
const CHECK_MS = 25_000;

/**
 * Everything that has to last stands in the database of the object or with its sockets: it can be put to sleep between
 * two frames, and wakes as if nothing had been. A frame is dealt with in one go, without waiting for anything,
 * so everybody sees the messages in the order of their `seq`; and what is sent leaves when what was stored is safe (the
 * platform's output gate).
 */
export class ChatRoom extends DurableObject<Env> implements ChatRoomObject {
  readonly #sql = this.ctx.storage.sql;
  readonly #paces = new WeakMap<WebSocket, Pace>();
  readonly #sockets = new BoundedSockets(
    (socket) => this.ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0,
    (socket) => this.#leave(socket),
  );

  async history(after: number | null, limit: number): Promise<ChatMessage[]> {
    if (!store.hasTables(this.#sql)) return [];
    if (after === null) return store.latestMessages(this.#sql, limit);
    return [...store.messagesAfter(this.#sql, after, limit)];
  }

  async say(user: ChatUser, message: store.NewMessage): Promise<ChatMessage | null> {
    store.createTables(this.#sql);
    await this.#wakeWithin(KEPT_MS);
    return this.#take(message, user);
  }

  /** Opens a socket for the seat that the URL describes; only the Worker can send such a request. */
  override async fetch(request: Request): Promise<Response> {
    const { seat, after } = readSeat(request);
    store.createTables(this.#sql);
    await this.#wakeWithin(CHECK_MS);
    const { 0: client, 1: socket } = new WebSocketPair();
    this.ctx.acceptWebSocket(socket);
    this.#enter(socket, seat, after);
    return new Response(null, { status: 101, webSocket: client });
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    const seat = seatOf(socket);
    if (!seat) return;
    this.#sockets.forget(socket);
    const pacing = this.#paceOf(socket).take();
    const breach = protocol.breachOf(pacing, data);
    if (breach) this.#close(socket, ...breach);
    else if (pacing === "too fast") this.#send(socket, protocol.tooFast(String(data)));
    else this.#send(socket, this.#answer(seat, protocol.parseFrame(String(data))));
  }

  override webSocketClose(socket: WebSocket): void {
    this.#leave(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.#leave(socket);
  }

  /** Closes the sockets of sessions that are over, forgets what is too old, and says when to come again. */
  override async alarm(): Promise<void> {
    await this.#closeEndedSessions();
    const oldest = store.removeOlder(this.#sql, Date.now() - KEPT_MS);
    const [someone] = this.#seats();
    if (someone) this.#report(someone.seat.room);
    if (someone) return this.ctx.storage.setAlarm(Date.now() + CHECK_MS);
    if (oldest !== null) return this.ctx.storage.setAlarm(oldest + KEPT_MS + 1);
    // Where something was said, the last `seq` is to be remembered.
    if (store.readExtent(this.#sql).last === 0) await this.ctx.storage.deleteAll();
  }

  #enter(socket: WebSocket, seat: Seat, after: number | null): void {
    const here = this.#seats().map(({ seat }) => seat.user);
    const { last: seq, first } = store.readExtent(this.#sql);
    setSeat(socket, seat);
    this.#tellInPongs(seq);
    this.#send(socket, { type: "welcome", room: seat.room, you: seat.user, seq, first, here });
    for (const message of store.messagesAfter(this.#sql, after ?? seq))
      if (!this.#send(socket, { type: "message", ...message })) break;
    this.#broadcast({ type: "join", user: seat.user, count: here.length + 1 });
    this.#report(seat.room);
  }

  /** Says that somebody is gone, once. */
  #leave(socket: WebSocket): void {
    const seat = seatOf(socket);
    this.#sockets.forget(socket);
    if (!seat) return;
    setSeat(socket, null);
    this.#broadcast({ type: "leave", user: seat.user, count: this.#seats().length });
    this.#report(seat.room);
  }

  /** Deals with a frame. @returns What its sender is told. */
  #answer({ user }: Seat, frame: protocol.ClientFrame | protocol.Refusal): protocol.Frame {
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

  async #closeEndedSessions(): Promise<void> {
    try {
      const ids = this.#seats().map(({ seat }) => seat.sessionId);
      const good = ids.length > 0 ? await findGoodSessions(this.env.DB, ids) : new Set();
      // Whoever has come meanwhile was asked about at the door.
      const ended = this.#seats().filter(({ seat }) => ids.includes(seat.sessionId) && !good.has(seat.sessionId));
      for (const { socket } of ended) this.#close(socket, CLOSE.sessionOver, "The session is over.");
    } catch (error) {
      logFailure("The sessions of a chat room could not be looked up; the next alarm tries again", error);
    }
  }

  #seats(): { readonly socket: WebSocket; readonly seat: Seat }[] {
    return this.ctx.getWebSockets().flatMap((socket) => {
      const seat = seatOf(socket);
      return seat ? [{ socket, seat }] : [];
    });
  }

  /** @returns Whether the socket can be sent more. */
  #send(socket: WebSocket, frame: protocol.Frame): boolean {
    return this.#sockets.send(socket, JSON.stringify(frame));
  }

  #broadcast(frame: protocol.Frame): void {
    const text = JSON.stringify(frame);
    for (const { socket } of this.#seats()) this.#sockets.send(socket, text);
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

  #paceOf(socket: WebSocket): Pace {
    const known = this.#paces.get(socket) ?? new Pace();
    this.#paces.set(socket, known);
    return known;
  }

  #report(room: string): void {
    this.ctx.waitUntil(reportSockets(this.env, room, this.#seats().length));
  }

  async #wakeWithin(ms: number): Promise<void> {
    const alarm = await this.ctx.storage.getAlarm();
    if (alarm === null || alarm > Date.now() + ms) await this.ctx.storage.setAlarm(Date.now() + ms);
  }
}
