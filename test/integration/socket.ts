/** Speaks HTTP/1.1 by hand, for requests that no client would send. */
import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { expect } from "vitest";

/** A response as it came over the wire, its chunks not joined. */
export interface RawResponse {
  readonly status: number;
  /** In lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/**
 * Sends the pieces one after another on a connection of their own and reads until the other side
 * ends it. The other side may respond before it has all pieces.
 *
 * @param pieces Of the request, each character a byte; with `Connection: close`, lest the end never come.
 */
export async function exchange(url: URL, pieces: Iterable<string>): Promise<RawResponse> {
  const socket = await open(url);
  const received: Buffer[] = [];
  const end = Promise.withResolvers<void>();
  socket.on("data", (chunk: Buffer) => received.push(chunk));
  socket.on("close", () => end.resolve());
  for (const piece of pieces) {
    if (socket.destroyed) break;
    if (!socket.write(piece, "latin1")) await Promise.race([drained(socket), end.promise]);
  }
  await Promise.race([end.promise, failAfter(10_000)]);
  return parseResponse(Buffer.concat(received).toString("latin1"));
}

/** Sends the head of a GET and leaves the connection open. */
export async function sendHead(url: URL, path: string, headers: readonly string[]): Promise<Socket> {
  const socket = await open(url);
  socket.write([`GET ${path} HTTP/1.1`, "Host: candor.test", ...headers, "", ""].join("\r\n"));
  return socket;
}

/** Sends a piece of a request, waits until it must have arrived, and hangs up. */
export async function hangUpAfter(url: URL, piece: string): Promise<void> {
  const socket = await open(url);
  socket.write(piece, "latin1");
  await wait(100);
  socket.resetAndDestroy();
}

/** Head and body of a request that ends its connection. */
export function request(line: string, headers: readonly string[] = [], body = ""): string {
  return [`${line} HTTP/1.1`, "Host: candor.test", "Connection: close", ...headers, "", body].join("\r\n");
}

/** The response to HEAD is that to GET, without the body. @param headers Of both requests. */
export async function expectHeadAsGet(url: URL, path: string, headers: readonly string[] = []): Promise<void> {
  const got = await exchange(url, [request(`GET ${path}`, headers)]);
  const head = await exchange(url, [request(`HEAD ${path}`, headers)]);
  expect(got.body).not.toBe("");
  expect(head.body).toBe("");
  expect(head.status).toBe(got.status);
  for (const name of ["content-type", "cache-control"]) expect(head.headers.get(name)).toBe(got.headers.get(name));
}

/** One chunk of a body with `Transfer-Encoding: chunked`, each character a byte; the empty one ends it. */
export function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

async function open(url: URL): Promise<Socket> {
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  // Errors are ignored, since only the response matters: a refused body may end in a reset.
  return socket.on("error", () => {});
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("drain", resolve));
}

async function failAfter(milliseconds: number): Promise<never> {
  await wait(milliseconds, undefined, { ref: false });
  throw new Error(`The connection was still open after ${milliseconds} ms`);
}

function parseResponse(text: string): RawResponse {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [statusLine = "", ...lines] = head.split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(statusLine.split(" ")[1]), headers: new Map(headers), body: rest.join("\r\n\r\n") };
}
