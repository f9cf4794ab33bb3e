/** Concurrent work in which a failure does not abort the rest. */

/** Waits until all promises are settled. @throws The reason of the first rejected one. */
export async function waitForAll(work: Iterable<Promise<void>>): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}
