/** The databases, namespaces, buckets and queues of a configuration: their names, and how they are found and created. */
import type { TomlObject } from "../scaffold/toml-values.ts";
import { listOf, tableOf } from "./environment.ts";

/** Runs Wrangler and returns its output. @throws Error with the output if it fails. */
export type ReadWrangler = (args: readonly string[]) => string;

export interface ResourceNames {
  readonly databases: readonly string[];
  readonly namespaces: readonly string[];
  readonly buckets: readonly { readonly name: string; readonly jurisdiction?: string }[];
  readonly queues: readonly string[];
}

/** Those without an id: an id in `wrangler.toml` names something that exists. */
export function namesOf(config: TomlObject): ResourceNames {
  const queues = Object.values(tableOf(config.queues)).flatMap((list) => listOf(list));
  return {
    databases: listOf(config.d1_databases).flatMap((entry) =>
      "database_id" in entry ? [] : [databaseName(entry, config)],
    ),
    namespaces: listOf(config.kv_namespaces).flatMap((entry) => ("id" in entry ? [] : [nameByBinding(entry, config)])),
    buckets: listOf(config.r2_buckets).map((entry) => ({
      name: typeof entry.bucket_name === "string" ? entry.bucket_name : nameByBinding(entry, config),
      ...(typeof entry.jurisdiction === "string" && { jurisdiction: entry.jurisdiction }),
    })),
    queues: [...new Set(queues.flatMap(({ queue, dead_letter_queue }) => [queue, dead_letter_queue]))].filter(
      (name) => typeof name === "string",
    ),
  };
}

function databaseName(entry: TomlObject, config: TomlObject): string {
  return typeof entry.database_name === "string" ? entry.database_name : nameByBinding(entry, config);
}

/** The name that Wrangler gives to what it creates: `candor-asset-manifest` for ASSET_MANIFEST. */
function nameByBinding({ binding }: TomlObject, { name }: TomlObject): string {
  return `${name}-${String(binding).toLowerCase().replaceAll("_", "-")}`;
}

/**
 * Creates what is missing. Safe to repeat after a failure at any point.
 *
 * @returns The configuration with the ids of its databases and namespaces.
 */
export function ensureResources(config: TomlObject, read: ReadWrangler): TomlObject {
  const { databases, namespaces, buckets, queues } = namesOf(config);
  const databaseIds = ensureNamed(
    databases,
    () => listDatabases(read),
    (name) => read(["d1", "create", name, KEEP_CONFIG]),
  );
  const namespaceIds = ensureNamed(
    namespaces,
    () => listNamespaces(read),
    (name) => read(["kv", "namespace", "create", name, KEEP_CONFIG]),
  );
  for (const { name, jurisdiction } of buckets) {
    const where = jurisdiction === undefined ? [] : ["--jurisdiction", jurisdiction];
    createUnlessThere(read, ["r2", "bucket", "create", name, ...where, KEEP_CONFIG], "10004");
  }
  for (const name of queues) createUnlessThere(read, ["queues", "create", name], "11009");
  return {
    ...config,
    d1_databases: listOf(config.d1_databases).map((entry) => ({
      ...entry,
      database_id: entry.database_id ?? databaseIds.get(databaseName(entry, config)) ?? "",
    })),
    kv_namespaces: listOf(config.kv_namespaces).map((entry) => ({
      ...entry,
      id: entry.id ?? namespaceIds.get(nameByBinding(entry, config)) ?? "",
    })),
  };
}

/** Wrangler would offer to write the new resource into the configuration. */
const KEEP_CONFIG = "--update-config=false";

function listDatabases(read: ReadWrangler): ReadonlyMap<string, string> {
  const all: readonly { uuid: string; name: string }[] = JSON.parse(read(["d1", "list", "--json"]));
  return new Map(all.map(({ name, uuid }) => [name, uuid]));
}

function listNamespaces(read: ReadWrangler): ReadonlyMap<string, string> {
  const all: readonly { id: string; title: string }[] = JSON.parse(read(["kv", "namespace", "list"]));
  return new Map(all.map(({ title, id }) => [title, id]));
}

/** @returns The ids by name. @throws Error if Cloudflare does not list what was created. */
function ensureNamed(
  names: readonly string[],
  list: () => ReadonlyMap<string, string>,
  create: (name: string) => void,
): ReadonlyMap<string, string> {
  if (names.length === 0) return new Map();
  const before = list();
  const missing = names.filter((name) => !before.has(name));
  for (const name of missing) create(name);
  const after = missing.length === 0 ? before : list();
  const lost = names.filter((name) => !after.has(name));
  if (lost.length > 0) throw new Error(`Cloudflare does not list ${lost.join(", ")} yet. Run the command again.`);
  return after;
}

/** Buckets and queues have no ids to look up, so an attempt to create one shows whether it exists. */
function createUnlessThere(read: ReadWrangler, args: readonly string[], codeIfThere: string): void {
  try {
    read(args);
  } catch (error) {
    if (!(error instanceof Error && new RegExp(`\\b${codeIfThere}\\b`).test(error.message))) throw error;
  }
}
