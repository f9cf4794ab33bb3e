/**
 * Drops the search indexes of the database with their triggers, or rebuilds the missing ones:
 * `npm run search-index -- rebuild`, or `drop`. `--remote` and `--env staging` select another database. See
 * `deploy/README.md`.
 */
import { parseArgs } from "node:util";
import { searchIndexesOfMigrations, withDatabase } from "./backup/database.ts";
import { dropSearchIndexes, rebuildSearchIndexes } from "./backup/search-indexes.ts";

try {
  const { values, positionals } = parseArgs({
    options: { remote: { type: "boolean" }, env: { type: "string", short: "e" } },
    allowPositionals: true,
  });
  const [action] = positionals;
  if (action !== "drop" && action !== "rebuild") throw new Error("Use: npm run search-index -- rebuild (or drop)");
  const where = { isRemote: values.remote ?? false, environment: values.env };
  await withDatabase(where, async ({ execute }) => {
    if (action === "drop") {
      await dropSearchIndexes(execute);
      console.log("The search indexes have been dropped. Until they are rebuilt, searches respond with 503.");
    } else await rebuildSearchIndexes(execute, searchIndexesOfMigrations(), (text) => console.log(text));
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
