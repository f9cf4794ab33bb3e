/** Generates valid and invalid frames for sockets that the campaign opens, and exchanges them. */
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { cut } from "./draft.ts";
import { anyJson, hostileText } from "./values.ts";

export type FrameChange =
  | { readonly frame: "valid"; readonly index: number }
  | { readonly frame: "member"; readonly index: number; readonly member: number; readonly value: unknown }
  | { readonly frame: "text"; readonly text: string }
  | { readonly frame: "json"; readonly json: unknown }
  | { readonly frame: "bytes"; readonly bytes: readonly number[] }
  | { readonly frame: "large"; readonly kib: number }
  | { readonly frame: "close"; readonly code: number; readonly reason: string };

const index = fc.nat({ max: 5 });

export const frameChange: fc.Arbitrary<FrameChange> = fc.oneof(
  { weight: 6, arbitrary: index.map((at): FrameChange => ({ frame: "valid", index: at })) },
  {
    weight: 4,
    arbitrary: fc.tuple(index, index, anyJson).map(
      ([at, member, value]): FrameChange => ({
        frame: "member",
        index: at,
        member,
        value,
      }),
    ),
  },
  { weight: 2, arbitrary: hostileText.map((text): FrameChange => ({ frame: "text", text })) },
  { weight: 2, arbitrary: anyJson.map((json): FrameChange => ({ frame: "json", json })) },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.nat({ max: 255 }), { maxLength: 20 })
      .map((bytes): FrameChange => ({ frame: "bytes", bytes })),
  },
  { weight: 1, arbitrary: fc.constantFrom(63, 64, 65, 200).map((kib): FrameChange => ({ frame: "large", kib })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(1000, 1001, 3000, 4000, 4999), fc.constantFrom("", "done", "é"))
      .map(([code, reason]): FrameChange => ({ frame: "close", code, reason })),
  },
);

/** Close codes that a server may send (RFC 6455 §7.4). It may also echo the code of the client. */
const CLOSE_CODES = [1000, 1001, 1003, 1007, 1008, 1009];

/** Long enough for responses to frames, since the objects run on the same machine. */
const QUIET_MS = 6;
const MAX_WAIT_MS = 2_000;

/**
 * Sends frames to a socket, and closes it.
 *
 * @param valid Frames that the other side accepts.
 * @returns The text that arrived, and a sentence for everything that is wrong.
 */
export async function exchangeFrames(socket: WebSocket, valid: readonly string[], changes: readonly FrameChange[]) {
  const [frames, wrong]: [string[], string[]] = [[], []];
  const end = Promise.withResolvers<number>();
  let codes = CLOSE_CODES;
  socket.addEventListener("message", ({ data }) => {
    if (typeof data === "string") frames.push(data);
    else wrong.push("It sent a binary frame.");
  });
  socket.addEventListener("close", ({ code }) => end.resolve(code));
  socket.accept();
  try {
    for (const change of changes) {
      if (change.frame === "close") {
        codes = [...codes, change.code];
        socket.close(change.code, change.reason);
        break;
      }
      socket.send(frameOf(change, valid));
    }
  } catch {
    // The other side has closed the socket.
  }
  await scheduler.wait(changes.length > 0 ? QUIET_MS : 1);
  try {
    socket.close(1000);
  } catch {}
  const code = await Promise.race([end.promise, scheduler.wait(MAX_WAIT_MS)]);
  if (code === undefined) wrong.push("It did not answer the Close frame.");
  else if (!codes.includes(code)) wrong.push(`It closed the socket with ${code}.`);
  for (const frame of frames) if (!isJson(frame)) wrong.push(`It sent a frame that is not JSON: ${cut(frame)}`);
  return { text: frames.join("\n"), wrong };
}

function frameOf(change: Exclude<FrameChange, { frame: "close" }>, valid: readonly string[]): string | Uint8Array {
  const chosen = "index" in change ? (valid[change.index % Math.max(1, valid.length)] ?? "{}") : "{}";
  switch (change.frame) {
    case "valid":
      return withNewId(chosen);
    case "member": {
      const members: Record<string, unknown> = JSON.parse(withNewId(chosen));
      const names = Object.keys(members);
      const name = names[change.member % Math.max(1, names.length)] ?? "x";
      return JSON.stringify({ ...members, [name]: change.value });
    }
    case "text":
      return change.text.toWellFormed();
    case "json":
      return JSON.stringify(change.json) ?? "";
    case "bytes":
      return Buffer.from(change.bytes);
    case "large":
      return "x".repeat(change.kib * 1024);
  }
}

/** Replaces the id, since the server may ignore a frame that it has received before. */
const withNewId = (frame: string) => frame.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, () => crypto.randomUUID());

function isJson(text: string): boolean {
  try {
    return JSON.parse(text) !== undefined;
  } catch {
    return false;
  }
}
