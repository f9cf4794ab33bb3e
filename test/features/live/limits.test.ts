/** How many listeners a client address may have, streams and sockets together. */
import { runInDurableObject } from "cloudflare:test";
import { afterEach, expect, test, vi } from "vitest";
import type { LiveFeed } from "../../../src/features/live/feed.ts";
import { send } from "../../harness.ts";
import { feed } from "./listen.ts";

const MAX = 20;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  const isSampling = () => runInDurableObject(feed(), (object) => (object as LiveFeed).isSampling);
  await vi.waitFor(async () => expect(await isSampling()).toBe(false), { timeout: 5_000 });
});

/** An attempt to listen: its status, and how to leave. */
async function listenAs(address: string, path: "/events" | "/ws/data-stream", read = true) {
  const upgrade = path === "/events" ? {} : { Upgrade: "websocket", Origin: "http://localhost" };
  const response = await send(path, { headers: { "CF-Connecting-IP": address, ...upgrade } });
  const { status, webSocket, body } = response;
  webSocket?.accept();
  const reader = status === 200 ? body?.getReader() : undefined;
  if (read) await reader?.read();
  const leave = async () => {
    webSocket?.close(1000);
    await reader?.cancel();
  };
  closing.push(leave);
  return { status, leave, retryAfter: response.headers.get("Retry-After"), type: response.headers.get("Content-Type") };
}

const PATHS = ["/events", "/ws/data-stream"] as const;
type Path = (typeof PATHS)[number];

/** Many at once: each waits for what the app tells the feed once a second. */
const listenMany = (count: number, addressOf: (n: number) => string, pathOf: (n: number) => Path, read = true) =>
  Promise.all(Array.from({ length: count }, (_, n) => listenAs(addressOf(n), pathOf(n), read)));
const isOpen = ({ status }: { status: number }) => status === 200 || status === 101;

test.each(PATHS)("the 21st listener of an address by %s is refused, and the first of another is not", async (path) => {
  const listeners = await listenMany(
    MAX,
    () => "192.0.2.1",
    (n) => PATHS[n % 2] ?? path,
  );
  expect(listeners.every(isOpen)).toBe(true);
  const refused = await listenAs("192.0.2.1", path);
  expect([refused.status, refused.retryAfter, refused.type]).toEqual([429, "10", "application/problem+json"]);
  expect(isOpen(await listenAs("192.0.2.2", path))).toBe(true);
});

test("an address is what one subscriber has: all of an IPv6 /64", async () => {
  const listeners = await listenMany(
    MAX,
    (n) => `2001:db8:0:1::${n + 1}`,
    () => "/ws/data-stream",
  );
  expect(listeners.every(isOpen)).toBe(true);
  expect((await listenAs("2001:db8:0:1:ffff::1", "/ws/data-stream")).status).toBe(429);
  expect((await listenAs("2001:db8:0:2::1", "/ws/data-stream")).status).toBe(101);
});

test.each([true, false])("of fifty at once exactly twenty are admitted (streams are read: %s)", async (read) => {
  const listeners = await listenMany(
    50,
    () => "192.0.2.3",
    (n) => PATHS[n % 2] ?? "/events",
    read,
  );
  expect(listeners.filter(({ status }) => status === 429)).toHaveLength(30);
});

test.each([
  ["/events", true],
  ["/events", false],
  ["/ws/data-stream", true],
] as const)("a listener by %s that leaves (has read: %s) makes room", { timeout: 15_000 }, async (path, read) => {
  const listeners = await listenMany(
    MAX,
    () => "192.0.2.4",
    () => path,
    read,
  );
  expect((await listenAs("192.0.2.4", path)).status).toBe(429);
  await Promise.all(listeners.slice(0, 3).map(({ leave }) => leave()));
  await vi.waitFor(async () => expect(isOpen(await listenAs("192.0.2.4", path))).toBe(true), { timeout: 5_000 });
});

test("HEAD takes no place, and is answered also if there is none", async () => {
  const head = async () => {
    const response = await send("/events", { method: "HEAD", headers: { "CF-Connecting-IP": "192.0.2.5" } });
    return response.status;
  };
  const statuses = await Promise.all(Array.from({ length: 2 * MAX }, head));
  expect(new Set(statuses)).toEqual(new Set([200]));
  const listeners = await listenMany(
    MAX,
    () => "192.0.2.5",
    () => "/events",
  );
  expect(listeners.every(isOpen)).toBe(true);
  expect([await head(), (await listenAs("192.0.2.5", "/events")).status]).toEqual([200, 429]);
});
