/**
 * Looks into Wrangler's local storage without starting it. Each database, bucket and namespace is a SQLite file whose
 * name is a hash of its id. A later Wrangler may store it differently: then nothing is found, so callers must treat
 * "not found" as "to be done again".
 */
import { createHash, createHmac } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { TomlObject, TomlValue } from "./scaffold/toml-values.ts";
import { root } from "./wrangler.ts";

/** The ids under which Wrangler stores the data of the app's bindings locally. */
export interface LocalIds {
  readonly database: string;
  /** The table of the database that records its migrations. */
  readonly migrationsTable: string;
  /** The bucket and the namespace of published assets. */
  readonly bucket: string;
  readonly namespace: string;
}

const OBJECTS = {
  d1: "miniflare-D1DatabaseObject",
  r2: "miniflare-R2BucketObject",
  kv: "miniflare-KVNamespaceObject",
} as const;
type Kind = keyof typeof OBJECTS;

const MAX_WAIT_MS = 5000;

/** @param config The content of `wrangler.toml`. */
export function localIdsOf(config: TomlObject): LocalIds {
  return {
    database: idOf(config.d1_databases, "DB", ["preview_database_id", "database_id"], "DB"),
    migrationsTable: idOf(config.d1_databases, "DB", ["migrations_table"], "d1_migrations"),
    bucket: idOf(config.r2_buckets, "ASSETS", ["preview_bucket_name", "bucket_name"], "ASSETS"),
    namespace: idOf(config.kv_namespaces, "ASSET_MANIFEST", ["preview_id", "id"], "ASSET_MANIFEST"),
  };
}

/** The first of the keys that the binding has, in the order of Wrangler. */
function idOf(bindings: TomlValue | undefined, name: string, keys: readonly string[], fallback: string): string {
  const all = Array.isArray(bindings) ? (bindings as readonly TomlObject[]) : [];
  const binding = all.find((entry) => entry.binding === name) ?? {};
  return keys.map((key) => binding[key]).find((id) => typeof id === "string") ?? fallback;
}

/** The names of the migrations that the database has, and whether it has any user. */
export function readDatabase({ database, migrationsTable }: LocalIds): {
  readonly applied: readonly string[];
  readonly hasUsers: boolean;
} {
  return {
    applied: query("d1", database, `SELECT name FROM "${migrationsTable}"`).map(({ name }) => String(name)),
    hasUsers: query("d1", database, "SELECT 1 FROM users LIMIT 1").length > 0,
  };
}

/** The key of the mark that `publishAssets` writes into the bucket and the namespace. */
export const MARK_KEY = "local-setup";

/** The versions of the files that the bucket and the namespace were last marked with. */
export function readMarks({ bucket, namespace }: LocalIds): readonly (string | undefined)[] {
  const marks = [
    ...query("r2", bucket, "SELECT custom_metadata AS mark FROM _mf_objects WHERE key = ?", MARK_KEY),
    ...query("kv", namespace, "SELECT metadata AS mark FROM _mf_entries WHERE key = ?", MARK_KEY),
  ];
  return marks.length === 2 ? marks.map(({ mark }) => versionOf(String(mark))) : [undefined];
}

function versionOf(mark: string): string | undefined {
  try {
    return (JSON.parse(mark) as { readonly version?: string }).version;
  } catch {
    return undefined;
  }
}

/** @returns The rows; none if there is no such storage, or not in this form. */
function query(kind: Kind, id: string, sql: string, ...values: string[]): Record<string, unknown>[] {
  const path = join(root, ".wrangler/state/v3", kind, OBJECTS[kind], `${fileNameOf(OBJECTS[kind], id)}.sqlite`);
  if (!existsSync(path)) return [];
  const database = new DatabaseSync(path, { readOnly: true, timeout: MAX_WAIT_MS });
  try {
    return database.prepare(sql).all(...values);
  } catch {
    return [];
  } finally {
    database.close();
  }
}

/** The id of the object that stores `id`, as workerd derives it from the object's class and name. */
function fileNameOf(objectClass: string, id: string): string {
  const key = createHash("sha256").update(objectClass).digest();
  const sign = (data: string | Buffer) => createHmac("sha256", key).update(data).digest().subarray(0, 16);
  const name = sign(id);
  return Buffer.concat([name, sign(name)]).toString("hex");
}
