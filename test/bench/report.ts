/** Prints the results as a Markdown table with a column for every contender, and parses command options. */
import { parseArgs } from "node:util";
import { LABELS, NAMES, type Name } from "./contenders.ts";
import type { Measured } from "./interleave.ts";

export interface Row {
  /** Includes the unit. */
  readonly what: string;
  readonly cells: Partial<Record<Name, string>>;
}

/** The number of rounds from the command line option `--rounds`, or the default. */
export function roundsOr(fallback: number): number {
  const { values } = parseArgs({ options: { rounds: { type: "string" } } });
  const rounds = values.rounds === undefined ? fallback : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds must be a positive integer, not ${values.rounds}`);
  return rounds;
}

/** A ratio with its quartiles, followed by the figure. */
export function toCell({ value, ratio, quartiles }: Measured, figure: (value: number) => string): string {
  return `${ratio.toFixed(2)} (${quartiles.map((quartile) => quartile.toFixed(2)).join("–")}), ${figure(value)}`;
}

/** A row of such cells. The reference, which comes first, has only its figure. */
export function toRow(what: string, measured: ReadonlyMap<Name, Measured>, figure: (value: number) => string): Row {
  const cells = [...measured].map(([name, one], index) => [
    name,
    index === 0 ? figure(one.value) : toCell(one, figure),
  ]);
  return { what, cells: Object.fromEntries(cells) };
}

export function printTable(rows: readonly Row[]): void {
  const lines = [
    ["What", ...NAMES.map((name) => LABELS[name])],
    ["---", ...NAMES.map(() => "---")],
    ...rows.map(({ what, cells }) => [what, ...NAMES.map((name) => cells[name] ?? "")]),
  ];
  for (const line of lines) console.log(`| ${line.join(" | ")} |`);
}
