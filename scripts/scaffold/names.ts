/** The names of a feature in every spelling that its code needs. */

export interface FeatureNames {
  /** As given, in kebab-case: the folder, the paths. */
  readonly kebab: string;
  /** One of them: `short-link` of `short-links`, and the name itself where it is no plural. */
  readonly one: string;
}

const KEBAB = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MAX_NAME = 40;

/** @returns Why this cannot be a name; undefined for a good one. */
export function refuseName(name: string): string | undefined {
  if (!KEBAB.test(name)) return `“${name}” is not in kebab-case, such as short-links.`;
  if (name.length > MAX_NAME) return `“${name}” is longer than ${MAX_NAME} characters.`;
  return undefined;
}

/** `short-links` → `shortLinks`. */
export function toCamel(kebab: string): string {
  return kebab.replace(/-([a-z0-9])/g, (_, first: string) => first.toUpperCase());
}

/** `short-links` → `ShortLinks`. */
export function toPascal(kebab: string): string {
  return toCamel(`-${kebab}`);
}

/** `short-links` → `short_links`. */
export function toSnake(kebab: string): string {
  return kebab.replaceAll("-", "_");
}

/** `short-links` → `short links`. */
export function toWords(kebab: string): string {
  return kebab.replaceAll("-", " ");
}

/** `short-links` → `Short links`. */
export function toSentence(kebab: string): string {
  const words = toWords(kebab);
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** `my-app` → `My App`. */
export function toTitle(kebab: string): string {
  return kebab.split("-").map(toSentence).join(" ");
}

/** English plurals whose singular the rules below get wrong. */
const IRREGULAR: Readonly<Record<string, string>> = {
  people: "person",
  children: "child",
  news: "news",
  series: "series",
  species: "species",
  lens: "lens",
  movies: "movie",
  cookies: "cookie",
  caches: "cache",
  shoes: "shoe",
  statuses: "status",
  bonuses: "bonus",
  aliases: "alias",
  buses: "bus",
  quizzes: "quiz",
  analyses: "analysis",
};

const RULES: readonly (readonly [RegExp, string])[] = [
  [/(ss|us|is)$/, "$1"],
  [/([^aeiou])ies$/, "$1y"],
  [/(ss|sh|ch|x|zz)es$/, "$1"],
  [/oes$/, "o"],
  [/s$/, ""],
];

/** What one of them is called: `invoice` of `invoices`. A name that is no plural is its own. */
export function toSingular(kebab: string): string {
  const [, start = "", word = kebab] = /^(.*-)?([^-]+)$/.exec(kebab) ?? [];
  const irregular = IRREGULAR[word];
  if (irregular !== undefined) return start + irregular;
  const rule = RULES.find(([pattern]) => pattern.test(word));
  return start + (rule ? word.replace(rule[0], rule[1]) : word);
}
