/** The binding of chat rooms, and the interface of their Durable Object. */
import type { SocketHolder } from "../../identity/sessions/sockets.ts";
import type { ChatMessage, ChatUser } from "./protocol.ts";

declare module "../../env.ts" {
  interface Env {
    readonly CHAT_ROOM: DurableObjectNamespace<ChatRoomObject>;
  }
}

/** The Durable Object in `room.ts`; `fetch` opens a socket. */
export interface ChatRoomObject extends Rpc.DurableObjectBranded, SocketHolder {
  /** Messages of the room, oldest first. @param after The `seq` that they follow; null for the latest messages. */
  history(after: number | null, limit: number): Promise<ChatMessage[]>;
  /** Posts a message without a socket, under the same rate limit. @returns The message, or the reason for a failure. */
  post(user: ChatUser, message: Pick<ChatMessage, "id" | "text">): Promise<ChatMessage | "too fast" | "unavailable">;
}
