/** Work that goes on side by side, where one that fails does not end the others. */

/** Waits for all of it. @throws What the first that failed threw. */
export async function waitForAll(work: Iterable<Promise<void>>): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}
