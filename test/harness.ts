/** Sends requests to the app as the platform would, with real local bindings. */
import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import { app } from "../src/app.ts";
import type { Env } from "../src/env.ts";

/** @param bindings Those that are to be other than the tests' own. */
export async function send(path: string, init: RequestInit = {}, bindings: Partial<Env> = {}): Promise<Response> {
  const ctx = createExecutionContext();
  const response = await app.fetch(new Request(`http://localhost${path}`, init), { ...env, ...bindings }, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}

/** Sends a body as JSON. */
export function sendJson(
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return send(path, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

export interface Note {
  id: string;
  title: string;
  body: string;
  createdAt: string;
  updatedAt: string;
}

/** Makes a note and gives it back with its ETag. */
export async function createNote(title: string, body = ""): Promise<Note & { etag: string }> {
  const response = await sendJson("POST", "/api/notes", { title, body });
  if (response.status !== 201) throw new Error(await response.text());
  return { ...(await response.json<Note>()), etag: response.headers.get("ETag") ?? "" };
}

/** Empties the notebook. */
export async function clearNotes(): Promise<void> {
  await env.DB.exec("DELETE FROM notes");
}
