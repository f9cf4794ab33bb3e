import { abortAllDurableObjects, evictDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import { type Account, createAccount, createKey, openBrowser, PERMISSION, send } from "../../harness.ts";
import { handshake, open } from "../../sockets.ts";
import { enter, message, newRoom, objectOf, presenceIs } from "./chat.ts";

let ada: Account;
let grace: Account;
beforeEach(async () => {
  ada = await createAccount({ name: "Ada" });
  grace = await createAccount({ name: "Grace" });
});
const userOf = ({ user: { id, name } }: Account) => ({ id, name });

describe("a handshake", () => {
  const path = "/ws/chat/lobby";
  const statusOf = async (headers: Record<string, string>, to = path) => (await handshake(to, headers)).status;

  test("with an access token opens a socket", async () => {
    expect(await statusOf(ada.headers)).toBe(101);
    expect(await statusOf({ ...ada.headers, Origin: "http://localhost" })).toBe(101);
  });

  test("of a stranger gets 401", async () => {
    expect(await statusOf({})).toBe(401);
    expect(await statusOf({ Authorization: "Bearer forged" })).toBe(401);
  });

  test("with a session's cookie opens a socket for a page of the app, and gets 403 from any other", async () => {
    const { Cookie } = (await openBrowser(ada)).headers;
    expect(await statusOf({ Cookie, Origin: "http://localhost" })).toBe(101);
    for (const Origin of ["https://evil.example", "http://localhost:1", "https://localhost", "null", ""])
      expect([Origin, await statusOf({ Cookie, Origin })]).toEqual([Origin, 403]);
    expect(await statusOf({ Cookie })).toBe(403);
  });

  test("from a foreign page gets 403, whatever its credentials", async () => {
    expect(await statusOf({ ...ada.headers, Origin: "https://evil.example" })).toBe(403);
  });

  test("with an API key gets 403: rooms are for people", async () => {
    const { key } = await createKey(ada, [PERMISSION]);
    expect(await statusOf({ "X-API-Key": key })).toBe(403);
  });

  test("to a room whose name does not match [a-z0-9-]{1,64} gets 400", async () => {
    for (const room of ["Lobby", "a_b", "a".repeat(65), "caf%C3%A9", "a%20b"])
      expect([room, await statusOf(ada.headers, `/ws/chat/${room}`)]).toEqual([room, 400]);
    expect(await statusOf(ada.headers, `/ws/chat/${"a-9".padEnd(64, "z")}`)).toBe(101);
  });

  test("with an `after` that is not a seq gets 400", async () => {
    for (const after of ["", "-1", "1.5", "x", "1e3"])
      expect([after, await statusOf(ada.headers, `${path}?after=${after}`)]).toEqual([after, 400]);
  });

  test.each(["GET", "HEAD"])("that is a plain %s gets 426", async (method) => {
    const response = await send(path, { method, headers: ada.headers });
    expect([response.status, response.headers.get("Upgrade")]).toEqual([426, "websocket"]);
  });
});

describe("a conversation", () => {
  test("begins with a welcome, and everybody sees who comes and goes", async () => {
    const room = newRoom();
    const first = await enter(ada, room);
    expect(await first.wait("welcome")).toEqual([
      { type: "welcome", room, you: userOf(ada), seq: 0, first: 1, count: 1, here: [] },
    ]);
    const second = await enter(grace, room);
    expect(await second.wait("welcome")).toMatchObject([{ you: userOf(grace), count: 2, here: [userOf(ada)] }]);
    expect(await first.wait("join", 2)).toEqual([
      { type: "join", user: userOf(ada), count: 1 },
      { type: "join", user: userOf(grace), count: 2 },
    ]);
    second.socket.close(1000);
    expect(await first.wait("leave")).toEqual([{ type: "leave", user: userOf(grace), count: 1 }]);
  });

  test("a message reaches everybody, numbered, and its sender an ack", async () => {
    const room = newRoom();
    const [a, b] = [await enter(ada, room), await enter(grace, room)];
    const sent = message("Hello 👋");
    a.send(sent);
    const [got] = await b.wait("message");
    expect(got).toEqual({ type: "message", seq: 1, id: sent.id, sender: userOf(ada), text: "Hello 👋", at: got?.at });
    expect(new Date(got?.at).toISOString()).toBe(got?.at);
    expect(await a.wait("ack")).toEqual([{ type: "ack", id: sent.id, seq: 1 }]);
    expect(a.of("message")).toEqual([got]);
    expect(b.of("ack")).toEqual([]);
  });

  test("rooms know nothing of each other", async () => {
    const [here, there] = [await enter(ada, newRoom()), await enter(ada, newRoom())];
    here.send(message("here"));
    await here.wait("ack");
    there.send(message("there"));
    expect(await there.wait("message")).toMatchObject([{ seq: 1, text: "there" }]);
    expect(here.of("message")).toHaveLength(1);
  });

  test("frames that are sent at once are dealt with in order", async () => {
    const socket = await enter(ada, newRoom());
    const texts = Array.from({ length: 50 }, (_, n) => `message ${n}`);
    for (const text of texts) socket.send(message(text));
    expect((await socket.wait("message", 50)).map(({ text }) => text)).toEqual(texts);
    expect((await socket.wait("ack", 50)).map(({ seq }) => seq)).toEqual(texts.map((_, n) => n + 1));
  });
});

describe("the same id", () => {
  const interruptions: Readonly<Record<string, (room: string) => Promise<void>>> = {
    "at once": async () => {},
    "after an eviction": (room) => evictDurableObject(objectOf(room)),
    "after a crash": () => abortAllDurableObjects(),
  };

  test.each(["in capitals first", "in capitals again"])(
    "spelt %s is stored once and acknowledged twice",
    async (order) => {
      const id = crypto.randomUUID();
      const spellings = order.endsWith("first") ? [id.toUpperCase(), id] : [id, id.toUpperCase()];
      const socket = await enter(ada, newRoom());
      for (const spelling of spellings) socket.send(message("once", spelling));
      const ack = { type: "ack", id, seq: 1 };
      expect(await socket.wait("ack", 2)).toEqual([ack, ack]);
      socket.send(message("twice"));
      expect((await socket.wait("message", 2)).map(({ seq }) => seq)).toEqual([1, 2]);
    },
  );

  test.each(Object.entries(interruptions))("resent %s is stored once and acknowledged each time", async (_, happen) => {
    const room = newRoom();
    const sent = message("once");
    const before = await enter(ada, room);
    before.send(sent);
    await before.wait("ack");
    await happen(room);
    const again = await enter(ada, room, 0);
    for (let i = 0; i < 3; i++) again.send(sent);
    const ack = { type: "ack", id: sent.id, seq: 1 };
    expect(await again.wait("ack", 3)).toEqual([ack, ack, ack]);
    again.send(message("twice"));
    expect((await again.wait("message", 2)).map(({ seq, text }) => [seq, text])).toEqual([
      [1, "once"],
      [2, "twice"],
    ]);
  });

  test("with another text keeps the first", async () => {
    const socket = await enter(ada, newRoom());
    const { id } = message("");
    socket.send(message("first", id));
    socket.send(message("second", id));
    await socket.wait("ack", 2);
    expect(socket.of("message").map(({ text }) => text)).toEqual(["first"]);
  });

  test("of somebody else is another message: nobody can swallow another's", async () => {
    const room = newRoom();
    const [a, b] = [await enter(ada, room), await enter(grace, room)];
    const { id } = message("");
    a.send(message("Ada's", id));
    await a.wait("ack");
    b.send(message("Grace's", id));
    expect(await b.wait("ack")).toEqual([{ type: "ack", id, seq: 2 }]);
    expect((await a.wait("message", 2)).map(({ text }) => text)).toEqual(["Ada's", "Grace's"]);
  });
});

describe("a client that reconnects with `after`", () => {
  test.each([0, 3, 10])("gets the messages after %i once, and then new messages", async (after) => {
    const room = newRoom();
    const writer = await enter(ada, room);
    for (let n = 1; n <= 10; n++) writer.send(message(`${n}`));
    await writer.wait("ack", 10);
    await abortAllDurableObjects();
    const back = await enter(grace, room, after);
    const again = await enter(ada, room);
    again.send(message("11"));
    const expected = Array.from({ length: 11 - after }, (_, n) => after + n + 1);
    const received = await back.wait("message", expected.length);
    expect(received.map(({ seq, text }) => [seq, text])).toEqual(expected.map((seq) => [seq, `${seq}`]));
    expect(back.frames[0]).toMatchObject({ type: "welcome", seq: 10, first: 1 });
  });

  test("beyond the last is told in the welcome how far the room is", async () => {
    const socket = await enter(ada, newRoom(), 7);
    expect(await socket.wait("welcome")).toMatchObject([{ seq: 0, first: 1 }]);
  });

  test("and a client without it gets only new messages", async () => {
    const room = newRoom();
    const writer = await enter(ada, room);
    writer.send(message("old"));
    await writer.wait("ack");
    const late = await enter(grace, room);
    writer.send(message("new"));
    expect((await late.wait("message")).map(({ text }) => text)).toEqual(["new"]);
  });
});

describe("a frame", () => {
  const id = crypto.randomUUID();
  const refused: Readonly<Record<string, readonly [frame: unknown, code: string, id?: string]>> = {
    "that is no JSON": ["{", "bad_json"],
    "that is empty": ["", "bad_json"],
    "with something behind the JSON": ['{"type":"ping"} x', "bad_json"],
    "that is null": ["null", "bad_message"],
    "that is a list": [[], "bad_message"],
    "that is a number": ["42", "bad_message"],
    "without a type": [{ id, text: "x" }, "bad_message", id],
    "of an unknown type": [{ type: "shout", id, text: "x" }, "bad_message", id],
    "of the type __proto__": ['{"type":"__proto__"}', "bad_message"],
    "without an id": [{ type: "message", text: "x" }, "bad_message"],
    "with an id that is no UUID": [{ type: "message", id: "1", text: "x" }, "bad_message"],
    "without a text": [{ type: "message", id }, "bad_message", id],
    "with an empty text": [{ type: "message", id, text: "" }, "bad_message", id],
    "with a text that is none": [{ type: "message", id, text: { toString: "x" } }, "bad_message", id],
    "with 4,001 emoji": [{ type: "message", id, text: "👋".repeat(4_001) }, "bad_message", id],
    "with 4,001 characters": [{ type: "message", id, text: "x".repeat(4_001) }, "bad_message", id],
    "with a lone surrogate": [`{"type":"message","id":"${id}","text":"\\ud800"}`, "bad_message", id],
    "with a NUL": [{ type: "message", id, text: "a\0b" }, "bad_message", id],
    "of 64 KiB that is no message": ["x".repeat(64 * 1024), "bad_json"],
    "nested a thousand deep": ["[".repeat(1_000) + "]".repeat(1_000), "bad_message"],
  };

  test.each(Object.entries(refused))("%s gets an error, and the socket stays", async (_, [frame, code, about]) => {
    const socket = await enter(ada, newRoom());
    socket.send(frame);
    const [error] = await socket.wait("error");
    expect(error).toEqual({
      type: "error",
      code,
      detail: expect.stringMatching(/\.$/),
      ...(about && { id: about }),
    });
    socket.send(message("still here"));
    expect(await socket.wait("ack")).toMatchObject([{ seq: 1 }]);
  });

  test("with 4,000 characters of any script is taken", async () => {
    const socket = await enter(ada, newRoom());
    for (const text of ["x".repeat(4_000), "茶".repeat(4_000), "👋".repeat(4_000)]) socket.send(message(text));
    expect((await socket.wait("message", 3)).map(({ text }) => [...text].length)).toEqual([4_000, 4_000, 4_000]);
  });

  const closing: Readonly<Record<string, readonly [frame: unknown, code: number]>> = {
    "of bytes": [new ArrayBuffer(3), 1003],
    "of no bytes": [new ArrayBuffer(0), 1003],
    "of one byte more than 64 KiB": ["x".repeat(64 * 1024 + 1), 1009],
    "of fewer characters than 64 Ki, and more bytes": [JSON.stringify(message("é".repeat(40_000))), 1009],
    "of a megabyte": ["x".repeat(1024 * 1024), 1009],
  };

  test.each(Object.entries(closing))("%s closes the socket, and the others do not notice", async (_, [frame, code]) => {
    const room = newRoom();
    const [bad, good] = [await enter(ada, room), await enter(grace, room)];
    bad.send(frame);
    expect((await bad.closed()).code).toBe(code);
    await presenceIs(good, "Grace");
    good.send(message("still here"));
    expect(await good.wait("ack")).toMatchObject([{ seq: 1 }]);
    expect(good.of("error")).toEqual([]);
  });
});

describe("a user who sends too fast", () => {
  test("gets an error with the id of the message, and loses nothing else", { timeout: 20_000 }, async () => {
    const socket = await enter(ada, newRoom());
    const sent = Array.from({ length: 80 }, (_, n) => message(`${n}`));
    for (const frame of sent) socket.send(frame);
    await socket.wait("ack", 60);
    const [error] = await socket.wait("error");
    expect(error).toMatchObject({ code: "too_fast", id: sent.find(({ id }) => id === error?.id)?.id });
    const acked = socket.of("ack").map(({ id }) => id);
    const told = socket.of("error").map(({ id }) => id);
    expect([...acked, ...told].sort()).toEqual(sent.map(({ id }) => id).sort());
    await scheduler.wait(300);
    const again = sent.find(({ id }) => id === told[0]);
    socket.send(again);
    expect((await socket.wait("ack", acked.length + 1)).at(-1)?.id).toBe(told[0]);
  });

  test("and goes on is closed with 1008, while the others go on", async () => {
    const room = newRoom();
    const [flood, other] = [await enter(ada, room), await enter(grace, room)];
    for (let n = 0; n < 300; n++) flood.send(n % 2 ? message(`${n}`) : "no JSON");
    expect((await flood.closed()).code).toBe(1008);
    expect(flood.of("error").some(({ code }) => code === "too_fast")).toBe(true);
    other.send(message("calm"));
    await other.wait("ack");
    expect(other.of("error")).toEqual([]);
    await presenceIs(other, "Grace");
  });
});

describe("a room that was put to sleep", () => {
  test("goes on with its sockets as if nothing had been", async () => {
    const room = newRoom();
    const [a, b] = [await enter(ada, room), await enter(grace, room)];
    a.send(message("before"));
    await b.wait("message");
    for (let n = 0; n < 3; n++) {
      await evictDurableObject(objectOf(room));
      b.send(message(`after ${n}`));
      await b.wait("ack", n + 1);
    }
    expect((await a.wait("message", 4)).map(({ seq, sender }) => [seq, sender.name])).toEqual([
      [1, "Ada"],
      [2, "Grace"],
      [3, "Grace"],
      [4, "Grace"],
    ]);
    await evictDurableObject(objectOf(room));
    b.socket.close(1000);
    await presenceIs(a, "Ada");
  });

  test("answers pings in its sleep, and says how far it has come", async () => {
    const room = newRoom();
    const socket = await enter(ada, room);
    socket.send(message("one"));
    await socket.wait("ack");
    await evictDurableObject(objectOf(room));
    socket.send('{"type":"ping"}');
    expect(await socket.wait("pong")).toEqual([{ type: "pong", seq: 1 }]);
    // Only what is awake can be evicted.
    await expect(evictDurableObject(objectOf(room))).rejects.toThrow();
    // Spelled in another way a ping is answered by the room.
    socket.send('{ "type": "ping" }');
    expect(await socket.wait("pong", 2)).toEqual([
      { type: "pong", seq: 1 },
      { type: "pong", seq: 1 },
    ]);
    await evictDurableObject(objectOf(room));
  });
});

test("a socket without a message costs nobody else anything: a crash leaves the next one in", async () => {
  const room = newRoom();
  const lost = await enter(ada, room);
  await lost.wait("welcome");
  await abortAllDurableObjects();
  const next = await open(`/ws/chat/${room}`, grace.headers);
  await presenceIs(next, "Grace");
});
