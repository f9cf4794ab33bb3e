/** Sends requests to the metered Worker, and reads what they cost. */
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import WebSocket from "ws";
import { BEGINNING_HEADER, type Changes, type Cost, METER_HEADER, type Measured } from "./meter.ts";

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is a string. */
  readonly body?: unknown;
  /** Reads only the beginning of the response. */
  readonly isBeginning?: boolean;
}

/** The response to a call and its cost. */
export interface Reply extends Cost {
  readonly status: number;
  readonly text: string;
  /** From sending the request to the end of the response. */
  readonly ms: number;
  /** The work after the response. */
  readonly after: Cost;
  readonly changes: Changes;
}

/** If the work after a response takes longer, the measurement fails. */
const MAX_AFTER_MS = 300_000;

let addresses = 0;

/** @param path A path that begins with `ws:` is opened as a socket, and the first frame ends the measurement. */
export async function send(origin: URL, path: string, call: Call = {}): Promise<Reply> {
  const id = randomUUID();
  addresses += 1;
  const headers = {
    [METER_HEADER]: id,
    "CF-Connecting-IP": `198.18.${(addresses >> 8) & 255}.${addresses & 255}`,
    ...(call.isBeginning && { [BEGINNING_HEADER]: "yes" }),
    ...call.headers,
  };
  const startedAt = performance.now();
  const { status, text } = path.startsWith("ws:")
    ? await openSocket(new URL(path.slice("ws:".length), origin), headers)
    : await request(new URL(path, origin), call, headers);
  const ms = performance.now() - startedAt;
  const { response, after, changes } = await readCost(origin, id);
  return { ...response, status, text, ms, after, changes };
}

async function request(url: URL, { method = "GET", body }: Call, headers: Record<string, string>) {
  const isJson = body !== undefined && typeof body !== "string";
  const response = await fetch(url, {
    method,
    headers: { ...(isJson && { "Content-Type": "application/json" }), ...headers },
    redirect: "manual",
    ...(body !== undefined && { body: isJson ? JSON.stringify(body) : (body as string) }),
  });
  return { status: response.status, text: await response.text() };
}

async function openSocket(url: URL, headers: Record<string, string>) {
  const socket = new WebSocket(url.href, { headers: { ...headers, Origin: "https://candor.test" } });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  socket.once("message", (data) => resolve(String(data)));
  socket.once("error", reject);
  try {
    return { status: 101, text: await promise };
  } finally {
    socket.close();
  }
}

async function readCost(origin: URL, id: string): Promise<Measured> {
  for (const startedAt = performance.now(); performance.now() - startedAt < MAX_AFTER_MS; await wait(5)) {
    const measured = (await (await fetch(new URL(`/growth/costs/${id}`, origin))).json()) as Measured;
    if (measured.isDone) return measured;
  }
  throw new Error("The work after a response did not end");
}
