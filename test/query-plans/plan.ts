/** Reads query plans, and finds the steps that read a whole table or sort rows. */

/** A row of `EXPLAIN QUERY PLAN`. */
export interface PlanRow {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
}

export const normalize = (sql: string) => sql.replace(/\s+/g, " ").trim();

export const explain = (sql: string) => `EXPLAIN QUERY PLAN ${sql}`;

/** Returns the steps, each indented below its parent. */
export function toPlan(rows: readonly PlanRow[]): string[] {
  const depths = new Map<number, number>([[0, 0]]);
  return rows.map(({ id, parent, detail }) => {
    const depth = depths.get(parent) ?? 0;
    depths.set(id, depth + 1);
    return "  ".repeat(depth) + detail;
  });
}

/**
 * Removes the steps for foreign keys. They read tables that the statement does not name, and depend on the features
 * that the app has.
 */
export function ownSteps(sql: string, plan: readonly string[]): string[] {
  return plan.filter((step) => {
    const table = /^(?:SEARCH|SCAN) (\w+) USING\b/.exec(step)?.[1];
    return table === undefined || new RegExp(`\\b${table}\\b`).test(sql);
  });
}

/** Scans whose cost does not grow with a table. */
const BOUNDED_SCANS = [
  /^SCAN (?:CONSTANT ROW|\d+-ROW VALUES CLAUSE)$/,
  // The list that the statement was given.
  /^SCAN (?:json_each|json_tree)\b/,
  // One row for each table.
  /^SCAN sqlite_(?:master|schema|sequence)\b/,
  // Only users whose data is being erased.
  /^SCAN deleted_users\b/,
  // A search in an index of FTS5: `M` stands for MATCH. A full scan of the index has no letter.
  /^SCAN \w+ VIRTUAL TABLE INDEX \d+:\S*M\d/,
];

/** Finds the steps of a plan that read every row of a table, or sort rows. */
export function growingSteps(plan: readonly string[]): string[] {
  const steps = plan.map((step) => step.trim());
  // These are results of other steps, which are checked separately.
  const results = steps.flatMap((step) => /^(?:CO-ROUTINE|MATERIALIZE) (\S+)$/.exec(step)?.[1] ?? []);
  return steps.filter((step) => {
    if (/^USE TEMP B-TREE|\bUSING AUTOMATIC\b/.test(step)) return true;
    const scanned = /^SCAN (\S+)/.exec(step)?.[1];
    if (scanned === undefined || results.includes(scanned)) return false;
    return !BOUNDED_SCANS.some((form) => form.test(step));
  });
}
