/** Removes unneeded packages from npm's lockfile (version 3), with the same result as `npm uninstall`. */
import { type PackageJson, removePackages } from "./packages.ts";

/** The part of a package in the lockfile that is read here. */
export interface LockedPackage extends PackageJson {
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly link?: boolean;
  readonly resolved?: string;
}

export interface Lockfile {
  readonly name?: string;
  /** By folder, such as `node_modules/zod`; the project itself under "". */
  readonly packages: Readonly<Record<string, LockedPackage>>;
  readonly [key: string]: unknown;
}

/** Removes direct dependencies of the project, and all packages that only they needed. */
export function removeLocked(lockfile: Lockfile, names: readonly string[]): Lockfile {
  const before = lockfile.packages;
  const rest = { ...before, "": removePackages(before[""] ?? {}, names) };
  const [needed, stillNeeded] = [reach(before), reach(rest)];
  const kept = Object.entries(rest).filter(([path]) => stillNeeded.has(path) || !needed.has(path));
  const packages = Object.fromEntries(
    kept.map(([path, entry]) => [path, flag(entry, needed.get(path), stillNeeded.get(path))]),
  );
  return { ...lockfile, packages };
}

/** The kinds of dependencies on each way from the project to a package; "" for regular ones only. */
type Ways = ReadonlySet<Way>;
type Way = "" | "dev" | "optional" | "dev optional" | "peer" | "dev peer" | "optional peer" | "dev optional peer";

/** The ways from the project to each package that can be reached. */
function reach(packages: Lockfile["packages"]): ReadonlyMap<string, Ways> {
  const found = new Map<string, Set<Way>>();
  const visit = (path: string, way: Way): void => {
    const ways = found.get(path) ?? new Set();
    if (ways.has(way)) return;
    found.set(path, ways.add(way));
    for (const edge of edgesOf(path, packages[path] ?? {})) {
      const target = edge.link ?? resolve(packages, path, edge.name);
      if (target !== undefined) visit(target, along(way, edge.kind));
    }
  };
  visit("", "");
  return found;
}

interface Edge {
  readonly name: string;
  readonly kind: "" | "dev" | "optional" | "peer";
  readonly link?: string;
}

function edgesOf(path: string, entry: LockedPackage): Edge[] {
  if (entry.link) return [{ name: "", kind: "", link: entry.resolved ?? "" }];
  const isProject = !path.includes("node_modules/");
  const edges = (list: Readonly<Record<string, string>> | undefined, kind: Edge["kind"]) =>
    Object.keys(list ?? {}).map((name) => ({ name, kind }));
  const optional = Object.keys(entry.optionalDependencies ?? {});
  return [
    ...edges(entry.dependencies, "").filter(({ name }) => !optional.includes(name)),
    ...edges(entry.optionalDependencies, "optional"),
    ...edges(entry.peerDependencies, "peer").filter(({ name }) => !entry.peerDependenciesMeta?.[name]?.optional),
    ...(isProject ? edges(entry.devDependencies, "dev") : []),
  ];
}

function along(way: Way, kind: Edge["kind"]): Way {
  const kinds = new Set([...way.split(" "), kind]);
  return ["dev", "optional", "peer"].filter((name) => kinds.has(name)).join(" ") as Way;
}

/** Resolves a package as Node does: in the nearest `node_modules` upwards. */
function resolve(packages: Lockfile["packages"], from: string, name: string): string | undefined {
  let folder = from;
  for (;;) {
    const path = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (path in packages) return path;
    if (folder === "") return undefined;
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf("node_modules/") - 1));
  }
}

const FLAGS = ["dev", "optional", "devOptional", "peer"] as const;

/** Sets the flags again if the ways to the package have changed, as npm does. */
function flag(entry: LockedPackage, before: Ways | undefined, after: Ways | undefined): LockedPackage {
  if (!before || !after) return entry;
  const [old, now] = [flagsOf(before), flagsOf(after)];
  if (FLAGS.every((name) => old[name] === now[name])) return entry;
  const kept = Object.entries(entry).filter(([key]) => !(FLAGS as readonly string[]).includes(key));
  const set = FLAGS.filter((name) => now[name]).map((name) => [name, true] as const);
  return inNpmsOrder(Object.fromEntries([...kept, ...set]));
}

function flagsOf(ways: Ways): Readonly<Record<(typeof FLAGS)[number], boolean>> {
  const all = [...ways].map((way) => way.split(" "));
  const only = (kind: string) => all.every((way) => way.includes(kind));
  const either = all.every((way) => way.includes("dev") || way.includes("optional"));
  const [dev, optional] = [only("dev"), only("optional")];
  return { dev, optional, devOptional: either && !dev && !optional, peer: only("peer") };
}

/** npm writes plain values before objects, and in each group these keys first and the others in alphabetical order. */
const FIRST_KEYS = ["name", "version", "resolved", "integrity", "dependencies"];

function inNpmsOrder(entry: LockedPackage): LockedPackage {
  const rank = ([key, value]: [string, unknown]) => {
    const isObject = typeof value === "object" && !Array.isArray(value);
    const place = FIRST_KEYS.indexOf(key);
    return Number(isObject) * 10 + (place < 0 ? FIRST_KEYS.length : place);
  };
  const compare = (a: [string, unknown], b: [string, unknown]) => rank(a) - rank(b) || (a[0] < b[0] ? -1 : 1);
  return Object.fromEntries(Object.entries(entry).sort(compare));
}
