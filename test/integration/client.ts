/** Accounts of the running Worker, made and signed in to as its clients do it. */
import { randomUUID } from "node:crypto";
import { URLSearchParams } from "node:url";
import type { Response } from "miniflare";
import type { RunningWorker } from "./worker.ts";

const JSON_TYPE = { "Content-Type": "application/json" };
const PASSWORD = "a password for tests";

/** Somebody who is signed in to the API. */
export interface Client {
  readonly userId: string;
  /** With an access token. */
  readonly headers: { readonly Authorization: string };
}

let addresses = 0;

/** The limits count by client address: each client has its own. */
function newAddress(): Readonly<Record<string, string>> {
  addresses += 1;
  return { "CF-Connecting-IP": `10.0.${addresses >> 8}.${addresses & 255}` };
}

export async function signUp(worker: RunningWorker): Promise<Client> {
  const headers = { ...JSON_TYPE, ...newAddress() };
  const account = { email: `${randomUUID()}@example.com`, password: PASSWORD };
  const send = async (path: string, body: object) => {
    const response = await worker.fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const { user } = (await send("/api/auth/register", { ...account, name: "Somebody" })) as { user: { id: string } };
  const { accessToken } = (await send("/api/auth/login", account)) as { accessToken: string };
  return { userId: user.id, headers: { Authorization: `Bearer ${accessToken}` } };
}

/** Sends a note to be made. */
export function postNote(worker: RunningWorker, { headers }: Client, note: object): Promise<Response> {
  const init = { method: "POST", headers: { ...headers, ...JSON_TYPE }, body: JSON.stringify(note) };
  return worker.fetch("/api/notes", init);
}

/** A browser with a session. */
export interface Browser {
  open(path: string): Promise<Response>;
  /** Submits a form from a page of ours. */
  submit(path: string, fields: Readonly<Record<string, string>>): Promise<Response>;
}

/** Registers by form, and takes cookie and token from what comes back. */
export async function openBrowser(worker: RunningWorker): Promise<Browser> {
  const headers = { Accept: "text/html", "Sec-Fetch-Site": "same-origin", ...newAddress() };
  const fields = { email: `${randomUUID()}@example.com`, name: "Somebody", password: PASSWORD };
  const registered = await worker.fetch("/register", { method: "POST", headers, body: new URLSearchParams(fields) });
  const [Cookie = ""] = registered.headers.get("Set-Cookie")?.split(";") ?? [];
  const open = (path: string) => worker.fetch(path, { headers: { ...headers, Cookie } });
  const [, csrf = ""] = /name="csrf" value="([^"]+)"/.exec(await (await open("/notes")).text()) ?? [];
  return {
    open,
    submit: (path, fields) => {
      const body = new URLSearchParams({ csrf, ...fields });
      return worker.fetch(path, { method: "POST", headers: { ...headers, Cookie }, body });
    },
  };
}
