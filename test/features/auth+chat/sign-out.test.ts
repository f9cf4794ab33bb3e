/** From the route that ends a session to the socket that ends with it. */
import { expect, test } from "vitest";
import { createAccount, openBrowser, send, submit } from "../../harness.ts";
import { open } from "../../sockets.ts";
import { enter, message, newRoom } from "../chat/chat.ts";

test("signing out closes the sockets of the session within five seconds, and no others", async () => {
  const [account, room] = [await createAccount(), newRoom()];
  const browser = await openBrowser(account);
  const sockets = {
    api: await enter(account, room),
    browser: await open(`/ws/chat/${room}`, { Cookie: browser.headers.Cookie, Origin: "http://localhost" }),
  };
  const startedAt = Date.now();
  expect((await submit(browser, "/logout", {})).status).toBe(303);
  expect((await sockets.browser.closed()).code).toBe(4401);
  sockets.api.send(message("still here"));
  await sockets.api.wait("ack");
  expect((await send("/api/auth/logout", { method: "POST", headers: account.headers })).status).toBe(204);
  expect((await sockets.api.closed()).code).toBe(4401);
  expect(Date.now() - startedAt).toBeLessThan(5_000);
});
