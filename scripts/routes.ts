/** Prints the policy: every route with its guards, schemas and limits. `--json` prints it as data. */
import { app } from "../src/app.ts";
import { describePolicy } from "../src/web/app/policy.ts";
import { UNAUTHENTICATED, UNLIMITED } from "./policy-exceptions.ts";

const routes = describePolicy(app.handlers);

if (process.argv.includes("--json")) console.log(JSON.stringify(routes, null, 2));
else {
  const rows = routes.map(({ method, path, guards, schemas, maxBodyBytes }) => ({
    method,
    path,
    guards: guards.map(printGuard).join(", ") || "-",
    schemas: schemas.join(", ") || "-",
    body: maxBodyBytes === null ? "-" : `≤ ${maxBodyBytes} B`,
  }));
  console.log(
    formatTable([{ method: "METHOD", path: "PATH", guards: "GUARDS", schemas: "SCHEMAS", body: "BODY" }, ...rows]),
  );
  printExceptions("Without a limit", UNLIMITED);
  printExceptions("State-changing, without a guard that authenticates", UNAUTHENTICATED);
}

function printExceptions(title: string, reasons: Readonly<Record<string, string>>): void {
  console.log(`\n${title}:`);
  console.log(formatTable(Object.entries(reasons).map(([route, reason]) => ({ route: `  ${route}`, reason }))));
}

/** Such as `requireRole(admin)`; `*` behind a guard that runs once the body has been read. */
function printGuard({ name, detail, phase }: (typeof routes)[number]["guards"][number]): string {
  return `${name}${detail ? `(${detail})` : ""}${phase === "head" ? "" : "*"}`;
}

/** Columns as wide as their widest cell. */
function formatTable(rows: readonly Readonly<Record<string, string>>[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const width = (column: string) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const widths = new Map(columns.map((column) => [column, width(column)]));
  return rows
    .map((row) =>
      columns
        .map((column) => row[column]?.padEnd(widths.get(column) ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
