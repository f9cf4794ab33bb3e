/** The rule that `interface Env` and `wrangler.toml` declare the same bindings, variables and secrets. */
import { listTables } from "../../scripts/scaffold/edit-toml.ts";
import { type EnvMember, readBaseEnvMembers, readEnvMembers } from "../../scripts/scaffold/env-keys.ts";
import { parseToml, type TomlValue } from "../../scripts/scaffold/toml-values.ts";
import type { Rule } from "./rules.ts";

/** Where `wrangler.toml` declares a binding of each type. A type that is not listed may be any binding. */
const KINDS: Readonly<Record<string, string>> = {
  D1Database: "d1_databases",
  R2Bucket: "r2_buckets",
  KVNamespace: "kv_namespaces",
  DurableObjectNamespace: "durable_objects.bindings",
  RateLimit: "ratelimits",
  SendEmail: "send_email",
  Queue: "queues.producers",
  AnalyticsEngineDataset: "analytics_engine_datasets",
  Workflow: "workflows",
  Hyperdrive: "hyperdrive",
  Ai: "ai",
};

/** Kinds whose bindings have their name in `name`. */
const NAMED = ["durable_objects.bindings", "ratelimits", "send_email"];

export const bindingsDeclared: Rule = (files) => {
  const toml = files.find(({ path }) => path === "wrangler.toml")?.text ?? "";
  const configured = readConfigured(toml);
  const declared = files.flatMap(({ path, text }) => {
    if (!/^src\/.*\.ts$/.test(path)) return [];
    const members = path === "src/env.ts" ? readBaseEnvMembers(text) : readEnvMembers(text);
    return members.map((member) => ({ path, ...member }));
  });
  const known = new Set(declared.map(({ key }) => key));
  return [
    ...declared.flatMap((member) => describeMember(member, configured.get(member.key))),
    ...[...configured]
      .filter(([key]) => !known.has(key))
      .map(([key, kind]) => `wrangler.toml has ${key} in ${kind}, but no interface Env declares it`),
  ];
};

/** The keys of `env` that Wrangler creates, with their kinds: of variables, `vars` with the type. */
function readConfigured(toml: string): ReadonlyMap<string, string> {
  const { vars, secrets } = parseToml(toml);
  const bindings = listTables(toml).flatMap(({ path, strings }) => {
    const kind = path.join(".");
    const key = strings.binding ?? (NAMED.includes(kind) ? strings.name : undefined);
    return key === undefined || path[0] === "env" ? [] : [[key, kind] as const];
  });
  return new Map([
    ...bindings,
    ...Object.entries(tableOf(vars)).map(([key, value]) => [key, `vars (${typeof value})`] as const),
    ...listOf(tableOf(secrets).required).map((key) => [String(key), "secrets"] as const),
  ]);
}

function describeMember(
  { path, key, type, isOptional }: EnvMember & { path: string },
  kind: string | undefined,
): string[] {
  if (kind === undefined)
    return isOptional
      ? []
      : [`${path} declares ${key}, but wrangler.toml lacks it: add it to ${kindsOf(type).join(" or ")}`];
  const allowed = kindsOf(type);
  if (allowed[0] === ANY || allowed.includes(kind)) return [];
  return [`${path} declares ${key} as ${type}, but wrangler.toml has it in ${kind}`];
}

const ANY = "its kind of binding";

function kindsOf(type: string): readonly string[] {
  if (/^"/.test(type) || type === "string") return ["vars (string)", "secrets"];
  if (/^[\d-]/.test(type) || type === "number") return ["vars (number)"];
  if (/^(boolean|true|false)$/.test(type)) return ["vars (boolean)"];
  const [name = ""] = /^\w+/.exec(type) ?? [];
  return [KINDS[name] ?? ANY];
}

function tableOf(value: TomlValue | undefined): Readonly<Record<string, TomlValue>> {
  return typeof value === "object" && !Array.isArray(value) ? (value as Readonly<Record<string, TomlValue>>) : {};
}

function listOf(value: TomlValue | undefined): readonly TomlValue[] {
  return Array.isArray(value) ? value : [];
}
