/** Renders the files of a new feature from `template/`, where the feature is named `sample-items`. */
import { formatSources } from "./format.ts";
import { migrationsOf, nextMigration } from "./migrations.ts";
import { toCamel, toPascal, toSentence, toSingular, toSnake, toWords } from "./names.ts";
import { listFeatures, type Project } from "./project.ts";

export const TEMPLATE = "scripts/scaffold/template";

const SPELLINGS = [toSnake, toCamel, toPascal, toWords, toSentence, (name: string) => toSnake(name).toUpperCase()];

/** @returns Texts by path. Files directly in `template/` are not files of the feature. */
export function renderFeature(project: Project, feature: string): ReadonlyMap<string, string> {
  const rename = renaming(feature);
  const sources = project.files(TEMPLATE).filter((path) => path.slice(TEMPLATE.length).lastIndexOf("/") > 0);
  const files = sources.map((path): [string, string] => {
    const target = rename(path.slice(TEMPLATE.length + 1));
    const isMigration = target.startsWith("migrations/");
    return [isMigration ? migrationOf(project, feature) : target, rename(project.read(path))];
  });
  return formatSources(project.root, new Map(files));
}

/** Replaces the name of the template by that of the feature. */
export function renameSample(feature: string, text: string): string {
  return renaming(feature)(text);
}

/** The path of the feature's migration, which may not exist yet. */
function migrationOf(project: Project, feature: string): string {
  const files = project.list("migrations");
  const [own] = migrationsOf(feature, files, listFeatures(project));
  return `migrations/${own ?? nextMigration(feature, files)}`;
}

/** Replaces the name of the template in every spelling, singular and plural. */
function renaming(feature: string): (text: string) => string {
  const pairs = ["sample-items", "sample-item"].flatMap((name) => {
    const own = name === "sample-items" ? feature : toSingular(feature);
    return [(kebab: string) => kebab, ...SPELLINGS].map((spell) => [spell(name), spell(own)] as const);
  });
  const names = new Map(pairs);
  const longestFirst = [...names.keys()].sort((a, b) => b.length - a.length);
  const any = new RegExp(longestFirst.join("|"), "g");
  return (text) => text.replace(any, (found) => names.get(found) ?? found);
}

/** The identifiers that the template's code uses otherwise, which a feature cannot have as its name. */
export function namesInUse(project: Project): ReadonlySet<string> {
  const sources = [...project.files(TEMPLATE).filter((path) => path.endsWith(".ts")), "src/app.ts"];
  return new Set(sources.flatMap((path) => identifiersOf(project.read(path))));
}

const TOKEN = /\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[A-Za-z_$][\w$]*|\$\{|[`{}]/g;

/** The identifiers of a source, without words in its comments, strings and template literals. */
export function identifiersOf(source: string): string[] {
  const identifiers: string[] = [];
  const open: string[] = [];
  const token = new RegExp(TOKEN);
  for (let match = token.exec(source); match; match = token.exec(source)) {
    const [text] = match;
    const isInTemplate = open.at(-1) === "`";
    if (text === "`") isInTemplate ? open.pop() : open.push(text);
    else if (isInTemplate && text === "${") open.push(text);
    else if (isInTemplate) token.lastIndex = match.index + 1;
    else if (text === "{") open.push(text);
    else if (text === "}") open.pop();
    else if (/^[\w$]/.test(text)) identifiers.push(text);
  }
  return identifiers;
}
