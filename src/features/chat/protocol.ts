/** The frames of the chat: what a client sends, what a room sends. The README shows a conversation. */
import { Buffer } from "node:buffer";
import * as z from "zod";
import { CLOSE } from "../../web/realtime/backpressure.ts";
import { type Pacing, SUSTAINED } from "../../web/realtime/token-bucket.ts";
import { storableText } from "../../web/request/text.ts";
import type { ChatMessage, ChatUser } from "./env.ts";

/** The most bytes of a frame from a client. */
const MAX_FRAME_BYTES = 64 * 1024;

export const roomParams = z.object({
  room: z.string().regex(/^[a-z0-9-]{1,64}$/, "A room's name has 1 to 64 small letters, digits and hyphens"),
});

/** A whole number as a query has it: how far somebody has read. */
const seq = z
  .string()
  .regex(/^\d{1,15}$/, "A seq is a whole number")
  .transform(Number);

/** Where a client that comes back goes on. */
export const resumeQuery = z.object({ after: seq.optional() });

/** The messages before a seq, for who reads back. */
export const beforeQuery = z.object({ before: seq.optional() });

export const historyQuery = resumeQuery.extend({
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, "The limit is a number from 1 to 100")
    .transform(Number)
    .default(50),
});

export const said = z.object({
  id: z.uuid("The id is to be a UUID"),
  text: storableText().min(1, "The text is empty").max(4_000, "The text is longer than 4,000 characters"),
});

const message = said.extend({ type: z.literal("message") });

const clientFrame = z.discriminatedUnion("type", [message, z.object({ type: z.literal("ping") })], {
  error: 'A frame is an object with the type "message" or "ping"',
});

export type IncomingMessage = z.output<typeof message>;
export type ClientFrame = z.output<typeof clientFrame>;

export type ErrorCode = "bad_json" | "bad_message" | "too_fast" | "unavailable";

/** What a room sends. */
export type Frame =
  | {
      readonly type: "welcome";
      readonly room: string;
      readonly you: ChatUser;
      /** Of the last message there was; 0 for none. */
      readonly seq: number;
      /** Of the oldest message that is kept; `seq` + 1 where none is. */
      readonly first: number;
      /** Who is in the room already, once for each socket. */
      readonly here: readonly ChatUser[];
    }
  | ({ readonly type: "message" } & ChatMessage)
  | { readonly type: "ack"; readonly id: string; readonly seq: number }
  | { readonly type: "pong"; readonly seq: number }
  /** Told to everybody, the newcomer included. `count` is of sockets. */
  | { readonly type: "join" | "leave"; readonly user: ChatUser; readonly count: number }
  /** `id` is that of the message that was refused, where it has one. */
  | { readonly type: "error"; readonly code: ErrorCode; readonly detail: string; readonly id?: string };

export type Refusal = Extract<Frame, { type: "error" }>;

/** The ping that the platform answers, without waking the room, in this very spelling. */
export const PING = '{"type":"ping"}';

/** What a socket is closed for: the code and the reason; undefined for a frame that is to be answered. */
export function breachOf(
  pacing: Pacing,
  data: string | ArrayBuffer,
): readonly [code: number, reason: string] | undefined {
  if (pacing === "close") return [CLOSE.policyViolation, "Too many frames."];
  if (typeof data !== "string") return [CLOSE.unsupportedData, "Send text, not bytes."];
  if (Buffer.byteLength(data) > MAX_FRAME_BYTES) return [CLOSE.tooLarge, `A frame may have ${MAX_FRAME_BYTES} bytes.`];
  return undefined;
}

export function parseFrame(text: string): ClientFrame | Refusal {
  const json = parseJson(text);
  if (json === undefined) return refuseFrame("bad_json", "This is no JSON.");
  const parsed = clientFrame.safeParse(json);
  if (parsed.success) return parsed.data;
  return refuseFrame("bad_message", parsed.error.issues.map(({ message }) => `${message}.`).join(" "), idOf(json));
}

function refuseFrame(code: ErrorCode, detail: string, id?: string): Refusal {
  return { type: "error", code, detail, ...(id !== undefined && { id }) };
}

export function tooFast(text: string): Refusal {
  const detail = `Limit: ${SUSTAINED} frames a second, all your connections together. Wait, then send this one again.`;
  return refuseFrame("too_fast", detail, idOf(parseJson(text)));
}

export function unavailable({ id }: IncomingMessage): Refusal {
  return refuseFrame("unavailable", "The message could not be stored. Send it again.", id);
}

function idOf(json: unknown): string | undefined {
  const id = typeof json === "object" && json && "id" in json ? json.id : undefined;
  return z.uuid().safeParse(id).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
