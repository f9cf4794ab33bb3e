/** Checks whether a new feature can have a name. */
import { Script } from "node:vm";
import { isNamedFor, migrationsOf } from "./migrations.ts";
import { refuseName, toCamel, toPascal, toSingular, toSnake } from "./names.ts";
import { listFeatures, type Project } from "./project.ts";
import { namesInUse } from "./template.ts";

/** Keywords of SQLite, which cannot name a table without quotes (https://www.sqlite.org/lang_keywords.html). */
const SQL_WORDS = new Set(
  "add all alter and as autoincrement between case check collate commit constraint create default deferrable delete distinct drop else escape except exists foreign from group having in index insert intersect into is isnull join limit not nothing notnull null on or order primary references returning select set table then to transaction union unique update using values when where".split(
    " ",
  ),
);

/** @returns An error message of one line; undefined for a name that can be used. */
export function refuseFeature(project: Project, feature: string): string | undefined {
  const badName = refuseName(feature);
  if (badName !== undefined) return badName;
  if (/^(api|static|vendor|drop(-.*)?|sqlite-.*)$/.test(feature)) return `“${feature}” is a reserved name.`;
  const used = usedNames(feature).find(
    (name) => isReserved(name) || (!isAdded(project, feature) && namesInUse(project).has(name)),
  );
  if (used !== undefined)
    return `“${feature}” cannot be used: the new code would use \`${used}\` for two things. Choose a longer name, such as my-${feature}.`;
  return refuseTable(project, feature);
}

function isAdded(project: Project, feature: string): boolean {
  return listFeatures(project).includes(feature);
}

function usedNames(feature: string): string[] {
  return [feature, toSingular(feature)].flatMap((name) => [toCamel(name), toPascal(name)]);
}

/** Whether it is a reserved word of JavaScript. */
function isReserved(name: string): boolean {
  if (name === "await") return true;
  try {
    new Script(`"use strict"; const ${name} = 0;`);
    return false;
  } catch {
    return true;
  }
}

function refuseTable(project: Project, feature: string): string | undefined {
  const table = toSnake(feature);
  if (SQL_WORDS.has(table))
    return `“${feature}” cannot be used: \`${table}\` is an SQL keyword. Choose another name, such as ${feature}s.`;
  const files = project.list("migrations");
  const own = isAdded(project, feature) ? migrationsOf(feature, files, listFeatures(project)) : [];
  const claimed = files.find((file) => isNamedFor(feature, file) && !own.includes(file));
  if (claimed) return `“${feature}” cannot be used: migrations/${claimed} would count as its migration.`;
  const others = files.filter((file) => !own.includes(file)).map((file) => project.read(`migrations/${file}`));
  const taken = new RegExp(
    String.raw`\bCREATE\s+(?:VIRTUAL\s+)?(?:TABLE|VIEW)\s+(?:IF\s+NOT\s+EXISTS\s+)?"?${table}\b`,
    "i",
  );
  if (table === "d1_migrations" || others.some((sql) => taken.test(sql)))
    return `“${feature}” cannot be used: the table \`${table}\` already exists.`;
  return undefined;
}
