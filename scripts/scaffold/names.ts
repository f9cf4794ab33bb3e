/** Converts the name of a feature to every spelling that its code needs. */

export interface FeatureNames {
  /** As entered, in kebab-case: for the folder and the paths. */
  readonly kebab: string;
  /** The singular: `short-link` for `short-links`, or the name itself if it is not a plural. */
  readonly one: string;
}

const KEBAB = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MAX_NAME = 40;

/** @returns An error message; undefined for a valid name. */
export function refuseName(name: string): string | undefined {
  if (!KEBAB.test(name)) return `“${name}” is not in kebab-case. Use a name such as short-links.`;
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

/** English plurals that the rules below would convert incorrectly. */
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

/** Converts to the singular: `invoices` → `invoice`. A name that is not a plural stays unchanged. */
export function toSingular(kebab: string): string {
  const [, start = "", word = kebab] = /^(.*-)?([^-]+)$/.exec(kebab) ?? [];
  const irregular = IRREGULAR[word];
  if (irregular !== undefined) return start + irregular;
  const rule = RULES.find(([pattern]) => pattern.test(word));
  return start + (rule ? word.replace(rule[0], rule[1]) : word);
}
