/** Runs a limited number of tasks at once; the others wait in a queue. */

/**
 * @param {number} max
 * @returns {<T>(task: () => Promise<T>) => Promise<T>} Runs a task when there is a free slot.
 */
export function limitConcurrency(max) {
  let free = max;
  /** @type {(() => void)[]} */
  const waiting = [];
  return async (task) => {
    if (free > 0) free--;
    else await new Promise((resolve) => waiting.push(() => resolve(undefined)));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
