import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BoundedSockets } from "../../../src/web/realtime/backpressure.ts";
import { CLOSE } from "../../../src/web/realtime/close-codes.ts";

const MIB = 1024 * 1024;

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

/** A socket whose reader may never read: what was sent to it, and how it was closed. */
function createSocket() {
  const seen = { sent: 0, closed: undefined as number | undefined };
  const socket = {
    readyState: WebSocket.OPEN as number,
    send: (frame: string) => {
      seen.sent += frame.length;
    },
    close: (code: number) => {
      seen.closed = code;
      socket.readyState = WebSocket.CLOSING;
    },
  };
  return { socket: socket as unknown as WebSocket, seen };
}

function createSockets() {
  const stalled: WebSocket[] = [];
  const pings = new Map<WebSocket, number>();
  const sockets = new BoundedSockets(
    (socket) => pings.get(socket) ?? 0,
    (socket) => void stalled.push(socket),
  );
  return { sockets, stalled, pings };
}

const HALF = "x".repeat(MIB / 2);
const send = (sockets: BoundedSockets, socket: WebSocket, times: number) =>
  Array.from({ length: times }, () => sockets.send(socket, HALF)).filter(Boolean).length;

describe("a reader that gives no sign of life", () => {
  test("is sent 8 MiB and then given up on, once", () => {
    const { sockets, stalled } = createSockets();
    const { socket, seen } = createSocket();
    expect(send(sockets, socket, 20)).toBe(16);
    expect([seen.sent, seen.closed]).toEqual([8 * MIB, CLOSE.tryAgainLater]);
    expect(stalled).toEqual([socket]);
  });

  test("is told in bytes, not in characters", () => {
    const { sockets } = createSockets();
    const { socket } = createSocket();
    const frame = "茶".repeat(MIB / 2);
    expect(Array.from({ length: 6 }, () => sockets.send(socket, frame)).filter(Boolean)).toHaveLength(5);
  });

  test("does not hold the others up", () => {
    const { sockets, stalled } = createSockets();
    const [bad, good] = [createSocket(), createSocket()];
    for (let n = 0; n < 100; n++) {
      sockets.send(bad.socket, HALF);
      sockets.send(good.socket, HALF);
      sockets.forget(good.socket);
    }
    expect([good.seen.sent, good.seen.closed]).toEqual([50 * MIB, undefined]);
    expect(stalled).toEqual([bad.socket]);
  });
});

test("a frame from the reader counts as a sign of life", () => {
  const { sockets } = createSockets();
  const { socket, seen } = createSocket();
  for (let n = 0; n < 10; n++) {
    expect(send(sockets, socket, 16)).toBe(16);
    sockets.forget(socket);
  }
  expect(seen.closed).toBeUndefined();
});

test("a ping since then does, too, and an older one does not", () => {
  const { sockets, pings } = createSockets();
  const { socket, seen } = createSocket();
  pings.set(socket, Date.now() - 1);
  send(sockets, socket, 16);
  vi.setSystemTime(Date.now() + 1_000);
  pings.set(socket, Date.now());
  expect(send(sockets, socket, 20)).toBe(16);
  expect(seen.closed).toBe(CLOSE.tryAgainLater);
});

test("all together are sent 48 MiB; then the furthest behind are given up on, and no others", () => {
  const { sockets, stalled, pings } = createSockets();
  const [pinging, ...behind] = Array.from({ length: 8 }, createSocket);
  const others = Array.from({ length: 8 }, createSocket);
  for (const { socket } of [pinging, ...behind].flatMap((each) => each ?? [])) send(sockets, socket, 11);
  vi.setSystemTime(Date.now() + 1_000);
  if (pinging) pings.set(pinging.socket, Date.now());
  for (const { socket } of others) send(sockets, socket, 1);
  expect(stalled).toEqual([]);
  send(sockets, others[0]?.socket as WebSocket, 1);
  expect(stalled.length).toBeGreaterThan(0);
  expect(behind.map(({ socket }) => socket)).toEqual(expect.arrayContaining(stalled));
  expect([pinging, ...others].every((each) => each?.seen.closed === undefined)).toBe(true);
  expect(send(sockets, others[1]?.socket as WebSocket, 10)).toBe(10);
});

test("a socket that is closing is sent nothing", () => {
  const { sockets } = createSockets();
  const { socket, seen } = createSocket();
  socket.close(1000);
  expect(sockets.send(socket, "x")).toBe(false);
  expect(seen.sent).toBe(0);
});
