import { runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { LiveFeed } from "../../../src/features/live/feed.ts";
import { send } from "../../harness.ts";
import { handshake, open, type Socket } from "../../sockets.ts";
import { feed, reportOf } from "./listen.ts";

const PATH = "/ws/data-stream";

const opened: Socket[] = [];
async function begin(after?: string, headers: Record<string, string> = {}): Promise<Socket> {
  const socket = await open(after === undefined ? PATH : `${PATH}?${new URLSearchParams({ after })}`, headers);
  opened.push(socket);
  return socket;
}
afterEach(async () => {
  for (const { socket } of opened.splice(0)) socket.close();
  await vi.waitFor(async () => expect(await isSampling()).toBe(false), { timeout: 5_000 });
});

const isSampling = () => runInDurableObject(feed(), (object) => (object as LiveFeed).isSampling);

describe("GET /ws/data-stream", () => {
  test("sends the events of /events as frames of JSON, also to visitors", async () => {
    const socket = await begin();
    const samples = await socket.wait("sample", 4);
    expect(samples[0]).toEqual({
      type: "sample",
      id: expect.stringMatching(/^\w+-\d+$/),
      timestamp: expect.any(String),
      metric: "requests",
      value: expect.any(Number),
      status: "normal",
    });
    await feed().report(reportOf({ requests: 1, activities: { upload: 2 } }));
    expect((await socket.wait("activity"))[0]).toMatchObject({ activity: "upload", count: 2 });
    await (await begin(undefined, { Origin: "http://localhost" })).wait("sample");
  });

  test.each(["https://elsewhere.example", "http://localhost:1", "https://localhost", "null", ""])(
    "denies a page of the origin %j",
    async (Origin) => expect((await handshake(PATH, { Origin })).status).toBe(403),
  );

  test("goes on behind the event that a client has, or says that it can't", async () => {
    const steady = await begin();
    await steady.wait("sample", 4);
    const back = await begin(steady.frames[1]?.id);
    await back.wait("sample", 3);
    expect(back.frames.map(({ id }) => id).slice(0, 2)).toEqual(steady.frames.map(({ id }) => id).slice(2, 4));
    const lost = await begin("nobody-1");
    expect((await lost.wait("reset"))[0]).toEqual(lost.frames[0]);
    await lost.wait("sample", 4);
  });

  test("answers pings and ignores any other message", async () => {
    const socket = await begin();
    for (const frame of ["", "{", new ArrayBuffer(3), "x".repeat(100_000), '{"type":"ping"}']) socket.send(frame);
    expect(await socket.wait("pong")).toEqual([{ type: "pong" }]);
    await socket.wait("sample");
  });

  test("closes a flood with 1008, while the others go on", async () => {
    const [flood, other] = [await begin(), await begin()];
    for (let n = 0; n < 200; n++) flood.send('{"type":"ping"}');
    expect((await flood.closed()).code).toBe(1008);
    await other.wait("sample", other.of("sample").length + 4);
  });

  test("stops sampling when the last socket closes", async () => {
    const [one, two] = [await begin(), await begin()];
    await two.wait("sample");
    one.socket.close();
    await scheduler.wait(300);
    expect(await isSampling()).toBe(true);
    two.socket.close();
    await vi.waitFor(async () => expect(await isSampling()).toBe(false), { timeout: 5_000 });
  });

  test.each(["GET", "HEAD"])("responds with 426 to a plain %s", async (method) => {
    expect((await send(PATH, { method })).status).toBe(426);
  });
});

test("with a thousand listeners the feed is full: 503, and room again when they leave", {
  timeout: 30_000,
}, async () => {
  const leave = await runInDurableObject(feed(), async (object) => {
    const handshakes = Array.from({ length: 1_000 }, (_, n) =>
      (object as LiveFeed).fetch(new Request(`http://feed/?address=${n}`, { headers: { Upgrade: "websocket" } })),
    );
    for (const { webSocket } of handshakes) webSocket?.accept();
    return () => handshakes.map(({ webSocket }) => webSocket?.close());
  });
  const full = await send("/events");
  expect([full.status, full.headers.get("Retry-After")]).toEqual([503, "30"]);
  expect(full.headers.get("Content-Type")).toBe("application/problem+json");
  expect((await handshake(PATH, {})).status).toBe(503);
  await runInDurableObject(feed(), () => void leave());
  await vi.waitFor(async () => expect((await begin()).socket.readyState).toBe(WebSocket.OPEN), { timeout: 5_000 });
});
