/** Renames the project: its package, its resources on Cloudflare, and the name that users see. */
import { changeStrings, listTables } from "./edit-toml.ts";
import type { Lockfile } from "./lockfile.ts";
import { findLines, isWithin } from "./mentions.ts";
import { refuseName, toTitle } from "./names.ts";
import { done, list, type Outcome, refused, titled } from "./outcome.ts";
import { type PackageJson, toJson } from "./packages.ts";
import type { Project } from "./project.ts";
import { type Step, takeSteps, writing } from "./steps.ts";

const APP_NAME = "src/web/app/app-name.ts";

/** A bucket's name has at most 63 characters, and the longest suffix is `-assets`. */
const MAX_NAME = 50;

export function renameApp(project: Project, name: string): Outcome {
  const reason =
    refuseName(name) ??
    (name.length < 3 || name.length > MAX_NAME ? `“${name}” must have 3 to ${MAX_NAME} characters.` : undefined);
  if (reason !== undefined) return refused(reason);
  const steps = planRename(project, name);
  if (steps.length === 0) return done(`The app is already named \`${name}\`.`);
  const title = toTitle(name);
  const old = titleOf(project.read(APP_NAME));
  const lines = takeSteps(project, steps);
  return done(
    `The app is now named \`${name}\`, and “${title}” on pages and in e-mails (${APP_NAME}):`,
    ...list(lines),
    ...titled(
      "These lines still contain the old name:",
      old === undefined || old === title ? [] : mentions(project, old),
    ),
    ...titled("Next:", [
      "`npm start` creates the local database and publishes the assets under the new names. The local data of the old name stays in .wrangler/state, so renaming back restores it.",
      "If the app was deployed: the next deploy creates a new Worker with a new, empty database and new buckets. Those of the old name keep their data.",
      "`npm run check`.",
    ]),
  );
}

/** `package.json` comes last, because a second run reads the old name from it. */
function planRename(project: Project, name: string): Step[] {
  const toml = project.read("wrangler.toml");
  const source = project.read(APP_NAME);
  const titles = [...namesOf(project), workerOf(toml)].map(toTitle);
  const shown = [...new Set([titleOf(source) ?? "", ...titles])].filter((title) => title !== "");
  const title = toTitle(name);
  return [
    ...writing(
      project,
      "wrangler.toml",
      renameResources(toml, workerOf(toml), name),
      "wrangler.toml: the Worker and its resources",
    ),
    ...titleSteps(project, shown, title),
    ...writing(project, APP_NAME, renameConstants(source, title, name), APP_NAME),
    ...["test/bench", "test/runtimes"].flatMap((folder) => manifestSteps(project, folder, name)),
    ...manifestSteps(project, "", name),
  ];
}

function workerOf(toml: string): string {
  return listTables(toml)[0]?.strings.name ?? "";
}

function namesOf(project: Project): string[] {
  return ["package.json", "package-lock.json"].map((path) => readJson<PackageJson>(project, path)?.name ?? "");
}

/** Renames resources whose names equal or begin with the old name, but no variables, bindings or classes. */
function renameResources(toml: string, old: string, name: string): string {
  const isResource = (path: readonly string[]) =>
    path.length === 1
      ? path[0] === "name"
      : !path.includes("vars") && /^(.*_name|queue|dataset)$/.test(path.at(-1) ?? "");
  return changeStrings(toml, (path, value) => (isResource(path) ? renamed(value, old, name) : undefined));
}

/** `old-files` → `new-files`; undefined if the value has another name. */
function renamed(value: string, old: string, name: string): string | undefined {
  if (old === "" || (value !== old && !value.startsWith(`${old}-`))) return undefined;
  return name + value.slice(old.length);
}

/** The heading of the README and the title of the icon. */
function titleSteps(project: Project, shown: readonly string[], title: string): Step[] {
  const places = [
    ["README.md", (name: string) => `# ${name}\n`],
    ["public/icon.svg", (name: string) => `<title>${name}</title>`],
  ] as const;
  return places.flatMap(([path, wrap]) => {
    const text = project.read(path);
    const old = shown.find((name) => (path === "README.md" ? text.startsWith(wrap(name)) : text.includes(wrap(name))));
    return old === undefined
      ? []
      : writing(
          project,
          path,
          text.replace(wrap(old), () => wrap(title)),
          `${path}: the title`,
        );
  });
}

const TITLE = /^(export const APP_NAME = )(".*");$/m;
const ID = /^(export const APP_ID = )(".*");$/m;

function titleOf(source: string): string | undefined {
  const [, , text] = TITLE.exec(source) ?? [];
  return text === undefined ? undefined : (JSON.parse(text) as string);
}

function renameConstants(source: string, title: string, name: string): string {
  const put = (value: string) => (_: string, start: string) => `${start}${JSON.stringify(value)};`;
  return source.replace(TITLE, put(title)).replace(ID, put(name));
}

/** The lockfile comes first. @param folder Its package is named after it, such as `<name>-bench`; "" for the project. */
function manifestSteps(project: Project, folder: string, name: string): Step[] {
  const at = (file: string) => (folder === "" ? file : `${folder}/${file}`);
  const full = folder === "" ? name : `${name}-${folder.split("/").at(-1)}`;
  const manifest = readJson<PackageJson>(project, at("package.json"));
  const lockfile = readJson<Lockfile>(project, at("package-lock.json"));
  if (!manifest) return [];
  return [
    ...(lockfile
      ? writing(
          project,
          at("package-lock.json"),
          toJson(renameLock(lockfile, full), project.read(at("package-lock.json"))),
          at("package-lock.json"),
        )
      : []),
    ...writing(
      project,
      at("package.json"),
      toJson({ ...manifest, name: full }, project.read(at("package.json"))),
      at("package.json"),
    ),
  ];
}

function renameLock(lockfile: Lockfile, name: string): Lockfile {
  return { ...lockfile, name, packages: { ...lockfile.packages, "": { ...lockfile.packages[""], name } } };
}

const UNREAD = ["package-lock.json", "test", "scripts/scaffold"];

/**
 * Lines that contain the old title, outside tests, which have examples of their own. The licence is not searched: a copy
 * of the code must keep its notice.
 */
function mentions(project: Project, title: string): string[] {
  const word = new RegExp(`\\b${title}\\b`, "i");
  const files = project
    .files()
    .filter((path) => /\.(md|ts|js|css|svg|toml|txt|json)$/.test(path) && !isWithin(path, UNREAD));
  return findLines(project.read, files, (line) => word.test(line)).map(
    ({ path, line, text }) => `${path}:${line}  ${text.slice(0, 100)}`,
  );
}

function readJson<T>(project: Project, path: string): T | undefined {
  return project.has(path) ? (JSON.parse(project.read(path)) as T) : undefined;
}
