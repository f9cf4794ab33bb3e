/** The frames that clients and rooms exchange. The README shows a conversation. */
import { Buffer } from "node:buffer";
import * as z from "zod";
import { CLOSE } from "../../web/realtime/close-codes.ts";
import { type RateDecision, SUSTAINED } from "../../web/realtime/token-bucket.ts";
import { storableText } from "../../web/request/text.ts";
import { uuid } from "../../web/request/uuid.ts";

const MAX_FRAME_BYTES = 64 * 1024;

export const roomParams = z.object({
  room: z.string().regex(/^[a-z0-9-]{1,64}$/, "The name of a room has 1 to 64 lowercase letters, digits and hyphens"),
});

/** The number of a message, in a query. */
const seq = z
  .string()
  .regex(/^\d{1,15}$/, "The seq must be a whole number")
  .transform(Number);

/** The `seq` of the last message that a reconnecting client has. */
export const resumeQuery = z.object({ after: seq.optional() });

/** Selects the messages before a `seq`. */
export const beforeQuery = z.object({ before: seq.optional() });

export const historyQuery = resumeQuery.extend({
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, "The limit must be a number from 1 to 100")
    .transform(Number)
    .default(50),
});

/** A user in a room. */
const userBody = z.object({ id: uuid, name: z.string() }).meta({ id: "ChatUser" });

/** A message as the users in the room see it. */
const messageBody = z
  .object({
    seq: z.int().min(1).describe("Numbers the messages of the room, without gaps."),
    id: uuid.describe("Chosen by the sender."),
    sender: userBody,
    text: z.string(),
    at: z.iso.datetime(),
  })
  .meta({ id: "ChatMessage" });

/** Messages of a room, oldest first. */
export const messagesBody = z.object({ items: z.array(messageBody) });

export type ChatMessage = z.output<typeof messageBody>;
export type ChatUser = z.output<typeof userBody>;

export const messageInput = z.object({
  id: uuid,
  text: storableText().min(1, "The text is empty").max(4_000, "The text must not exceed 4,000 characters"),
});

const message = messageInput.extend({ type: z.literal("message") });

const clientFrame = z.discriminatedUnion("type", [message, z.object({ type: z.literal("ping") })], {
  error: 'The frame must be an object with the type "message" or "ping"',
});

export type IncomingMessage = z.output<typeof message>;
export type ClientFrame = z.output<typeof clientFrame>;

export type ErrorCode = "bad_json" | "bad_message" | "too_fast" | "unavailable";

/** The users in the room. */
export interface UserList {
  /** The number of all users. A user with two sockets is one user. */
  readonly count: number;
  /** Some of them: see `Presence`. */
  readonly here: readonly ChatUser[];
}

/** The changes to the list of users. */
export interface UserListChange {
  /** The number of all users, listed or not. */
  readonly count: number;
  /** Users to add to the list. */
  readonly joined: readonly ChatUser[];
  /** The ids of users to remove from the list. */
  readonly left: readonly string[];
}

/** A frame from a room. */
export type Frame =
  | ({
      readonly type: "welcome";
      readonly room: string;
      readonly you: ChatUser;
      /** Of the last message ever stored; 0 for none. */
      readonly seq: number;
      /** Of the oldest message that is still stored; `seq` + 1 for none. */
      readonly first: number;
    } & UserList)
  | ({ readonly type: "message" } & ChatMessage)
  | { readonly type: "ack"; readonly id: string; readonly seq: number }
  | { readonly type: "pong"; readonly seq: number }
  /** The only change to the list since the last announcement. */
  | { readonly type: "join" | "leave"; readonly user: ChatUser; readonly count: number }
  /** Several changes, a change of the count only, or the whole list. */
  | ({ readonly type: "presence" } & (UserList | UserListChange))
  /** `id` is that of the refused message, if it has a valid one. */
  | { readonly type: "error"; readonly code: ErrorCode; readonly detail: string; readonly id?: string };

export type ErrorFrame = Extract<Frame, { type: "error" }>;

/** The exact ping to which the platform replies without waking the room. */
export const PING = '{"type":"ping"}';

/** @returns The code and reason to close the socket with; undefined for an acceptable frame. */
export function findViolation(
  decision: RateDecision,
  data: string | ArrayBuffer,
): readonly [code: number, reason: string] | undefined {
  if (decision === "close") return [CLOSE.policyViolation, "Too many frames."];
  if (typeof data !== "string") return [CLOSE.unsupportedData, "Binary frames are not supported. Send text."];
  if (Buffer.byteLength(data) > MAX_FRAME_BYTES)
    return [CLOSE.tooLarge, `A frame must not exceed ${MAX_FRAME_BYTES} bytes.`];
  return undefined;
}

export function parseFrame(text: string): ClientFrame | ErrorFrame {
  const json = parseJson(text);
  if (json === undefined) return errorFrame("bad_json", "The frame is not valid JSON.");
  const parsed = clientFrame.safeParse(json);
  if (parsed.success) return parsed.data;
  return errorFrame("bad_message", parsed.error.issues.map(({ message }) => `${message}.`).join(" "), idOf(json));
}

function errorFrame(code: ErrorCode, detail: string, id?: string): ErrorFrame {
  return { type: "error", code, detail, ...(id !== undefined && { id }) };
}

export function tooFast(text: string): ErrorFrame {
  const detail = `Limit: ${SUSTAINED} frames per second for all your connections together. Wait, then send the frame again.`;
  return errorFrame("too_fast", detail, idOf(parseJson(text)));
}

export function unavailable({ id }: IncomingMessage): ErrorFrame {
  return errorFrame("unavailable", "The message could not be stored. Send it again.", id);
}

function idOf(json: unknown): string | undefined {
  const id = typeof json === "object" && json && "id" in json ? json.id : undefined;
  return uuid.safeParse(id).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
