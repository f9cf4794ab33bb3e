/** Rooms that do not respond, and a row whose insertion got no response. */
import { env } from "cloudflare:test";
import { afterEach, expect, test, vi } from "vitest";
import { WRITE_DEADLINE_MS } from "../../../src/web/platform/transient.ts";
import { type Failure, fail, intercepted } from "../../faults.ts";
import { createAccount, openBrowser, send } from "../../harness.ts";
import { formOf } from "../../route-requests.ts";
import { newRoom } from "./chat.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const rowsOf = (id: string) =>
  env.DB.prepare("SELECT count(*) AS n FROM sockets WHERE user_id = ?").bind(id).first<number>("n");

test.each<Failure>(["lost request", "lost response"])(
  "a socket that is not counted after a %s leaves no row",
  async (failure) => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const { user, headers } = await createAccount();
    let failures = 0;
    const { DB } = intercepted(env, (call, make) => {
      if (!call.name.includes("INSERT INTO sockets") && call.name !== "DB.batch") return make();
      failures++;
      return fail(call, failure, make);
    });
    const response = await send(`/ws/chat/${newRoom()}`, { headers: { ...headers, Upgrade: "websocket" } }, { DB });
    expect([response.status, response.headers.get("Retry-After"), failures]).toEqual([503, "1", 1]);
    await vi.waitFor(async () => expect(await rowsOf(user.id)).toBe(0));
  },
);

test.each(["post", "fetch"])("a room that does not respond to %s is 503 in time", async (method) => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const account = await createAccount();
  const browser = await openBrowser(account);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  let isCalled = false;
  const { CHAT_ROOM } = intercepted(env, (call, make) => {
    if (!call.name.startsWith(`CHAT_ROOM.${method}`)) return make();
    isCalled = true;
    return new Promise(() => {});
  });
  const response =
    method === "post"
      ? send(`/chat/${newRoom()}`, formOf(browser, { submission: crypto.randomUUID(), text: "Hello" }), { CHAT_ROOM })
      : send(`/ws/chat/${newRoom()}`, { headers: { ...account.headers, Upgrade: "websocket" } }, { CHAT_ROOM });
  await vi.waitUntil(() => isCalled);
  await vi.advanceTimersByTimeAsync(WRITE_DEADLINE_MS);
  expect((await response).status).toBe(503);
  if (method === "fetch") await vi.waitFor(async () => expect(await rowsOf(account.user.id)).toBe(0));
});
