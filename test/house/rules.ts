/** The rules of the layout: each takes the project's files and says what breaks it. */
import { posix } from "node:path";
import { listTables } from "../../scripts/scaffold/edit-toml.ts";
import { findConst, readList } from "../../scripts/scaffold/feature-list.ts";

export interface SourceFile {
  /** From the project's root, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** @returns A sentence for each breach; none where the rule is kept. */
export type Rule = (files: readonly SourceFile[]) => string[];

/** From left to right: a room may import from its own and from those further right. */
const FLOORS = [["index"], ["app"], ["features"], ["identity"], ["assets"], ["limits"], ["web"], ["env"], ["http"]];

export const directions: Rule = (files) =>
  sources(files).flatMap((file) => {
    const floor = floorOf(file.path);
    if (floor < 0) return [`${file.path} is in no room of the house`];
    return importsOf(file).flatMap(({ target }) => {
      if (!target.startsWith("src/") || roomOf(file.path) === roomOf(target)) return [];
      return floor < floorOf(target) ? [] : [`${file.path} must not import ${target}`];
    });
  });

export const httpStandsAlone: Rule = (files) =>
  sources(files)
    .filter(({ path }) => path.startsWith("src/http/"))
    .flatMap((file) => importsOf(file).map(({ target }) => ({ path: file.path, target })))
    .filter(({ target }) => !target.startsWith("src/http/"))
    .map(({ path, target }) => `${path} imports ${target} from outside src/http`);

export const oneDoor: Rule = (files) =>
  files
    .filter(({ path }) => path.endsWith(".ts") && !path.startsWith("src/http/"))
    .flatMap((file) => importsOf(file).map(({ target }) => ({ path: file.path, target })))
    .filter(({ target }) => target.startsWith("src/http/") && target !== "src/http/index.ts")
    .map(({ path, target }) => `${path} imports ${target} instead of src/http/index.ts`);

export const noCycles: Rule = (files) => {
  const graph = new Map(sources(files).map((file) => [file.path, importsOf(file).map(({ target }) => target)]));
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] => {
    if (trail.includes(path)) return [`cycle: ${[...trail.slice(trail.indexOf(path)), path].join(" → ")}`];
    if (finished.has(path)) return [];
    const cycles = (graph.get(path) ?? []).flatMap((target) => visit(target, [...trail, path]));
    finished.add(path);
    return cycles;
  };
  return [...graph.keys()].flatMap((path) => visit(path, []));
};

export const noAny: Rule = (files) =>
  sources(files)
    .filter(({ text }) => /[:<,|&(]\s*any\b|\bas any\b|\bany\[\]/.test(withoutStrings(codeOf(text))))
    .map(({ path }) => `${path} uses the type any`);

/** Requests are read by the core, or through `bodyOf`, which refuses a body that no guard has checked. */
export const bodiesThroughBodyOf: Rule = (files) =>
  sources(files)
    .filter(({ path }) => !path.startsWith("src/http/") && path !== "src/web/request/whole-body.ts")
    .filter(({ text }) => READS_BODY.test(withoutStrings(codeOf(text))))
    .map(({ path }) => `${path} reads the body of a request itself, instead of through bodyOf or a schema`);

const READS_BODY =
  /\brequest\s*\.\s*(?:(?:json|text|formData|arrayBuffer|blob|bytes|clone)\(|body\b(?! === undefined))|\{[^{}]*\bbody\b[^{}]*\} = (?:c\.)?request\b/;

/** Ids are compared in lower case, so each is read through `uuid` or `pathId`, in the code of new features as well. */
export const idsInLowerCase: Rule = (files) =>
  files
    .filter(({ path }) => /^(?:scripts\/scaffold\/template\/)?src\/(?!http\/).*\.ts$/.test(path))
    .filter(({ path, text }) => path !== "src/web/request/uuid.ts" && READS_ID.test(withoutStrings(codeOf(text))))
    .map(({ path }) => `${path} reads an id as it came: use uuid or pathId of src/web/request/uuid.ts`);

const READS_ID =
  /\bz\s*\.\s*(?:uuid|guid)\w*\(|\bparams\s*\??\.\s*id\b|\{[^{}]*\bid\b[^{}]*\} = (?:\w+\s*\.\s*)*params\b/;

export const opensWithSentence: Rule = (files) =>
  sources(files)
    .filter(({ text }) => !/^\/\*\*\s+[^\s*](?:(?!\*\/)[\s\S])*\.\s*\*\//.test(text))
    .map(({ path }) => `${path} does not open with a sentence that says what it owns`);

export const names: Rule = (files) =>
  files
    .filter(({ path }) => /^(src|test|scripts)\/.*\.ts$/.test(path))
    .flatMap(({ path }) => path.split("/").map((part) => ({ path, stem: part.replace(/(\.[a-z0-9]+)+$/, "") })))
    .filter(({ stem }) => !/^[a-z0-9]+([-+][a-z0-9]+)*$/.test(stem) || /^(utils?|lib|common|misc|helpers?)$/.test(stem))
    .map(({ path, stem }) => `${path}: ${stem} is not the kebab-case name of a concept`);

/** Folders whose entries are named for the features that they test, as in `auth+account`. */
const FEATURE_TESTS = /^test\/(?:browser\/|integration\/)?features\/([^/.]+)/;

/** A test that imports from a feature belongs to it. Tests of the rules and the scripts have imports in their texts. */
export const testsBelong: Rule = (files) =>
  files
    .filter(({ path }) => /^test\/(?!house\/|scripts\/).*\.ts$/.test(path))
    .flatMap((file) => importsOf(file).map(({ target }) => ({ path: file.path, target })))
    .flatMap(({ path, target }) => {
      const own = FEATURE_TESTS.exec(path)?.[1]?.split("+") ?? [];
      const features = (FEATURE_TESTS.exec(target) ?? /^src\/features\/([^/.]+)/.exec(target))?.[1]?.split("+") ?? [];
      const foreign = features.filter((feature) => !own.includes(feature));
      return foreign.map((feature) => `${path} imports ${target}, but its folder does not name ${feature}`);
    });

const AUGMENTATION = /declare module "[./]*env\.ts" \{\s*interface Env \{([\s\S]*?)\}/g;

export const bindingsStay: Rule = (files) => {
  const declared = inFeatures(files).flatMap(({ path, text }) =>
    [...codeOf(text).matchAll(AUGMENTATION)]
      .flatMap(([, body = ""]) => [...body.matchAll(/(\w+)\??:/g)])
      .map(([, name = ""]) => ({ name, room: roomOf(path) })),
  );
  return sources(files).flatMap(({ path, text }) =>
    declared
      .filter(
        ({ room, name }) => roomOf(path) !== room && new RegExp(`\\b${name}\\b`).test(withoutStrings(codeOf(text))),
      )
      .map(({ name, room }) => `${path} names ${name}, which ${room} declares`),
  );
};

/** `store.ts`, or `trash-store.ts` where one file would be too long. */
const STORE = /^([a-z0-9-]+-)?store\.ts$/;

export const sqlInStores: Rule = (files) =>
  inFeatures(files)
    .filter(({ path }) => !STORE.test(posix.basename(path)))
    .filter(({ text }) => /\.\s*prepare\(|\bsql\s*\.\s*exec\(/.test(withoutStrings(codeOf(text))))
    .map(({ path }) => `${path} has a statement of SQL, which belongs to the store of its feature`);

/** Migrations add columns while the previous Worker still runs, so a statement must not depend on their number or order. */
export const columnsNamed: Rule = (files) =>
  files
    .filter(({ path }) => /^(?:src|migrations|scripts)\/.*\.(?:ts|sql)$/.test(path))
    .flatMap(({ path, text }) => {
      const sql = path.endsWith(".sql") ? text.replace(SQL_COMMENT, "") : codeOf(text);
      const statements = [...sql.matchAll(POSITIONAL_INSERT), ...sql.matchAll(ALL_COLUMNS)];
      return statements.map(([found]) => `${path} does not name the columns: ${found.replace(/\s+/g, " ")}`);
    });

const SQL_COMMENT = /--.*|\/\*[\s\S]*?\*\//g;

const POSITIONAL_INSERT =
  /\b(?:INSERT|REPLACE)(?:\s+OR\s+\w+)?\s+INTO\s+(?:\$\{[^}]*\}|[\w."[\]\\])+\s+(?:AS\s+\w+\s+)?(?:VALUES|SELECT|WITH)\b/gi;

/** After SELECT, RETURNING or a comma, an asterisk is not a multiplication. */
const ALL_COLUMNS = /\b(?:SELECT(?:\s+DISTINCT|\s+ALL)?|RETURNING)(?:\s[^;`]*?,)?\s*(?:(?:\$\{[^}]*\}|[\w"])+\.)?\*/gi;

export const storesOnlyStore: Rule = (files) => {
  const answering = new Set(files.filter(({ text }) => /\bResponse\b/.test(codeOf(text))).map(({ path }) => path));
  return inFeatures(files, STORE).flatMap((file) => {
    const named = /\b(Response|[Ee]nv)\b/.exec(withoutStrings(codeOf(file.text)))?.[1];
    const web = importsOf(file).filter(({ target }) => target.startsWith("src/web/") && answering.has(target));
    return [
      ...(named ? [`${file.path} names ${named}`] : []),
      ...web.map(({ target }) => `${file.path} imports ${target}, which makes responses`),
    ];
  });
};

export const pagesDoNoIo: Rule = (files) =>
  inFeatures(files, /^(pages|partials)\.ts$/).flatMap((file) => {
    const named = /\b(await|env|fetch(?=\()|prepare(?=\())/.exec(withoutStrings(codeOf(file.text)))?.[1];
    const stores = importsOf(file).filter(({ target, typeOnly }) => STORE.test(posix.basename(target)) && !typeOnly);
    return [
      ...(named ? [`${file.path} names ${named}`] : []),
      ...stores.map(({ target }) => `${file.path} imports more than types from ${target}`),
    ];
  });

const APP = "src/app.ts";

/** A feature that the list lacks is not part of the app, and nothing else says so. */
export const featuresListed: Rule = (files) => {
  const app = files.find(({ path }) => path === APP)?.text;
  if (app === undefined) return [];
  const folders = new Set(inFeatures(files).map(({ path }) => path.split("/")[2] ?? ""));
  const listed = readList(app);
  return [...folders]
    .filter((name) => !listed.includes(findConst(app, name) ?? ""))
    .map((name) => `src/features/${name} is not in the list of ${APP}: add it, or run npm run remove -- ${name}`);
};

/** Of Durable Objects and workflows, those of other Workers excepted. */
export const classesExported: Rule = (files) => {
  const index = codeOf(files.find(({ path }) => path === "src/index.ts")?.text ?? "");
  const exported = [...index.matchAll(/\bexport (?:class (\w+)|\{([^}]*)\})/g)].flatMap(([, name, names = ""]) =>
    name !== undefined ? name : names.split(",").map((entry) => entry.trim().replace(/^.* as /, "")),
  );
  return boundClasses(files.find(({ path }) => path === "wrangler.toml")?.text ?? "")
    .filter((name) => !exported.includes(name))
    .map((name) => `wrangler.toml has the class ${name}, but src/index.ts does not export it: add the export`);
};

function boundClasses(toml: string): string[] {
  const names = listTables(toml).flatMap(({ path, strings: { class_name, script_name, state } }) => {
    if (path.at(-2) === "exports") return state === "deleted" ? [] : (path.at(-1) ?? []);
    return class_name === undefined || script_name !== undefined ? [] : class_name;
  });
  return [...new Set(names)];
}

/** npm installs what has no integrity unchecked, on the platforms for which it is. */
export const lockedPackages: Rule = (files) =>
  files
    .filter(({ path }) => isLockfile(path))
    .flatMap(({ path, text }) => lockedOf(text).map((entry) => ({ path, ...entry })))
    .filter(({ link, version, integrity }) => !link && (!version || !/^sha512-/.test(integrity ?? "")))
    .map(({ path, name }) => `${path}: ${name} lacks its version or its integrity`);

export function isLockfile(path: string): boolean {
  return posix.basename(path) === "package-lock.json";
}

interface LockedPackage {
  readonly link?: boolean;
  readonly version?: string;
  readonly integrity?: string;
}

function lockedOf(text: string): ({ readonly name: string } & LockedPackage)[] {
  const { packages }: { packages: Record<string, LockedPackage> } = JSON.parse(text);
  return Object.entries(packages)
    .filter(([name]) => name.startsWith("node_modules/"))
    .map(([name, entry]) => ({ name, ...entry }));
}

function sources(files: readonly SourceFile[]): SourceFile[] {
  return files.filter(({ path }) => path.startsWith("src/") && path.endsWith(".ts"));
}

/** @param name Of the file, without its folder. */
function inFeatures(files: readonly SourceFile[], name = /\.ts$/): SourceFile[] {
  return files.filter(({ path }) => path.startsWith("src/features/") && name.test(posix.basename(path)));
}

/** `src/web/pages/html.ts` is in room `web`, `src/app.ts` in `app`; each feature is a room of its own. */
function roomOf(path: string): string {
  const [, first = "", second = ""] = path.replace(/\.ts$/, "").split("/");
  return first === "features" ? `features/${second}` : first;
}

function floorOf(path: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(roomOf(path).split("/")[0] ?? ""));
}

interface Import {
  /** A path from the project's root, or the name of a package. */
  readonly target: string;
  readonly typeOnly: boolean;
}

const IMPORT = /\b(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s*from\s*)?"([^"]+)"|\bimport\(\s*"([^"]+)"/g;

function importsOf({ path, text }: SourceFile): Import[] {
  return [...codeOf(text).matchAll(IMPORT)].map(([, type, from, dynamic]) => {
    const name = from ?? dynamic ?? "";
    const target = name.startsWith(".") ? posix.join(posix.dirname(path), name) : name;
    return { target, typeOnly: type !== undefined };
  });
}

const STRING = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/;
const STRING_OR_COMMENT = new RegExp(`(${STRING.source})|/\\*[\\s\\S]*?\\*/|//.*`, "g");

/** The text without its comments. */
export function codeOf(text: string): string {
  return text.replace(STRING_OR_COMMENT, (_, string: string | undefined) => string ?? "");
}

function withoutStrings(code: string): string {
  return code.replace(new RegExp(STRING, "g"), '""');
}

const isStylesheet = ({ path }: SourceFile) => /^public\/.*\.css$/.test(path);

/** A stylesheet of a feature may override components, but not the other way round, whatever the selectors are. */
export const stylesInLayer: Rule = (files) =>
  files
    .filter((file) => isStylesheet(file) && !file.path.startsWith("public/style/"))
    .filter(({ text }) => !/^(?:\/\*[\s\S]*?\*\/\s*)?@layer pages \{\n(?:(?![^\s}]).*\n)*\}\n*$/.test(text))
    .map(({ path }) => `${path} has rules outside of @layer pages { … }`);

/** A property that no stylesheet declares has no value, and no browser says so. */
export const declaredProperties: Rule = (files) => {
  const styles = files.filter(isStylesheet);
  const declared = new Set(styles.flatMap(({ text }) => [...text.matchAll(/(--[\w-]+)\s*:/g)].map(([, name]) => name)));
  return styles.flatMap(({ path, text }) =>
    [...text.matchAll(/var\((--[\w-]+)(?=\s*\))/g)]
      .filter(([, name]) => !declared.has(name))
      .map(([, name]) => `${path} uses ${name}, which no stylesheet declares`),
  );
};

/** Files share Workers and their modules, so what a module registers when it is loaded is missing in the next file. */
export const hooksInFunctions: Rule = (files) =>
  files
    .filter(({ path }) => /^test\/(?!browser\/|integration\/|scripts\/).*(?<!\.test)\.ts$/.test(path))
    .filter(({ text }) => /^(?:before|after)(?:Each|All)\(/m.test(text))
    .map(({ path }) => `${path} registers a hook when it is loaded: export a function that does so`);
