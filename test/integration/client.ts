/** Accounts of the running Worker, made and signed in behind its back. */
import { randomUUID } from "node:crypto";
import { URLSearchParams } from "node:url";
import type { Response } from "miniflare";
import { csrfTokenOf } from "../../src/identity/sessions/page-session.ts";
import { startCookieSession } from "../../src/identity/sessions/sessions.ts";
import { signAccessToken } from "../../src/identity/tokens/access-token.ts";
import { createDeviceId } from "../../src/identity/tokens/device-token.ts";
import { createTokenSession } from "../../src/identity/tokens/refresh-token.ts";
import { readTokenKeys } from "../../src/identity/tokens/token-keys.ts";
import { createUser } from "../../src/identity/users/users.ts";
import type { RunningWorker } from "./worker.ts";

/** Somebody who is signed in to the API. */
export interface Client {
  readonly userId: string;
  /** With an access token. */
  readonly headers: { readonly Authorization: string };
}

let addresses = 0;

/** The limits count by client address: each client has its own. */
export function newAddress(): Readonly<Record<string, string>> {
  addresses += 1;
  return { "CF-Connecting-IP": `10.0.${addresses >> 8}.${addresses & 255}` };
}

async function makeAccount(worker: RunningWorker) {
  const db = await databaseOf(worker);
  const user = await createUser(db, { email: `${randomUUID()}@example.com`, name: "Somebody", passwordHash: "" });
  if (!user) throw new Error("No account was made");
  return { db, owner: { user, device: "test", deviceId: createDeviceId() } };
}

/** A cast: Miniflare describes the same database with types of its own. */
async function databaseOf(worker: RunningWorker): Promise<D1Database> {
  return (await worker.database()) as unknown as D1Database;
}

/** Makes an account that is signed in to the API. */
export async function signUp(worker: RunningWorker): Promise<Client> {
  const { db, owner } = await makeAccount(worker);
  const session = await createTokenSession(db, owner);
  if (!session) throw new Error("No session was started");
  const accessToken = await signAccessToken(readTokenKeys(worker.tokenKeys), { ...session, role: "user" });
  return { userId: owner.user.id, headers: { Authorization: `Bearer ${accessToken}` } };
}

/** A browser with a session. */
export interface Browser {
  open(path: string): Promise<Response>;
  /** Submits a form from a page of ours. */
  submit(path: string, fields: Readonly<Record<string, string>>): Promise<Response>;
}

/** Makes an account that is signed in with a browser. */
export async function openBrowser(worker: RunningWorker): Promise<Browser> {
  const { db, owner } = await makeAccount(worker);
  const started = await startCookieSession(db, owner);
  if (!started) throw new Error("No session was started");
  const { secret } = started;
  const Cookie = `__Host-session=${secret}`;
  const headers = { Accept: "text/html", "Sec-Fetch-Site": "same-origin", Cookie, ...newAddress() };
  return {
    open: (path) => worker.fetch(path, { headers }),
    submit: (path, fields) => {
      const body = new URLSearchParams({ csrf: csrfTokenOf(secret), submission: crypto.randomUUID(), ...fields });
      return worker.fetch(path, { method: "POST", headers, body });
    },
  };
}
