/** The rows of `test/costs.snap.txt`: one for each route, grouped by feature, so that a feature's rows stand together. */

/** The first two cells of a row, and the numbers that follow them. */
export interface CostRow {
  /** The feature that has the route; `-` for a route of the lower floors. */
  readonly owner: string;
  /** Such as `GET /api/notes/:id`. */
  readonly route: string;
  readonly costs: readonly string[];
}

const HEAD = [
  "The calls that one request makes. A test pins them: `npx vitest run test/costs.test.ts -u` writes this file.",
  "",
  "queries   statements of D1                        r2-a r2-b objects   operations of R2, requests to objects",
  "read, written   rows of D1 and of the objects     kv   operations of KV",
  "after     calls after the response                chain   calls that each wait for the one before",
  "",
];

const COLUMNS = ["queries", "read", "written", "kv", "r2-a", "r2-b", "objects", "chain", "after"];

// Widths that do not depend on the rows: otherwise a new feature would change every line.
const [OWNER_WIDTH, ROUTE_WIDTH, COST_WIDTH] = [12, 40, 7];

function formatRow({ owner, route, costs }: CostRow): string {
  const cells = costs.map((cost, index) => (index < COLUMNS.length - 1 ? cost.padStart(COST_WIDTH) : cost));
  return `${owner.padEnd(OWNER_WIDTH)}  ${route.padEnd(ROUTE_WIDTH)}  ${cells.join("  ")}`.trimEnd();
}

/** The text of the file. The order of the owners is alphabetical; their routes keep their order. */
export function formatCosts(rows: readonly CostRow[]): string {
  const sorted = rows.toSorted((a, b) => (a.owner < b.owner ? -1 : Number(a.owner > b.owner)));
  const header = formatRow({ owner: "FEATURE", route: "ROUTE", costs: COLUMNS });
  return [...HEAD, header, ...sorted.map(formatRow), ""].join("\n");
}

/** Reads the rows of a text that `formatCosts` made. Lines of another form, such as the header, are left out. */
export function parseCosts(text: string): CostRow[] {
  return text.split("\n").flatMap((line) => {
    const [, owner, route, costs] = /^([a-z0-9-]+) +([A-Z]+ \/\S*) +(\d.*)$/.exec(line) ?? [];
    if (owner === undefined || route === undefined || costs === undefined) return [];
    const cells = costs.split(/ {2,}/);
    return [
      { owner, route, costs: [...cells.slice(0, COLUMNS.length - 1), cells.slice(COLUMNS.length - 1).join("  ")] },
    ];
  });
}
