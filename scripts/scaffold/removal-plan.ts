/** Plans the removal of a feature from the current state of the project, before anything is changed. */
import { removeCosts } from "./costs.ts";
import { readEnvKeys } from "./env-keys.ts";
import { classesOf, removeBindings, resourcesOf } from "./feature-bindings.ts";
import { findClasses, removeFromApp, removeFromIndex } from "./feature-list.ts";
import { type Lockfile, removeLocked } from "./lockfile.ts";
import { isWithin, type Read, removeRows } from "./mentions.ts";
import { alteredBy, dropAll, findDrop, migrationsOf, nextMigration, numberOf } from "./migrations.ts";
import { findUnused, type PackageJson, removeDescriptions, removePackages, type Source, toJson } from "./packages.ts";
import { assetsOf, folderOf, listFeatures, type Project, testsOf } from "./project.ts";
import { removing, type Step, writing } from "./steps.ts";

/** The steps in order. Until the last ones are taken, the plan can be computed again. */
export interface RemovalPlan {
  /** Removes the feature's lines from files that are kept. */
  readonly shared: readonly Step[];
  /** Removes the feature's own files outside its folder. */
  readonly owned: readonly Step[];
  /** Removes the folder, last because the other steps are derived from its declarations. */
  readonly last: readonly Step[];
  /** The files and folders that are removed. */
  readonly removed: readonly string[];
  /** Reads the planned content of a file. */
  readonly read: Read;
  readonly keys: readonly string[];
  readonly classes: readonly string[];
  /** Packages that are no longer needed. */
  readonly unused: readonly string[];
  /** Things of the feature that no step removes. */
  readonly remains: readonly string[];
}

/** @param isDeployed Whether it may have been deployed. If so, its deployed tables and objects are removed as well. */
export function planRemoval(project: Project, feature: string, isDeployed: boolean): RemovalPlan {
  const migrations = migrationsOf(feature, project.list("migrations"), listFeatures(project));
  const owned = [...testsOf(project, feature), assetsOf(feature), ...migrations.map((file) => `migrations/${file}`)];
  const removed = [...owned, folderOf(feature)];
  const toml = project.read("wrangler.toml");
  const keys = [
    ...new Set(sources(project, project.files(folderOf(feature))).flatMap(({ text }) => readEnvKeys(text))),
  ];
  const classes = [...new Set([...classesOf(toml, keys), ...findClasses(project.read("src/index.ts"), feature)])];
  const unused = findUnusedPackages(project, removed);
  const shared = [
    ...writing(project, "wrangler.toml", removeBindings(toml, { keys, classes }, isDeployed), describeBindings(keys)),
    ...packageSteps(project, unused, keys),
    ...markdownSteps(project, feature, removed),
    ...removeCosts(project, feature),
    ...writing(
      project,
      "src/index.ts",
      removeFromIndex(project.read("src/index.ts"), feature),
      "src/index.ts: export removed",
    ),
    ...writing(
      project,
      "src/app.ts",
      removeFromApp(project.read("src/app.ts"), feature),
      "src/app.ts: two lines removed",
    ),
    ...(isDeployed ? dropSteps(project, feature, migrations) : []),
  ];
  const texts = new Map(shared.map(({ path, text }) => [path, text ?? ""]));
  return {
    shared,
    owned: owned.flatMap((path) => removing(project, path)),
    last: removing(project, folderOf(feature)),
    removed,
    read: (path) => texts.get(path) ?? project.read(path),
    keys,
    classes,
    unused,
    remains: [
      ...resourcesOf(toml, keys).map(({ kind, name }) => `${kind}: ${name} with its data, locally and on Cloudflare`),
      ...alteredBy(readMigrations(project, migrations)).map(
        (table) => `table ${table}: the changes that a migration made to it`,
      ),
    ],
  };
}

function describeBindings(keys: readonly string[]): string {
  return `wrangler.toml: ${keys.join(", ")} removed`;
}

function readMigrations(project: Project, files: readonly string[]): string[] {
  return files.map((file) => project.read(`migrations/${file}`));
}

/** No step if an earlier run has written the migration. */
function dropSteps(project: Project, feature: string, migrations: readonly string[]): Step[] {
  const files = project.list("migrations");
  const [existing, last] = [findDrop(feature, files), migrations.at(-1)];
  const sql = dropAll(feature, readMigrations(project, migrations));
  if (sql === undefined || (existing && last && numberOf(existing) > numberOf(last))) return [];
  const path = `migrations/${nextMigration(`drop-${feature}`, files)}`;
  return writing(project, path, sql, `${path} drops its tables if they exist`);
}

const CODE = /\.([cm]?[jt]s|css)$/;

function sources(project: Project, files: readonly string[]): Source[] {
  return files.filter((path) => CODE.test(path)).map((path) => ({ path, text: project.read(path) }));
}

function findUnusedPackages(project: Project, removed: readonly string[]): string[] {
  const manifest = readJson<PackageJson>(project, "package.json") ?? {};
  const all = sources(project, project.files());
  const isRemoved = ({ path }: Source) => isWithin(path, removed);
  return findUnused(
    manifest,
    all.filter(isRemoved),
    all.filter((source) => !isRemoved(source)),
  );
}

/** The manifest comes last, because a second run finds the remaining work by it. */
function packageSteps(project: Project, unused: readonly string[], keys: readonly string[]): Step[] {
  const [manifest, lockfile] = [
    readJson<PackageJson>(project, "package.json"),
    readJson<Lockfile>(project, "package-lock.json"),
  ];
  if (!manifest) return [];
  const described = removeDescriptions(manifest, keys);
  const isDescribed = described !== manifest;
  if (unused.length === 0 && !isDescribed) return [];
  const names = [...unused, ...(isDescribed ? ["the descriptions of its bindings"] : [])].join(", ");
  return [
    ...(lockfile && unused.length > 0
      ? writing(
          project,
          "package-lock.json",
          toJson(removeLocked(lockfile, unused), project.read("package-lock.json")),
          `package-lock.json: ${unused.join(", ")} removed, with the packages that only they needed`,
        )
      : []),
    ...writing(
      project,
      "package.json",
      toJson(removePackages(described, unused), project.read("package.json")),
      `package.json: ${names} removed`,
    ),
  ];
}

function markdownSteps(project: Project, feature: string, removed: readonly string[]): Step[] {
  const files = project.files().filter((path) => path.endsWith(".md") && !isWithin(path, removed));
  return files.flatMap((path) =>
    writing(project, path, removeRows(project.read(path), feature), `${path}: rows removed`),
  );
}

function readJson<T>(project: Project, path: string): T | undefined {
  return project.has(path) ? (JSON.parse(project.read(path)) as T) : undefined;
}
