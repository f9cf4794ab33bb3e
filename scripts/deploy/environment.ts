/**
 * Derives the configuration of an environment from `wrangler.toml`: another Worker with databases, buckets, namespaces
 * and queues of its own. Wrangler's own `--env` would inherit neither variables nor bindings, so each would have to be
 * written twice.
 */
import { createHash } from "node:crypto";
import type { TomlObject, TomlValue } from "../scaffold/toml-values.ts";

/** The environment that `wrangler.toml` itself describes. */
export const PRODUCTION = "production";

/** A Worker's name is a DNS label, as part of its address. */
const MAX_WORKER_NAME = 63;

/** How a kind of resource gets a name of its own: keys that are renamed, and ids that are dropped. */
const SEPARATED: Readonly<Record<string, { readonly names: readonly string[]; readonly ids: readonly string[] }>> = {
  d1_databases: { names: ["database_name"], ids: ["database_id", "preview_database_id"] },
  r2_buckets: { names: ["bucket_name"], ids: ["preview_bucket_name"] },
  kv_namespaces: { names: [], ids: ["id", "preview_id"] },
  workflows: { names: ["name"], ids: [] },
  analytics_engine_datasets: { names: ["dataset"], ids: [] },
  ratelimits: { names: [], ids: [] },
};

const QUEUE = { names: ["queue", "dead_letter_queue"], ids: [] };

/** Settings that an environment inherits. Durable Objects belong to their Worker, so the environment has its own. */
const TAKEN_OVER = new Set(
  "name main compatibility_date compatibility_flags account_id build tsconfig rules define alias minify no_bundle find_additional_modules base_dir upload_source_maps keep_vars dev vars secrets triggers durable_objects exports migrations observability cache logpush limits placement send_email ai browser images version_metadata workers_dev preview_urls $schema".split(
    " ",
  ),
);

/** Addresses belong to one Worker. */
const LEFT_OUT = new Set(["env", "route", "routes"]);

/**
 * @param toml The content of `wrangler.toml`.
 * @param environment Such as `staging`; `production` for the content as it is. A table `[env.staging]` replaces keys, and
 *   its `vars` replace single variables.
 * @throws Error in one line if the name is invalid, or if the environment would share a resource.
 */
export function environmentConfig(toml: TomlObject, environment: string): TomlObject {
  const { env: _, ...production } = toml;
  if (environment === PRODUCTION) return production;
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(environment))
    throw new Error(
      `The environment name "${environment}" is not valid. Use 1 to 20 characters of a-z, 0-9 and "-", beginning with a letter.`,
    );
  const own = tableOf(tableOf(toml.env)[environment]);
  const app = String(toml.name);
  const name = `${app}-${environment}`;
  if (name.length > MAX_WORKER_NAME)
    throw new Error(`The Worker name ${name} exceeds ${MAX_WORKER_NAME} characters. Use a shorter environment name.`);
  const rename = (value: string) => renamed(value, app, environment);
  const derived = Object.entries(production)
    .filter(([key]) => !LEFT_OUT.has(key) && !(key in own))
    .map(([key, value]) => [key, separate(key, value, environment, rename)] as const);
  const vars = { ...tableOf(toml.vars), PUBLIC_ORIGIN: "", ...tableOf(own.vars) };
  return { ...Object.fromEntries(derived), name, ...own, vars };
}

/** `candor-files` becomes `candor-staging-files`; a name without the app's becomes `other-staging`. */
function renamed(value: string, app: string, environment: string): string {
  return value.startsWith(`${app}-`) ? `${app}-${environment}${value.slice(app.length)}` : `${value}-${environment}`;
}

function separate(key: string, value: TomlValue, environment: string, rename: (name: string) => string): TomlValue {
  const rule = SEPARATED[key];
  if (rule) return listOf(value).map((entry) => withOwnNames(entry, rule, environment, rename));
  if (key === "queues") {
    const kinds = Object.entries(tableOf(value));
    return Object.fromEntries(
      kinds.map(([kind, list]) => [kind, listOf(list).map((entry) => withOwnNames(entry, QUEUE, environment, rename))]),
    );
  }
  const isShared = key === "durable_objects" && listOf(tableOf(value).bindings).some((entry) => "script_name" in entry);
  if (TAKEN_OVER.has(key) && !isShared) return value;
  throw new Error(
    `The environment ${environment} would share ${key} with production. Define its own under [env.${environment}] in wrangler.toml.`,
  );
}

function withOwnNames(
  entry: TomlObject,
  { names, ids }: { readonly names: readonly string[]; readonly ids: readonly string[] },
  environment: string,
  rename: (name: string) => string,
): TomlObject {
  const kept = Object.entries(entry).filter(([key]) => !ids.includes(key));
  return Object.fromEntries(
    kept.map(([key, value]) => {
      if (typeof value !== "string") return [key, value];
      if (key === "namespace_id") return [key, ownNumber(`${environment} ${value}`)];
      return [key, names.includes(key) ? rename(value) : value];
    }),
  );
}

/** A number that no other environment has. Rate limits with the same number count together, in the whole account. */
function ownNumber(text: string): string {
  return String(createHash("sha256").update(text).digest().readUInt32BE() + 1);
}

export function listOf(value: TomlValue | undefined): readonly TomlObject[] {
  return Array.isArray(value) ? (value as readonly TomlObject[]) : [];
}

export function tableOf(value: TomlValue | undefined): TomlObject {
  return typeof value === "object" && !Array.isArray(value) ? (value as TomlObject) : {};
}
