/** Growth as a Markdown table and as plots. */
import type { Panel, Plot, Series } from "../plot-data.ts";
import type { Cell, MeasuredOperation, Measurement } from "./measure.ts";

export interface Growth extends Measurement {
  readonly date: string;
  /** The load averages of the machine over 1, 5 and 15 minutes, before the measurement. */
  readonly load: readonly number[];
  readonly sizes: readonly number[];
}

/**
 * Returns tables of the rows read and the milliseconds at each size; with `before`, at the smallest and the largest
 * size only.
 */
export function toMarkdown(growth: Growth, before?: Growth): string {
  const tables = before ? [toComparison(growth, before)] : groupsOf(growth).map((group) => toTable(growth, group));
  const bytes = Object.entries(growth.bytes).map(([table, size]) => [table, toNumber(Math.round(size))]);
  return [...tables, toLines(["Table", "Bytes for each row, with its indexes"], bytes)].join("\n\n");
}

function groupsOf({ operations }: Growth): string[] {
  return [...new Set(operations.map(({ group }) => group))];
}

function toTable({ sizes, operations }: Growth, group: string): string {
  const rows = operations
    .filter((operation) => operation.group === group)
    .map(({ name, cells }) => [name, ...sizes.map((size) => toText(cells[size]))]);
  return toLines([`${group}: rows read, milliseconds`, ...sizes.map(toNumber)], rows);
}

function toComparison({ sizes, operations }: Growth, before: Growth): string {
  const [smallest = 0, largest = 0] = [sizes.at(0), sizes.at(-1)];
  const head = [
    "Operation",
    ...[smallest, largest].map((size) => `rows read with ${toNumber(size)}: before · after`),
    `ms with ${toNumber(largest)}: before · after`,
  ];
  const rows = operations.map(({ name, cells }) => {
    const old = before.operations.find((operation) => operation.name === name)?.cells ?? {};
    const pair = (size: number, toPart: (cell: Cell | undefined) => string) =>
      `${toPart(old[size])} · ${toPart(cells[size])}`;
    return [name, pair(smallest, toRows), pair(largest, toRows), pair(largest, toMilliseconds)];
  });
  return toLines(head, rows);
}

function toLines(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function toText(cell: Cell | undefined): string {
  const parts = [toRows(cell), toMilliseconds(cell)].filter((part) => part !== "–");
  return parts.length > 0 ? parts.join(", ") : "–";
}

function toRows(cell: Cell | undefined): string {
  return cell && cell.rowsRead > 0 ? toNumber(cell.rowsRead) : "–";
}

function toMilliseconds(cell: Cell | undefined): string {
  if (!cell || cell.ms === 0) return "–";
  const ms = cell.ms.toLocaleString("en", { maximumSignificantDigits: cell.ms < 100 ? 2 : 3 });
  return `${ms} ms${cell.status === undefined ? "" : ` (status ${cell.status})`}`;
}

function toNumber(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 1 });
}

/** The rows read against the number of rows. */
export function plotRows(growth: Growth, before?: Growth): Plot {
  return plotOf("Rows read", "rows read", ({ rowsRead }) => rowsRead, growth, before);
}

/** The milliseconds against the number of rows. */
export function plotMilliseconds(growth: Growth, before?: Growth): Plot {
  return plotOf("Milliseconds", "ms", ({ ms }) => ms, growth, before);
}

function plotOf(title: string, label: string, figure: (cell: Cell) => number, growth: Growth, before?: Growth): Plot {
  const panels = groupsOf(growth).map((group): Panel => {
    const own = growth.operations.filter((operation) => operation.group === group);
    const old = before?.operations.filter(({ name }) => own.some((operation) => operation.name === name)) ?? [];
    const toSeries = ({ name, cells }: MeasuredOperation): Series => ({
      name,
      points: Object.entries(cells).map(([size, cell]) => [Number(size), figure(cell)]),
    });
    return {
      title: group,
      x: { label: "rows of each kind", scale: "log" },
      y: { label, scale: "log" },
      series: [...old.map((operation) => ({ ...toSeries(operation), isDashed: true })), ...own.map(toSeries)].filter(
        ({ points }) => points.some(([, y]) => y > 0),
      ),
    };
  });
  return {
    title: `${title} by the number of rows`,
    subtitle: before ? "dashed: before, solid: after" : "",
    panels: panels.filter(({ series }) => series.length > 0),
  };
}
