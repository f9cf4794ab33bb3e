/** Edits `package.json` as data: finds and removes packages that are no longer needed. */

export interface PackageJson {
  readonly name?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly allowScripts?: Readonly<Record<string, unknown>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

/** A source file, which may import packages. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

const LISTS = ["dependencies", "devDependencies", "optionalDependencies"] as const;

/** Finds packages that `removed` imports and `kept` does not mention, and their `@types`. */
export function findUnused(manifest: PackageJson, removed: readonly Source[], kept: readonly Source[]): string[] {
  const installed = LISTS.flatMap((list) => Object.keys(manifest[list] ?? {}));
  const scripts = Object.values(manifest.scripts ?? {}).join("\n");
  const isUnused = (name: string) =>
    removed.some(({ text }) => imports(text, name)) &&
    !kept.some(({ text }) => mentions(text, name)) &&
    !scripts.split(/[^\w@/.-]+/).includes(name);
  const unused = installed.filter(isUnused);
  const types = unused.map((name) => `@types/${name.replace(/^@/, "").replace("/", "__")}`);
  return [...unused, ...types.filter((name) => installed.includes(name))];
}

/** Whether the text imports the package or a part of it. */
function imports(text: string, name: string): boolean {
  return new RegExp(`\\b(?:from|import)\\s*\\(?\\s*["']${escapePattern(name)}(?:/[^"']*)?["']`).test(text);
}

/** Whether a string could be an import of the package, or a path to it. */
function mentions(text: string, name: string): boolean {
  return new RegExp(`["'\`]${escapePattern(name)}(?:["'\`/])|node_modules/${escapePattern(name)}\\b`).test(text);
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/** Removes packages from the manifest, and lists that become empty. */
export function removePackages(manifest: PackageJson, names: readonly string[]): PackageJson {
  const entries = Object.entries(manifest).map(([key, value]) => {
    const isList = [...LISTS, "peerDependencies", "allowScripts", "overrides"].includes(key);
    return [key, isList ? without(value as Readonly<Record<string, unknown>>, names) : value] as const;
  });
  return Object.fromEntries(entries.filter(([key, value]) => !isEmptied(value, manifest[key])));
}

/** Removes the descriptions of bindings, which a Deploy button shows. */
export function removeDescriptions(manifest: PackageJson, keys: readonly string[]): PackageJson {
  const { cloudflare } = manifest as {
    readonly cloudflare?: { readonly bindings?: Readonly<Record<string, unknown>> };
  };
  if (!cloudflare?.bindings || !keys.some((key) => key in (cloudflare.bindings ?? {}))) return manifest;
  return { ...manifest, cloudflare: { ...cloudflare, bindings: without(cloudflare.bindings, keys) } };
}

function without<T>(record: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

function isEmptied(after: unknown, before: unknown): boolean {
  const count = (value: unknown) => (typeof value === "object" && value !== null ? Object.keys(value).length : 1);
  return count(after) === 0 && count(before) > 0;
}

/** Formats JSON as npm does: with the indentation of the existing file. */
export function toJson(value: unknown, before: string): string {
  const [, indentation = "  "] = /^\{\r?\n([ \t]+)/.exec(before) ?? [];
  return `${JSON.stringify(value, null, indentation)}${before.endsWith("\n") ? "\n" : ""}`;
}
