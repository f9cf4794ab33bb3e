/** Executes SQL on the local database or a deployed one, and exports it, through Wrangler. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environmentConfig, listOf, PRODUCTION } from "../deploy/environment.ts";
import { readToml, readWrangler, root } from "../wrangler.ts";
import { type Execute, type SearchIndex, searchIndexesIn } from "./search-indexes.ts";

export interface BackupDatabase {
  readonly execute: Execute;
  readonly exportTo: (path: string) => void;
  /** The options that name this database on a command line. */
  readonly options: string;
}

/**
 * @param where `environment` is an environment of the deploy, such as `staging`; it requires `isRemote`.
 * @throws Error if there is no such database.
 */
export async function withDatabase(
  { isRemote, environment = PRODUCTION }: { readonly isRemote: boolean; readonly environment?: string | undefined },
  work: (database: BackupDatabase) => Promise<void>,
): Promise<void> {
  if (!isRemote && environment !== PRODUCTION) throw new Error("Use --env together with --remote.");
  const folder = isRemote ? mkdtempSync(join(tmpdir(), "backup-")) : undefined;
  const config = folder && join(folder, "wrangler.json");
  if (config) writeFileSync(config, JSON.stringify(remoteConfig(environment)));
  const at = [isRemote ? "--remote" : "--local", ...(config ? ["--config", config] : [])];
  const env = environment === PRODUCTION ? "" : ` --env ${environment}`;
  try {
    await work({ ...openDatabase(at), options: isRemote ? ` -- --remote${env}` : "" });
  } finally {
    if (folder) rmSync(folder, { recursive: true });
  }
}

/** @param at The Wrangler options that select the database with the binding `DB`. */
export function openDatabase(at: readonly string[]): Omit<BackupDatabase, "options"> {
  return {
    execute: async (sql) => {
      const output = readWrangler(["d1", "execute", "DB", ...at, "--json", "--yes", `--command=${sql}`]);
      const results: readonly { readonly results: readonly Record<string, unknown>[] }[] = JSON.parse(output);
      return results.at(-1)?.results ?? [];
    },
    exportTo: (path) => void readWrangler(["d1", "export", "DB", ...at, "--skip-confirmation", "--output", path]),
  };
}

/** A Wrangler configuration that contains the database of an environment with its id. */
function remoteConfig(environment: string): object {
  const config = environmentConfig(readToml(), environment);
  const database = listOf(config.d1_databases).find(({ binding }) => binding === "DB");
  const name = database?.database_name;
  const all: readonly { uuid: string; name: string }[] = JSON.parse(readWrangler(["d1", "list", "--json"]));
  const id = database?.database_id ?? all.find((each) => each.name === name)?.uuid;
  if (!id) throw new Error(`The account has no D1 database "${String(name)}". Deploy first, or choose another --env.`);
  const entry = { binding: "DB", database_name: name, database_id: id };
  return { name: config.name, compatibility_date: config.compatibility_date, d1_databases: [entry] };
}

/** The indexes that the files in `migrations` create. */
export function searchIndexesOfMigrations(): SearchIndex[] {
  const folder = join(root, "migrations");
  const files = readdirSync(folder).filter((file) => file.endsWith(".sql"));
  return searchIndexesIn(files.sort().map((file) => readFileSync(join(folder, file), "utf8")));
}
