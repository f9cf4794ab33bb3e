/** Sends a fixed number of requests to a server on this machine, over connections that stay open. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Sample } from "./contenders.ts";

const CONNECTIONS = 16;

/**
 * @returns A function that sends `count` requests and resolves after the last response, and one that closes the
 * connections.
 */
export async function openConnections(port: number, sample: Sample) {
  const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => open(port)));
  const request = Buffer.from(toText(sample));
  const bytes = await responseBytes(sockets[0] as Socket, request);
  return {
    send: (count: number) => sendAll(sockets, { request, count, bytes, status: String(sample.status) }),
    close: () => sockets.map((socket) => socket.destroy()),
  };
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  return socket;
}

function toText({ path, init: { method = "GET", body } }: Sample): string {
  const head = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n`;
  return body === undefined
    ? `${head}\r\n`
    : `${head}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** The length of a response, head included. All responses to a sample have the same length. */
async function responseBytes(socket: Socket, request: Buffer): Promise<number> {
  socket.write(request);
  let text = "";
  for (;;) {
    const [chunk] = await once(socket, "data");
    text += chunk.toString("latin1");
    const head = /^HTTP[\s\S]*?\r\n\r\n/.exec(text)?.[0];
    const length = /^content-length: (\d+)/im.exec(head ?? "")?.[1];
    if (head && !length) throw new Error(`A response has no Content-Length:\n${text}`);
    if (head && text.length >= head.length + Number(length)) return text.length;
  }
}

interface Load {
  readonly request: Buffer;
  readonly count: number;
  readonly bytes: number;
  readonly status: string;
}

function sendAll(sockets: readonly Socket[], { request, count, bytes, status }: Load): Promise<void> {
  let sent = 0;
  let responses = 0;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const send = (socket: Socket) => {
    if (sent++ < count) socket.write(request);
  };
  for (const socket of sockets) {
    let received = 0;
    socket.removeAllListeners("data").on("data", (chunk: Buffer) => {
      if (received === 0 && chunk.toString("latin1", 9, 12) !== status) reject(new Error(`Not ${status}:\n${chunk}`));
      received += chunk.length;
      if (received < bytes) return;
      received = 0;
      if (++responses === count) resolve();
      send(socket);
    });
    send(socket);
  }
  return promise;
}
