/** Executes the SQL statements that no request executes: of uploads that fail or are repeated, and of pages after a cursor. */
import { env } from "cloudflare:test";
import { markDeleting } from "../../../src/features/files/pending-store.ts";
import { listFiles } from "../../../src/features/files/store.ts";
import { hasUpload } from "../../../src/features/files/upload-store.ts";

export async function executeStatements(): Promise<void> {
  await markDeleting(env.DB, ["no-such-object"]);
  await listFiles(env.DB, "nobody", { limit: 20, cursor: { direction: "previous", key: "z" } });
  await hasUpload(env.DB, { id: "no-such-upload", isExclusive: true });
}
