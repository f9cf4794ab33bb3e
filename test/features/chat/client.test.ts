/** The browser's client against a room that behaves badly: what it does is seen in what it sends. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ChatClient } from "../../../public/chat/chat-client.js";

type ChatEvent = Parameters<ConstructorParameters<typeof ChatClient>[0]["onEvent"]>[0];

/** The room's end of a connection. */
class FakeSocket extends EventTarget {
  readonly sent: { type: string; id?: string; text?: string }[] = [];
  isClosed = false;
  send(frame: string) {
    this.sent.push(JSON.parse(frame));
  }
  close() {
    this.isClosed = true;
  }
  tell(frame: object) {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) }));
  }
  hangUp(code: number) {
    this.dispatchEvent(new CloseEvent("close", { code, reason: "", wasClean: true }));
  }
  of(type: string) {
    return this.sent.filter((frame) => frame.type === type);
  }
}

let client: ChatClient | undefined;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  client?.close();
  vi.useRealTimers();
});

/** A client, the addresses that it opened, its end of each connection, and what it tells. */
async function start({
  after = null,
  unsent = [],
  fails = () => false,
}: {
  after?: number | null;
  unsent?: { id: string; text: string }[];
  fails?: () => boolean;
} = {}) {
  const [urls, sockets, events]: [string[], FakeSocket[], ChatEvent[]] = [[], [], []];
  client = new ChatClient({
    url: "/room",
    after,
    unsent,
    onEvent: (event) => void events.push(event),
    openSocket: (url) => {
      urls.push(url);
      if (fails()) throw new Error("No network");
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
  });
  await vi.advanceTimersByTimeAsync(0);
  const last = () => sockets.at(-1) ?? new FakeSocket();
  return { client, urls, sockets, events, last, of: (type: string) => events.filter((event) => event.type === type) };
}

const welcome = (seq: number, first = 1) => ({ type: "welcome", room: "r", you: { id: "i", name: "n" }, seq, first });
const message = (seq: number) => ({ type: "message", seq, id: `${seq}`, sender: {}, text: `${seq}`, at: "" });
const seqs = (events: readonly ChatEvent[]) => events.flatMap((event) => ("seq" in event ? [event.seq] : []));

describe("a client that has been told of messages", () => {
  test("resumes behind the last when the connection is lost", async () => {
    const { urls, last } = await start({ after: 3 });
    last().tell(welcome(5));
    last().tell(message(4));
    last().hangUp(1006);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(urls).toEqual(["/room?after=3", "/room?after=4"]);
  });

  test("resumes where one was lost on the way, and tells nothing twice", async () => {
    const { urls, sockets, last, of } = await start({ after: 0 });
    last().tell(welcome(0));
    last().tell(message(1));
    last().tell(message(3));
    expect(sockets[0]?.isClosed).toBe(true);
    sockets[0]?.tell(message(4));
    await vi.advanceTimersByTimeAsync(1_000);
    last().tell(welcome(4));
    for (const seq of [1, 2, 3, 4]) last().tell(message(seq));
    expect(urls).toEqual(["/room?after=0", "/room?after=1"]);
    expect(seqs(of("message"))).toEqual([1, 2, 3, 4]);
  });

  test("resumes when two pongs in a row are ahead of it, and not for one", async () => {
    const { urls, last } = await start({ after: 0 });
    last().tell(welcome(0));
    last().tell({ type: "pong", seq: 1 });
    last().tell(message(1));
    last().tell({ type: "pong", seq: 2 });
    expect(urls).toHaveLength(1);
    last().tell({ type: "pong", seq: 2 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(urls).toEqual(["/room?after=0", "/room?after=1"]);
  });

  test("goes on if older ones are no longer kept, and if the room knows less", async () => {
    const { urls, last, of } = await start({ after: 2 });
    last().tell(welcome(9, 8));
    for (const seq of [8, 9]) last().tell(message(seq));
    last().hangUp(1006);
    await vi.advanceTimersByTimeAsync(1_000);
    last().tell(welcome(1));
    last().tell(message(2));
    expect(urls.at(-1)).toBe("/room?after=9");
    expect(seqs(of("message"))).toEqual([8, 9, 2]);
  });
});

test("a client passes on the presence frames of its room", async () => {
  const { last, of } = await start();
  const frames = [
    { type: "join", user: { id: "i", name: "n" }, count: 2 },
    { type: "leave", user: { id: "i", name: "n" }, count: 1 },
    { type: "presence", count: 2, joined: [{ id: "i", name: "n" }], left: ["j"] },
    { type: "presence", count: 1, here: [{ id: "i", name: "n" }] },
  ];
  last().tell(welcome(0));
  for (const frame of frames) last().tell(frame);
  expect(["join", "leave", "presence"].flatMap(of)).toEqual(frames);
});

describe("a message that is sent", () => {
  test("before there is a connection goes out with it", async () => {
    const { client, last, of } = await start();
    const id = client.send("early");
    expect(last().sent).toEqual([]);
    last().tell(welcome(0));
    expect(last().sent).toEqual([{ type: "message", id, text: "early" }]);
    last().tell({ type: "ack", id, seq: 1 });
    expect(of("sent")).toEqual([{ type: "sent", id, text: "early", seq: 1 }]);
    expect(client.pending).toBe(0);
  });

  test("is sent again under its id by the next page that knows it, before others", async () => {
    const unsent = ["1", "2"].map((id) => ({ id, text: `text ${id}` }));
    const { client, last, of } = await start({ unsent });
    expect(of("sending")).toEqual(unsent.map((message) => ({ type: "sending", ...message })));
    const id = client.send("new");
    last().tell(welcome(0));
    const messages = [...unsent, { id, text: "new" }];
    expect(last().sent).toEqual(messages.map((message) => ({ type: "message", ...message })));
    last().tell({ type: "ack", id: "1", seq: 1 });
    expect([client.pending, of("sent")]).toEqual([2, [{ type: "sent", id: "1", text: "text 1", seq: 1 }]]);
  });

  test("is sent again under the same id, in order, until it is acknowledged", async () => {
    const { client, sockets, last } = await start();
    last().tell(welcome(0));
    const ids = ["one", "two", "three"].map((text) => client.send(text));
    last().tell({ type: "ack", id: ids[0], seq: 1 });
    last().hangUp(1006);
    await vi.advanceTimersByTimeAsync(1_000);
    last().tell(welcome(2));
    expect(sockets).toHaveLength(2);
    expect(
      last()
        .of("message")
        .map(({ id }) => id),
    ).toEqual(ids.slice(1));
  });

  test("whose ack does not come makes the client come back", async () => {
    const { client, sockets, last } = await start();
    last().tell(welcome(0));
    const id = client.send("lost");
    await vi.advanceTimersByTimeAsync(20_000);
    last().tell(welcome(1));
    expect(sockets.length).toBeGreaterThan(1);
    expect(last().of("message")).toEqual([{ type: "message", id, text: "lost" }]);
  });

  test("too fast is sent again a second later", async () => {
    const { client, last } = await start();
    last().tell(welcome(0));
    const id = client.send("hasty");
    last().tell({ type: "error", code: "too_fast", detail: "Wait.", id });
    expect(last().of("message")).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(
      last()
        .of("message")
        .map((frame) => frame.id),
    ).toEqual([id, id]);
  });

  test("that the room refuses is told with its text, and not sent again", async () => {
    const { client, last, of } = await start();
    last().tell(welcome(0));
    const id = client.send("x".repeat(5_000));
    last().tell({ type: "error", code: "bad_message", detail: "Too long.", id });
    expect(of("refused")).toEqual([{ type: "refused", id, text: "x".repeat(5_000), detail: "Too long." }]);
    last().hangUp(1006);
    await vi.advanceTimersByTimeAsync(1_000);
    last().tell(welcome(0));
    expect(last().of("message")).toEqual([]);
  });

  test("with many others goes no faster than the room takes them", async () => {
    const { client, last } = await start();
    last().tell(welcome(0));
    for (let n = 0; n < 200; n++) client.send(`${n}`);
    expect(last().of("message").length).toBeLessThanOrEqual(60);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(last().of("message").length).toBeGreaterThan(80);
    expect(last().of("message").length).toBeLessThanOrEqual(60 + 4 * 20);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(
      last()
        .of("message")
        .map(({ text }) => text),
    ).toEqual(Array.from({ length: 200 }, (_, n) => `${n}`));
  });
});

describe("a connection", () => {
  test("that can't be made is tried again, less and less often", async () => {
    const { urls, of } = await start({ fails: () => true });
    await vi.advanceTimersByTimeAsync(10_000);
    const early = urls.length;
    await vi.advanceTimersByTimeAsync(100_000);
    expect([early, urls.length - early].every((tries) => tries >= 3 && tries <= 9)).toBe(true);
    expect(of("state").at(-1)).toEqual({ type: "state", state: "waiting" });
  });

  test("is tried again at once when the network is there", async () => {
    let isAway = true;
    const { client, urls, sockets } = await start({ fails: () => isAway });
    await vi.advanceTimersByTimeAsync(60_000);
    const tries = urls.length;
    isAway = false;
    client.reconnect();
    await vi.advanceTimersByTimeAsync(0);
    expect([urls.length, sockets.length]).toEqual([tries + 1, 1]);
  });

  test("on which nothing comes, not even a pong, is given up", async () => {
    const { sockets, last } = await start();
    last().tell(welcome(0));
    await vi.advanceTimersByTimeAsync(44_000);
    expect(sockets[0]?.of("ping")).not.toEqual([]);
    expect(sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect([sockets[0]?.isClosed, sockets.length]).toEqual([true, 2]);
  });

  test("on which much comes gets a sign of life back", async () => {
    const { last } = await start({ after: 0 });
    last().tell(welcome(200));
    for (let seq = 1; seq <= 200; seq++) last().tell({ ...message(seq), text: "x".repeat(4_000) });
    expect(last().of("ping").length).toBe(1);
  });

  describe("that the room closes because the session is over", () => {
    /** What happens to the next handshakes of a signed-out user, as a browser shows it. */
    const failures: Readonly<Record<string, (socket: FakeSocket) => void>> = {
      "closes before a welcome": (socket) => socket.hangUp(1006),
      "fails with an error": (socket) => void socket.dispatchEvent(new Event("error")),
      "is closed for the session again": (socket) => socket.hangUp(4401),
    };

    test.each(Object.entries(failures))(
      "is made again at once; when that %s twice, the client ends",
      async (_, fail) => {
        const { client, urls, last, of } = await start();
        last().tell(welcome(0));
        await vi.advanceTimersByTimeAsync(2_000);
        last().hangUp(4401);
        await vi.advanceTimersByTimeAsync(0);
        expect(urls).toHaveLength(2);
        fail(last());
        expect(of("state").at(-1)).toEqual({ type: "state", state: "waiting" });
        await vi.advanceTimersByTimeAsync(1_000);
        expect(urls).toHaveLength(3);
        fail(last());
        expect(of("state").at(-1)).toEqual({ type: "state", state: "ended" });
        client.reconnect();
        await vi.advanceTimersByTimeAsync(100_000);
        expect(urls).toHaveLength(3);
      },
    );

    test("ends the client also if the socket can't even be made", async () => {
      let fails = false;
      const { urls, last, of } = await start({ fails: () => fails });
      last().tell(welcome(0));
      await vi.advanceTimersByTimeAsync(2_000);
      fails = true;
      last().hangUp(4401);
      await vi.advanceTimersByTimeAsync(100_000);
      expect([urls.length, of("state").at(-1)]).toEqual([3, { type: "state", state: "ended" }]);
    });

    test.each([0, 1])(
      "goes on where the session continues, with what was not acknowledged, after %i failures",
      async (n) => {
        const { client, urls, last, of } = await start({ after: 0 });
        for (let round = 1; round <= 3; round++) {
          last().tell(welcome(0));
          await vi.advanceTimersByTimeAsync(2_000);
          last().hangUp(4401);
          await vi.advanceTimersByTimeAsync(0);
          for (let failed = 0; failed < n; failed++) {
            last().hangUp(1006);
            await vi.advanceTimersByTimeAsync(1_000);
          }
          expect(urls).toHaveLength(1 + round * (1 + n));
        }
        const id = client.send("kept");
        last().tell(welcome(0));
        expect(last().of("message")).toEqual([{ type: "message", id, text: "kept" }]);
        expect(of("state").at(-1)).toEqual({ type: "state", state: "open" });
        // Afterwards a lost connection is an ordinary one again.
        for (let failed = 0; failed < 5; failed++) {
          last().hangUp(1006);
          await vi.advanceTimersByTimeAsync(30_000);
        }
        expect(of("state")).not.toContainEqual({ type: "state", state: "ended" });
      },
    );

    test("right after each welcome is not made again in a loop", async () => {
      const { urls, last } = await start();
      for (let n = 0; n < 20; n++) {
        last().tell(welcome(0));
        last().hangUp(4401);
        await vi.advanceTimersByTimeAsync(100);
      }
      expect(urls.length).toBeLessThanOrEqual(3);
    });
  });

  test("that was closed stays closed, and leaves no timer behind", async () => {
    const { client, urls, last } = await start();
    last().tell(welcome(0));
    client.close();
    expect([vi.getTimerCount(), last().isClosed]).toEqual([0, true]);
    await vi.advanceTimersByTimeAsync(100_000);
    expect(urls).toHaveLength(1);
  });
});
