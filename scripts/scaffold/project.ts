/** A checkout on disk. Each file is changed atomically, so that an interruption leaves no file half-written. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The operations that change files. Tests supply some that fail. */
export interface Disk {
  write(path: string, text: string): void;
  rename(from: string, to: string): void;
  /** Removes a file, or a folder with its contents, if it exists. */
  remove(path: string): void;
}

const DISK: Disk = {
  write: (path, text) => writeFileSync(path, text),
  rename: renameSync,
  remove: (path) => rmSync(path, { recursive: true, force: true }),
};

/** Paths are relative to the root, with slashes. */
export interface Project {
  readonly root: string;
  has(path: string): boolean;
  /** @returns An empty text if there is no such file. */
  read(path: string): string;
  /** The names in a folder, in order; none if there is no such folder. */
  list(folder: string): string[];
  /** The files in a folder and its subfolders; for a file, the file itself. */
  files(path?: string): string[];
  /** Writes atomically: a reader sees either the old text or the new one. */
  write(path: string, text: string): void;
  /** Removes a file, or a folder with its contents; then each parent folder that has become empty. */
  remove(path: string): void;
}

const GENERATED = new Set(["node_modules", ".git", ".wrangler", "dist"]);

const TEMPORARY = ".writing";

/** Excludes the temporary file of an interrupted run, which the next run replaces. */
function isNotTemporary(name: string): boolean {
  return !name.endsWith(TEMPORARY);
}

export function openProject(root: string, disk: Disk = DISK): Project {
  const at = (path: string) => join(root, path);
  const list = (folder: string) =>
    existsSync(at(folder)) ? readdirSync(at(folder)).filter(isNotTemporary).sort() : [];
  function files(path = ""): string[] {
    if (!existsSync(at(path))) return [];
    if (!statSync(at(path)).isDirectory()) return [path];
    const names = list(path).filter((name) => !GENERATED.has(name));
    return names.flatMap((name) => files(path === "" ? name : `${path}/${name}`));
  }
  function remove(path: string): void {
    disk.remove(at(path));
    const folder = dirname(path);
    if (folder !== "." && existsSync(at(folder)) && list(folder).length === 0) remove(folder);
  }
  return {
    root,
    has: (path) => existsSync(at(path)),
    read: (path) => (existsSync(at(path)) ? readFileSync(at(path), "utf8") : ""),
    list,
    files,
    write(path, text) {
      mkdirSync(dirname(at(path)), { recursive: true });
      disk.write(at(path + TEMPORARY), text);
      disk.rename(at(path + TEMPORARY), at(path));
    },
    remove,
  };
}

const FEATURES = "src/features";

/** The names of the features, in order. */
export function listFeatures(project: Project): string[] {
  return project.list(FEATURES).filter((name) => project.files(`${FEATURES}/${name}`).length > 0);
}

export function folderOf(feature: string): string {
  return `${FEATURES}/${feature}`;
}

const TESTS = ["test/features", "test/browser/features", "test/integration/features"];

/** The tests of a feature, including those shared with others: `test/features/notes+files` belongs to both. */
export function testsOf(project: Project, feature: string): string[] {
  return TESTS.flatMap((folder) =>
    project
      .list(folder)
      .filter((name) => name.split(".")[0]?.split("+").includes(feature))
      .map((name) => `${folder}/${name}`),
  );
}

/** The folder of a feature's stylesheets, scripts and images. */
export function assetsOf(feature: string): string {
  return `public/${feature}`;
}
