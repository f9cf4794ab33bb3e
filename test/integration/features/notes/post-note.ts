/** Notes of the running Worker. */
import type { Response } from "miniflare";
import type { Client } from "../../client.ts";
import type { RunningWorker } from "../../worker.ts";

/** Sends a note to be made. */
export function postNote(worker: RunningWorker, { headers }: Client, note: object): Promise<Response> {
  const init = {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(note),
  };
  return worker.fetch("/api/notes", init);
}
