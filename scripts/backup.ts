/**
 * Exports the database: `npm run backup -- --output backup.sql`. `--remote` exports the deployed database,
 * and `--env staging` that of an environment. See `deploy/README.md`.
 */
import { closeSync, openSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { backUp } from "./backup/backup.ts";
import { searchIndexesOfMigrations, withDatabase } from "./backup/database.ts";

// On Ctrl+C, the current Wrangler command ends, and the search indexes are rebuilt before this process ends.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
try {
  const { values } = parseArgs({
    options: {
      output: { type: "string", short: "o" },
      remote: { type: "boolean" },
      env: { type: "string", short: "e" },
    },
  });
  if (!values.output) throw new Error("Name the file to write: npm run backup -- --output backup.sql");
  const path = resolve(values.output);
  // Only its owner may read the file, since it contains password hashes.
  closeSync(openSync(path, "wx", 0o600));
  const where = { isRemote: values.remote ?? false, environment: values.env };
  await withDatabase(where, async ({ options, ...database }) => {
    const byHand = `npm run search-index${options === "" ? " -- rebuild" : `${options} rebuild`}`;
    await backUp(path, searchIndexesOfMigrations(), byHand, { ...database, print: (text) => console.log(text) });
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
