/** Counts that stop at a limit, so that they cost the same whatever the size of a table. */

/** Counting stops here. */
export const MAX_COUNT = 1000;

export interface Count {
  readonly count: number;
  /** Whether there are more than `count`. */
  readonly isMore: boolean;
}

/** @param counted A number of rows, counted up to at least `MAX_COUNT + 1`. */
export function toCount(counted: number): Count {
  return { count: Math.min(counted, MAX_COUNT), isMore: counted > MAX_COUNT };
}

/** Such as `7` or `1,000+`. */
export function countText({ count, isMore }: Count): string {
  return `${count.toLocaleString("en-US")}${isMore ? "+" : ""}`;
}
