/** Opens sockets as clients do: what arrives is kept, and can be waited for. */
import { vi } from "vitest";
import { send } from "./harness.ts";

/** A frame as it came, whatever it holds. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads of a frame what it expects there
export type AnyFrame = Record<string, any>;

/** A socket on the client's side. */
export interface Socket {
  readonly socket: WebSocket;
  /** Everything that has arrived. */
  readonly frames: readonly AnyFrame[];
  /** Frames of a type. */
  of(type: string): AnyFrame[];
  /** Waits for so many frames of a type. */
  wait(type: string, count?: number): Promise<AnyFrame[]>;
  /** Sends a string or bytes as they are, anything else as JSON. */
  send(frame: unknown): void;
  /** Code and reason, once the other side has closed it. */
  closed(): Promise<{ readonly code: number; readonly reason: string }>;
}

const UPGRADE = { Upgrade: "websocket" };

/** The response to a handshake. */
export function handshake(path: string, headers: Record<string, string>): Promise<Response> {
  return send(path, { headers: { ...UPGRADE, ...headers } });
}

/** Opens a socket to a path. */
export async function open(path: string, headers: Record<string, string> = {}): Promise<Socket> {
  const response = await handshake(path, headers);
  const { webSocket } = response;
  if (!webSocket) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return keepFrames(webSocket);
}

const SOON = { timeout: 5_000, interval: 5 };

function keepFrames(socket: WebSocket): Socket {
  const frames: AnyFrame[] = [];
  const end = Promise.withResolvers<{ code: number; reason: string }>();
  socket.addEventListener("message", ({ data }) => {
    frames.push(JSON.parse(String(data)));
  });
  socket.addEventListener("close", ({ code, reason }) => end.resolve({ code, reason }));
  socket.accept();
  const of = (type: string) => frames.filter((frame) => frame.type === type);
  return {
    socket,
    frames,
    of,
    wait: (type, count = 1) =>
      vi.waitFor(() => {
        const found = of(type);
        if (found.length < count) throw new Error(`${found.length} of ${count} ${type}: ${JSON.stringify(frames)}`);
        return found;
      }, SOON),
    send: (frame) =>
      socket.send(typeof frame === "string" || frame instanceof ArrayBuffer ? frame : JSON.stringify(frame)),
    closed: () => end.promise,
  };
}
