/** Exports a database as SQL without its search indexes, and always rebuilds them. */
import {
  dropSearchIndexes,
  type Execute,
  isBuilding,
  readSearchIndexes,
  rebuildSearchIndexes,
  type SearchIndex,
} from "./search-indexes.ts";

export interface BackupTools {
  readonly execute: Execute;
  /** Exports the database into the file. */
  readonly exportTo: (path: string) => void | Promise<void>;
  readonly print: (text: string) => void;
}

/**
 * @param expected The indexes that the migrations create.
 * @param byHand The command that rebuilds the indexes by hand, for messages.
 * @throws If the export or the rebuild fails.
 */
export async function backUp(
  path: string,
  expected: readonly SearchIndex[],
  byHand: string,
  { execute, exportTo, print }: BackupTools,
): Promise<void> {
  // A killed rebuild leaves an unfinished index. It is dropped with the others, and must not be rebuilt as one of them.
  const existing = (await readSearchIndexes(execute)).filter(({ name }) => !isBuilding(name));
  const indexes = [...new Map([...expected, ...existing].map((index) => [index.name, index])).values()];
  print(`Until the search indexes are rebuilt, searches respond with 503. If this command is killed, run: ${byHand}`);
  const exported = await settled(async () => {
    await dropSearchIndexes(execute);
    await exportTo(path);
  });
  const rebuilt = await settled(() => rebuildSearchIndexes(execute, indexes, print));
  if (rebuilt.status === "rejected") print(`The search indexes are not complete. To rebuild them, run: ${byHand}`);
  for (const result of [exported, rebuilt]) if (result.status === "rejected") throw result.reason;
  print(`The backup is in ${path}.`);
}

async function settled(work: () => Promise<void>): Promise<PromiseSettledResult<void>> {
  const [result] = await Promise.allSettled([work()]);
  return result;
}
