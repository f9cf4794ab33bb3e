/** Measures how the cost of each operation grows with the number of rows: rows read, rows written and milliseconds. */
import { readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { measure } from "./growth/measure.ts";
import { type Growth, plotMilliseconds, plotRows, toMarkdown } from "./growth/report.ts";
import { writePlot } from "./plot.ts";

const SIZES = [10, 100, 1_000, 10_000, 100_000];

const HELP = `npm run growth -- [options]

Measures each operation with 10, 100, 1,000, 10,000 and 100,000 rows of each kind in the local database, and prints
Markdown tables with the medians of rows read and milliseconds.

  --max <rows>     the largest number of rows (default: 100000)
  --json <file>    writes all figures to a file
  --before <file>  compares with such a file of an earlier run
  --plot <prefix>  writes <prefix>-rows.svg and <prefix>-ms.svg`;

const { values } = parseArgs({
  options: {
    max: { type: "string", default: "100000" },
    json: { type: "string" },
    before: { type: "string" },
    plot: { type: "string" },
    help: { type: "boolean" },
  },
});

if (values.help) {
  console.log(HELP);
} else {
  const sizes = SIZES.filter((size) => size <= Number(values.max));
  if (sizes.length === 0) throw new Error(`--max must be a number of at least ${SIZES[0]}, not ${values.max}`);
  const before: Growth | undefined = values.before && JSON.parse(readFileSync(values.before, "utf8"));
  const growth = { date: new Date().toISOString(), load: loadavg(), sizes, ...(await measure(sizes)) };
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(growth, null, 1)}\n`);
  if (values.plot !== undefined) {
    writePlot(`${values.plot}-rows.svg`, plotRows(growth, before));
    writePlot(`${values.plot}-ms.svg`, plotMilliseconds(growth, before));
  }
  console.log(toMarkdown(growth, before));
}
