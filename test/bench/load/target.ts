/** Sends requests to the app under load, over connections that stay open, and follows restarts of the Worker. */
import { Pool } from "undici";
import { isLoopback } from "./options.ts";
import type { HeaderValues, Outgoing, Received, Send } from "./types.ts";

const TIMEOUT_MS = 30_000;

export interface Target {
  origin(): string;
  readonly send: Send;
  /** Headers that set a client address. Only a server on this machine accepts them. */
  addressHeaders(address: string | undefined): HeaderValues;
  /** Whether a restart interrupted a request that was sent at that time. */
  wasInterrupted(sentAt: number): boolean;
  /** Delays new requests while the Worker restarts. @param restart Returns the new address. */
  restart(restart: () => Promise<URL>): Promise<void>;
  /** Closes the connections; the next request opens others. */
  disconnect(): Promise<void>;
  close(): Promise<void>;
}

export function openTarget(url: URL, connections: number): Target {
  const open = ({ origin }: URL) =>
    new Pool(origin, { connections, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  let [current, pool] = [url, open(url)];
  let ready: Promise<unknown> = Promise.resolve();
  let interruptedUntil = 0;
  const isLocal = isLoopback(url);
  const addressHeaders = (address: string | undefined): HeaderValues =>
    isLocal && address !== undefined ? { "CF-Connecting-IP": address } : {};
  return {
    origin: () => current.origin,
    addressHeaders,
    async send({ method = "GET", path, headers, body }: Outgoing, address?: string): Promise<Received> {
      await ready;
      const response = await pool.request({
        method,
        path,
        headers: { ...addressHeaders(address), ...headers },
        body: body ?? null,
      });
      const received = Buffer.from(await response.body.arrayBuffer());
      return { status: response.statusCode, headers: response.headers, body: received };
    },
    wasInterrupted: (sentAt) => sentAt <= interruptedUntil,
    async restart(restart) {
      const { promise, resolve } = Promise.withResolvers<void>();
      ready = promise;
      const before = pool;
      try {
        interruptedUntil = Number.POSITIVE_INFINITY;
        current = await restart();
        pool = open(current);
      } finally {
        interruptedUntil = performance.now();
        await before.destroy();
        resolve();
      }
    },
    async disconnect() {
      await pool.destroy();
      pool = open(current);
    },
    close: () => pool.destroy(),
  };
}
