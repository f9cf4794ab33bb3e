/** The migrations of a feature, and the migration that drops its tables if they may have been applied. */
import { toSnake } from "./names.ts";

/** An object that a migration creates. */
interface DatabaseObject {
  readonly kind: "TRIGGER" | "VIEW" | "INDEX" | "TABLE";
  readonly name: string;
}

/** @returns The files that belong to the feature. If several names match, a file belongs to the longest. */
export function migrationsOf(feature: string, files: readonly string[], features: readonly string[]): string[] {
  const owners = [...new Set([feature, ...features])].sort((a, b) => b.length - a.length);
  return files.filter((file) => owners.find((owner) => isNamedFor(owner, file)) === feature);
}

/** Whether a file is named `NNNN_<name>.sql` or `NNNN_<name>_<more>.sql`. */
export function isNamedFor(feature: string, file: string): boolean {
  return new RegExp(`^\\d+_${toSnake(feature)}(_\\w+)?\\.sql$`).test(file);
}

/** The name of the next migration: `nextMigration("short-links", files)` returns `0007_short_links.sql`. */
export function nextMigration(name: string, files: readonly string[]): string {
  const last = Math.max(0, ...files.map(numberOf));
  return `${String(last + 1).padStart(4, "0")}_${toSnake(name)}.sql`;
}

/** The migration that drops a feature's tables; undefined if there is none. */
export function findDrop(feature: string, files: readonly string[]): string | undefined {
  return files.filter((file) => new RegExp(`^\\d+_drop_${toSnake(feature)}\\.sql$`).test(file)).at(-1);
}

export function numberOf(file: string): number {
  return Number.parseInt(file, 10) || 0;
}

/** @param sql The feature's migrations, in order. @returns Undefined if they create nothing. */
export function dropAll(feature: string, sql: readonly string[]): string | undefined {
  const objects = createdBy(sql);
  if (objects.length === 0) return undefined;
  const lines = objects.map(({ kind, name }) => `DROP ${kind} IF EXISTS ${quote(name)};`);
  return `-- Unused since the feature \`${feature}\` was removed: this deletes its tables and data.\n${lines.join("\n")}\n`;
}

/** The tables of other features that these migrations alter. */
export function alteredBy(sql: readonly string[]): string[] {
  const own = new Set(createdBy(sql).map(({ name }) => name));
  const altered = [...withoutComments(sql.join("\n")).matchAll(ALTER)].map((match) => nameOf(match[1]));
  return [...new Set(altered)].filter((name) => !own.has(name));
}

const NAME = String.raw`("(?:[^"]|"")+"|\[[^\]]+\]|\x60[^\x60]+\x60|\w+)`;
const CREATE = new RegExp(
  String.raw`\bCREATE\s+(?:TEMP(?:ORARY)?\s+|UNIQUE\s+|VIRTUAL\s+)?(TABLE|INDEX|TRIGGER|VIEW)\s+(?:IF\s+NOT\s+EXISTS\s+)?${NAME}`,
  "gi",
);
const ALTER = new RegExp(String.raw`\bALTER\s+TABLE\s+${NAME}`, "gi");
const RENAME = new RegExp(String.raw`\bALTER\s+TABLE\s+${NAME}\s+RENAME\s+TO\s+${NAME}`, "gi");

const ORDER = ["TRIGGER", "VIEW", "INDEX", "TABLE"] as const;

/** In an order in which they can be dropped: a table comes after those that refer to it, which were created later. */
function createdBy(sql: readonly string[]): DatabaseObject[] {
  const text = withoutComments(sql.join("\n"));
  const found = new Map<string, DatabaseObject>();
  for (const [, kind = "", written] of text.matchAll(CREATE)) {
    const object = { kind: kind.toUpperCase() as DatabaseObject["kind"], name: nameOf(written) };
    found.set(`${object.kind} ${object.name}`, object);
  }
  for (const [, from, to] of text.matchAll(RENAME)) {
    if (found.has(`TABLE ${nameOf(from)}`)) found.set(`TABLE ${nameOf(to)}`, { kind: "TABLE", name: nameOf(to) });
  }
  const newestFirst = [...found.values()].reverse();
  return ORDER.flatMap((kind) => newestFirst.filter((object) => object.kind === kind));
}

function nameOf(written = ""): string {
  return /^["[\x60]/.test(written) ? written.slice(1, -1).replaceAll('""', '"') : written;
}

function quote(name: string): string {
  return /^[a-z_]\w*$/i.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Also removes quoted text, which could look like a statement. */
function withoutComments(sql: string): string {
  return sql.replace(/('(?:[^']|'')*')|--.*|\/\*[\s\S]*?\*\//g, (_, text: string | undefined) => (text ? "''" : " "));
}
