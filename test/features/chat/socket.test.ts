import { beforeAll, describe, expect, test } from "vitest";
import { type Account, createAccount } from "../../harness.ts";
import { enter, message, newRoom } from "./chat.ts";

let ada: Account;
let grace: Account;
beforeAll(async () => {
  ada = await createAccount({ name: "Ada" });
  grace = await createAccount({ name: "Grace" });
});
const userOf = ({ user: { id, name } }: Account) => ({ id, name });

describe("a conversation", () => {
  test("begins with a welcome, and everybody sees who comes and goes", async () => {
    const room = newRoom();
    const first = await enter(ada, room);
    expect(await first.wait("welcome")).toEqual([
      { type: "welcome", room, you: userOf(ada), seq: 0, first: 1, here: [] },
    ]);
    const second = await enter(grace, room);
    expect(await second.wait("welcome")).toMatchObject([{ you: userOf(grace), here: [userOf(ada)] }]);
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
  });
});
