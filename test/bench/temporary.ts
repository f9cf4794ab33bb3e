/** Folders that last as long as one measurement. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { onExit } from "./on-exit.ts";

/** Runs `use` with an empty folder inside this one, so that what is written there finds the packages installed here. */
export async function withTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(import.meta.dirname, "tmp-"));
  const remove = onExit(() => rmSync(folder, { recursive: true, force: true }));
  try {
    return await use(folder);
  } finally {
    remove();
  }
}
