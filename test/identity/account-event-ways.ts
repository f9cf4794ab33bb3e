/** Ways to cause an event in the life of an account: requests to the API and forms of pages. */
import { env } from "cloudflare:test";
import { startCookieSession } from "../../src/identity/sessions/sessions.ts";
import { createDeviceId } from "../../src/identity/tokens/device-token.ts";
import { createTokenSession } from "../../src/identity/tokens/refresh-token.ts";
import { findCredentials } from "../../src/identity/users/users.ts";
import { send, sendJson, submit } from "../harness.ts";
import { sessionIdFor } from "./credential-app.ts";
import type { Client, Holder } from "./credential-holder.ts";

export const NEW_PASSWORD = "another password for tests";
export const WRONG_PASSWORD = "not the password of anybody";

/** A way to cause an event. */
export interface Way {
  readonly route: string;
  /** The client whose credentials are the holder's own. */
  readonly by: Client;
  readonly status: number;
  readonly act: (holder: Holder) => Promise<Response>;
}

export const api = (path: string, body: unknown, status: number, by: Client = "token", method = "POST"): Way => ({
  route: `${method} ${path} with a ${by === "token" ? "token" : "cookie"}`,
  by,
  status,
  act: ({ headers }) => sendJson(method, path, body, headers),
});
export const page = (path: string, fields: Record<string, string>, status = 303): Way => ({
  route: `the form of ${path}`,
  by: "browser",
  status,
  act: ({ browser }) => submit(browser, path, fields),
});

export async function fiveTimes(act: () => Promise<Response>): Promise<Response> {
  for (let attempt = 1; attempt < 5; attempt += 1) await act();
  return act();
}

/** Makes the holder's own session the least recently used one, and fills up to 50 of its kind. */
export async function fillSessions(holder: Holder): Promise<void> {
  const { DB } = env;
  const own = await sessionIdFor(holder.headers);
  const user = await findCredentials(DB, { id: holder.user.id });
  if (!user) throw new Error("The account is missing");
  const owner = { user, device: "test", deviceId: createDeviceId() };
  const kind = holder.headers === holder.tokens.headers ? "token" : "cookie";
  for (let count = 2; count < 50; count += 1) {
    await (kind === "token" ? createTokenSession(DB, owner) : startCookieSession(DB, owner));
  }
  await DB.prepare("UPDATE sessions SET used_at = used_at - 30000 WHERE id = ?").bind(own).run();
}

/** Submits a form from a browser that is not signed in. */
export function asVisitor(path: string, fields: Record<string, string>): Promise<Response> {
  const headers = { "Sec-Fetch-Site": "same-origin", Accept: "text/html" };
  return send(path, { method: "POST", headers, body: new URLSearchParams(fields) });
}
