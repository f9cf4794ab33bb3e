/** What `wrangler.toml` says of a feature's bindings, variables and object classes, and the file without it. */
import { type FoundTable, listTables, removeElements, removeEntries, removeTables, replaceTable } from "./edit-toml.ts";

/** What a feature has in `wrangler.toml`. */
export interface FeatureBindings {
  /** The keys of `Env` that are its own. */
  readonly keys: readonly string[];
  /** The Durable Object classes that are its own. */
  readonly classes: readonly string[];
}

/** Something on Cloudflare that holds data and outlives its binding. */
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

/** The classes that bindings of these names lead to, unless another Worker has the class. */
export function classesOf(toml: string, keys: readonly string[]): string[] {
  const bindings = listTables(toml).filter(
    (table) => isBindingOf(table, keys) && table.strings.script_name === undefined,
  );
  return bindings.flatMap(({ strings: { class_name } }) => (class_name === undefined ? [] : [class_name]));
}

/** What stays on Cloudflare, with what is in it, when these bindings go. */
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
 * Takes out what is the feature's: bindings of every kind, variables, secrets, the queues that only it fills, and its
 * classes.
 *
 * @param isDeployed Whether a deployed Worker may have the classes: then each leaves a tombstone, without which
 *   Cloudflare refuses the next deploy.
 */
export function removeBindings(toml: string, { keys, classes }: FeatureBindings, isDeployed: boolean): string {
  const queues = queuesOf(toml, keys);
  const isGone = (table: FoundTable) =>
    isBindingOf(table, keys) || (isNamed(table, "consumers") && queues.includes(table.strings.queue ?? ""));
  let text = removeTables(toml, isGone);
  text = removeElements(text, (path, element) => {
    if (typeof element === "string")
      return path.at(-2) === "secrets" && path.at(-1) === "required" && keys.includes(element);
    return isGone({ path, strings: element });
  });
  text = removeEntries(text, (path) => path.at(-2) === "vars" && keys.includes(path.at(-1) ?? ""));
  for (const name of classes)
    text = isDeployed ? bury(text, name) : removeTables(text, ({ path }) => isExport(path, name));
  return text;
}

/** The queues that no binding but these fills. */
function queuesOf(toml: string, keys: readonly string[]): string[] {
  const producers = listTables(toml).filter((table) => isNamed(table, "producers"));
  const kept = producers.filter((table) => !isBindingOf(table, keys)).map(({ strings }) => strings.queue);
  return producers.flatMap(({ strings: { queue } }) => (queue === undefined || kept.includes(queue) ? [] : [queue]));
}

function bury(text: string, name: string): string {
  const path = listTables(text).find((table) => isExport(table.path, name))?.path;
  return path ? replaceTable(text, path, TOMBSTONE) : text;
}

function isExport(path: readonly string[], name: string): boolean {
  return path.at(-2) === "exports" && path.at(-1) === name;
}

/** Bindings of most kinds have the key `binding`, those of some `name`. */
function isBindingOf({ path, strings }: FoundTable, keys: readonly string[]): boolean {
  return path.length > 0 && (keys.includes(strings.binding ?? "") || keys.includes(strings.name ?? ""));
}

function isNamed({ path }: FoundTable, name: string): boolean {
  return path.at(-1) === name && path.at(-2) === "queues";
}
