/** Rooms that are reset or overloaded. */
import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createFailingNamespace, type ObjectError } from "../../failing-namespace.ts";
import { type Account, createAccount, openBrowser, send, submit } from "../../harness.ts";
import { message, newRoom, objectOf } from "./chat.ts";

let ada: Account;
let room: string;
beforeEach(async () => {
  ada = await createAccount();
  room = newRoom();
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  return () => log.mockRestore();
});

const countRows = () =>
  env.DB.prepare("SELECT count(*) AS n FROM sockets WHERE user_id = ?").bind(ada.user.id).first<number>("n");
const summary = (response: Response) => [response.status, response.headers.get("Retry-After")];

/** A client waits longer for an overloaded object. */
const UNAVAILABLE: Readonly<Record<ObjectError, readonly unknown[]>> = { reset: [503, "1"], overloaded: [503, "5"] };
const errors = Object.keys(UNAVAILABLE) as ObjectError[];

describe("the history of a room", () => {
  const reads: Readonly<Record<string, (bindings: { CHAT_ROOM: typeof env.CHAT_ROOM }) => Promise<Response>>> = {
    "in the API": (bindings) => send(`/api/rooms/${room}/messages`, { headers: ada.headers }, bindings),
    "on the page": async (bindings) =>
      send(`/chat/${room}`, { headers: { ...(await openBrowser(ada)).headers, Accept: "text/html" } }, bindings),
  };

  test.each(Object.entries(reads))(
    "%s is read again, through a new stub, if the room is reset once",
    async (_, read) => {
      const { calls, namespace } = createFailingNamespace(env.CHAT_ROOM, { error: "reset", times: 1 });
      expect((await read({ CHAT_ROOM: namespace })).status).toBe(200);
      expect(calls).toEqual(["history", "history"]);
    },
  );

  test.each(Object.entries(reads))("%s is 503 if the room goes on failing", async (_, read) => {
    const { calls, namespace } = createFailingNamespace(env.CHAT_ROOM, { error: "reset" });
    expect(summary(await read({ CHAT_ROOM: namespace }))).toEqual(UNAVAILABLE.reset);
    expect(calls).toEqual(["history", "history"]);
  });

  test.each(Object.entries(reads))("%s is 503 at once if the room is overloaded", async (_, read) => {
    const { calls, namespace } = createFailingNamespace(env.CHAT_ROOM, { error: "overloaded" });
    expect(summary(await read({ CHAT_ROOM: namespace }))).toEqual(UNAVAILABLE.overloaded);
    expect(calls).toEqual(["history"]);
  });
});

describe.each(errors)("a room that is %s", (error) => {
  test.each([false, true])("opens no socket, and leaves no row behind (after the effect: %s)", async (afterEffect) => {
    const { calls, namespace } = createFailingNamespace(env.CHAT_ROOM, { error, afterEffect });
    const headers = { ...ada.headers, Upgrade: "websocket" };
    const response = await send(`/ws/chat/${room}`, { headers }, { CHAT_ROOM: namespace });
    expect([...summary(response), calls]).toEqual([...UNAVAILABLE[error], ["fetch"]]);
    await vi.waitFor(async () => expect(await countRows()).toBe(0), { timeout: 3_000 });
  });

  test.each([false, true])("is sent a form only once (after the effect: %s)", async (afterEffect) => {
    const { calls, namespace } = createFailingNamespace(env.CHAT_ROOM, { error, afterEffect });
    const browser = await openBrowser(ada);
    const { id, text } = message("once");
    const response = await send(
      `/chat/${room}`,
      {
        method: "POST",
        headers: browser.headers,
        body: new URLSearchParams({ csrf: browser.csrf, submission: id, text }),
      },
      { CHAT_ROOM: namespace },
    );
    expect([...summary(response), calls]).toEqual([...UNAVAILABLE[error], ["post"]]);
    // The client may send it again: the room stores a submission once.
    expect((await submit(browser, `/chat/${room}`, { submission: id, text })).status).toBe(303);
    expect((await objectOf(room).history(0, 10)).map((stored) => stored.text)).toEqual(["once"]);
  });
});
