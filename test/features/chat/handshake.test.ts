/** What becomes of the row of a socket when its handshake fails. */
import { env } from "cloudflare:test";
import { expect, test, vi } from "vitest";
import type { Env } from "../../../src/env.ts";
import { databaseWith } from "../../databases.ts";
import { createAccount, send } from "../../harness.ts";
import { newRoom } from "./chat.ts";

test("a handshake that the room does not answer leaves no row", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const ada = await createAccount();
  const count = () =>
    env.DB.prepare("SELECT count(*) AS n FROM sockets WHERE user_id = ?").bind(ada.user.id).first<number>("n");
  const counts: (number | null)[] = [];
  const room = {
    fetch: async () => {
      counts.push(await count());
      throw new Error("The room is away");
    },
  };
  const CHAT_ROOM = { idFromName: (name: string) => name, get: () => room } as unknown as Env["CHAT_ROOM"];
  const headers = { ...ada.headers, Upgrade: "websocket" };
  const response = await send(`/ws/chat/${newRoom()}`, { headers }, { CHAT_ROOM });
  expect([response.status, counts, await count()]).toEqual([500, [1], 0]);
  log.mockRestore();
});

test("a session that ends during the handshake opens no socket: 401", async () => {
  const ada = await createAccount();
  const end = () => env.DB.prepare("DELETE FROM sessions WHERE user_id = ?").bind(ada.user.id).run();
  const prepare = (sql: string) => {
    const statement = env.DB.prepare(sql);
    if (!sql.startsWith("INSERT INTO sockets")) return statement;
    return { bind: (...values: unknown[]) => ({ run: () => end().then(() => statement.bind(...values).run()) }) };
  };
  const DB = databaseWith({ prepare });
  const headers = { ...ada.headers, Upgrade: "websocket" };
  const response = await send(`/ws/chat/${newRoom()}`, { headers }, { DB });
  expect([response.status, response.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
});
