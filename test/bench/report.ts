/** The report: rows of a markdown table with a column for every contender, and the options of the commands. */
import { parseArgs } from "node:util";
import { LABELS, NAMES, type Name } from "./contenders.ts";
import type { Measured } from "./interleave.ts";

export interface Row {
  /** With the unit. */
  readonly what: string;
  readonly cells: Partial<Record<Name, string>>;
}

/** The number of rounds that the command line asks for, as `--rounds 20`. */
export function roundsOr(usual: number): number {
  const { values } = parseArgs({ options: { rounds: { type: "string" } } });
  const rounds = values.rounds === undefined ? usual : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds takes a whole number from 1, not ${rounds}`);
  return rounds;
}

/** A ratio with its quartiles, and the figure itself behind. */
export function toCell({ value, ratio, quartiles }: Measured, figure: (value: number) => string): string {
  return `${ratio.toFixed(2)} (${quartiles.map((quartile) => quartile.toFixed(2)).join("–")}), ${figure(value)}`;
}

/** A row of such cells; of the reference, which comes first, only the figure. */
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
