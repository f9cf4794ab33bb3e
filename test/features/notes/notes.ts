/** Notes as tests use them. */
import { type Account, sendJson } from "../../harness.ts";

export interface Note {
  id: string;
  title: string;
  body: string;
  createdAt: string;
  updatedAt: string;
}

/** Makes a note of that account and gives it back with its ETag. */
export async function createNote({ headers }: Account, title: string, body = ""): Promise<Note & { etag: string }> {
  const response = await sendJson("POST", "/api/notes", { title, body }, headers);
  if (response.status !== 201) throw new Error(await response.text());
  return { ...(await response.json<Note>()), etag: response.headers.get("ETag") ?? "" };
}
