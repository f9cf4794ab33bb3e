/** The binding of chat rooms, and the object behind it as its callers see it. */
import type { SocketHolder } from "../../identity/sessions/sockets.ts";

declare module "../../env.ts" {
  interface Env {
    readonly CHAT_ROOM: DurableObjectNamespace<ChatRoomObject>;
  }
}

/** The Durable Object in `room.ts`; `fetch` opens a socket. */
export interface ChatRoomObject extends Rpc.DurableObjectBranded, SocketHolder {
  /**
   * Messages of the room, oldest first.
   *
   * @param after Returns the messages that follow this `seq`; null for the latest.
   */
  history(after: number | null, limit: number): Promise<ChatMessage[]>;
  /** Stores a message without a socket, under the same rate limit. @returns The message, or why it was not stored. */
  say(user: ChatUser, message: Pick<ChatMessage, "id" | "text">): Promise<ChatMessage | "too fast" | "unavailable">;
}

/** A message as everybody in the room sees it. */
export interface ChatMessage {
  /** Numbers the messages of the room, without gaps. */
  readonly seq: number;
  /** The UUID that the sender gave it. */
  readonly id: string;
  readonly sender: ChatUser;
  readonly text: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** A user in a room. */
export interface ChatUser {
  readonly id: string;
  readonly name: string;
}
