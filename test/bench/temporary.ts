/** Temporary folders for a measurement. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { onExit } from "./on-exit.ts";

/** Runs `use` with an empty folder below this one, so that modules in it find the packages installed here. */
export async function withTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(import.meta.dirname, "tmp-"));
  const remove = onExit(() => rmSync(folder, { recursive: true, force: true }));
  try {
    return await use(folder);
  } finally {
    remove();
  }
}
