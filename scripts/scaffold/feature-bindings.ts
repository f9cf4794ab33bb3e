/** Finds and removes a feature's bindings, variables and object classes in `wrangler.toml`. */
import { type FoundTable, listTables, removeElements, removeEntries, removeTables, replaceTable } from "./edit-toml.ts";

/** The entries of a feature in `wrangler.toml`. */
export interface FeatureBindings {
  /** The keys of `Env` that only it declares. */
  readonly keys: readonly string[];
  /** Its Durable Object classes. */
  readonly classes: readonly string[];
}

/** A resource on Cloudflare that stores data and outlives its binding. */
export interface Resource {
  /** Such as `r2_buckets`. */
  readonly kind: string;
  readonly name: string;
}

const TOMBSTONE = [
  "# The Worker no longer has this class: the next deploy deletes its objects.",
  'type = "durable-object"',
  'state = "deleted"',
];

/** The classes of the bindings with these names, except classes of other Workers. */
export function classesOf(toml: string, keys: readonly string[]): string[] {
  const bindings = listTables(toml).filter(
    (table) => isBindingOf(table, keys) && table.strings.script_name === undefined,
  );
  return bindings.flatMap(({ strings: { class_name } }) => (class_name === undefined ? [] : [class_name]));
}

/** The resources that remain on Cloudflare, with their data, after these bindings are removed. */
export function resourcesOf(toml: string, keys: readonly string[]): Resource[] {
  return listTables(toml)
    .filter((table) => isBindingOf(table, keys))
    .flatMap(({ path, strings }) => {
      const { bucket_name, database_name, queue, index_name, dataset, id, binding } = strings;
      const kind = path.filter((part) => part !== "bindings").at(-1) ?? "";
      const name =
        bucket_name ??
        database_name ??
        queue ??
        index_name ??
        dataset ??
        (kind === "kv_namespaces" ? (id ?? binding) : undefined);
      return name === undefined ? [] : [{ kind, name }];
    });
}

/**
 * Removes the entries of a feature: bindings of every kind, variables, secrets, the consumers of queues that only it
 * fills, and its classes.
 *
 * @param isDeployed Whether a deployed Worker may have the classes. If so, each is replaced by a tombstone, without which
 *   Cloudflare refuses the next deploy.
 */
export function removeBindings(toml: string, { keys, classes }: FeatureBindings, isDeployed: boolean): string {
  const queues = queuesOf(toml, keys);
  const isRemoved = (table: FoundTable) =>
    isBindingOf(table, keys) || (isNamed(table, "consumers") && queues.includes(table.strings.queue ?? ""));
  let text = removeTables(toml, isRemoved);
  text = removeElements(text, (path, element) => {
    if (typeof element === "string")
      return path.at(-2) === "secrets" && path.at(-1) === "required" && keys.includes(element);
    return isRemoved({ path, strings: element });
  });
  text = removeEntries(text, (path) => path.at(-2) === "vars" && keys.includes(path.at(-1) ?? ""));
  for (const name of classes)
    text = isDeployed ? writeTombstone(text, name) : removeTables(text, ({ path }) => isExport(path, name));
  return text;
}

/** The queues that only these bindings fill. */
function queuesOf(toml: string, keys: readonly string[]): string[] {
  const producers = listTables(toml).filter((table) => isNamed(table, "producers"));
  const kept = producers.filter((table) => !isBindingOf(table, keys)).map(({ strings }) => strings.queue);
  return producers.flatMap(({ strings: { queue } }) => (queue === undefined || kept.includes(queue) ? [] : [queue]));
}

function writeTombstone(text: string, name: string): string {
  const path = listTables(text).find((table) => isExport(table.path, name))?.path;
  return path ? replaceTable(text, path, TOMBSTONE) : text;
}

function isExport(path: readonly string[], name: string): boolean {
  return path.at(-2) === "exports" && path.at(-1) === name;
}

/** Most kinds of bindings have their name in `binding`, and some in `name`. */
function isBindingOf({ path, strings }: FoundTable, keys: readonly string[]): boolean {
  return path.length > 0 && (keys.includes(strings.binding ?? "") || keys.includes(strings.name ?? ""));
}

function isNamed({ path }: FoundTable, name: string): boolean {
  return path.at(-1) === name && path.at(-2) === "queues";
}
