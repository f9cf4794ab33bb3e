/** Edits the lines of a feature: its import and list entry in `src/app.ts`, and its classes in `src/index.ts`. */

const LIST = /^(?:export )?const features(?:: [^=]+)? = \[([\s\S]*?)\]((?: as const)?(?: satisfies [^;=]+)?);$/m;
const LINE_WIDTH = 120;

/** The list of features in `src/app.ts` is missing or not readable. */
export class UnreadableListError extends Error {}

/** The name under which `src/app.ts` imports a feature; undefined if it does not. */
export function findConst(app: string, feature: string): string | undefined {
  return importOf(feature).exec(app)?.[1];
}

/** @returns The names in the list, in order. @throws UnreadableListError if there is no such list. */
export function readList(app: string): string[] {
  const list = LIST.exec(app)?.[1];
  if (list === undefined)
    throw new UnreadableListError("src/app.ts has no statement that begins with `const features = [`.");
  return withoutComments(list)
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** Removes the import and the list entry. */
export function removeFromApp(app: string, feature: string): string {
  const name = findConst(app, feature);
  if (name === undefined) return app;
  return writeList(app.replace(importOf(feature), ""), (names) => names.filter((other) => other !== name));
}

/** Adds the import in Biome's order, and the name before `home`, whose routes come last. */
export function addToApp(app: string, feature: string, name: string): string {
  if (findConst(app, feature) !== undefined) return app;
  const line = `import { ${name} } from "${pathOf(feature)}";\n`;
  const imports = [...app.matchAll(/^import .* from "(\.\/features\/[^"]+)";\n/gm)];
  const next = imports.find(([, path = ""]) => compareNaturally(path, pathOf(feature)) > 0);
  const last = imports.at(-1) ?? [...app.matchAll(/^import .*;\n/gm)].at(-1);
  const at = next ? next.index : last ? last.index + last[0].length : 0;
  return writeList(app.slice(0, at) + line + app.slice(at), (names) => {
    const place = names.indexOf("home");
    return place < 0 ? [...names, name] : names.toSpliced(place, 0, name);
  });
}

/** The object classes that `src/index.ts` exports from a feature. */
export function findClasses(index: string, feature: string): string[] {
  return [...index.matchAll(exportsOf(feature))].flatMap(([, names = ""]) =>
    names.split(",").map((name) => name.trim().replace(/^.* as /, "")),
  );
}

export function removeFromIndex(index: string, feature: string): string {
  return index.replace(exportsOf(feature), "");
}

function pathOf(feature: string): string {
  return `./features/${feature}/index.ts`;
}

function importOf(feature: string): RegExp {
  return new RegExp(`^import \\{ (\\w+) \\} from "\\./features/${feature}/index\\.ts";\\n`, "m");
}

function exportsOf(feature: string): RegExp {
  return new RegExp(`^export \\{([^}]*)\\} from "\\./features/${feature}/[^"]+";\\n`, "gm");
}

/** Writes the list in Biome's format. A list with comments keeps its lines. */
function writeList(app: string, change: (names: readonly string[]) => readonly string[]): string {
  const before = readList(app);
  const after = change(before);
  const list = LIST.exec(app);
  if (!list) return app;
  const [text, inner = "", types = ""] = list;
  const start = text.slice(0, text.indexOf("= [") + 3);
  const put = (written: string) => app.slice(0, list.index) + written + app.slice(list.index + text.length);
  if (withoutComments(inner) !== inner) return put(`${start}${editLines(inner, before, after)}]${types};`);
  const line = `${start}${after.join(", ")}]${types};`;
  const lines = `${start}\n${after.map((name) => `  ${name},\n`).join("")}]${types};`;
  return put(line.length <= LINE_WIDTH ? line : lines);
}

/** Edits a list that has one name per line. */
function editLines(inner: string, before: readonly string[], after: readonly string[]): string {
  const removed = before.filter((name) => !after.includes(name));
  const kept = inner.split("\n").filter((line) => !removed.includes(/^\s*(\w+),/.exec(line)?.[1] ?? ""));
  for (const name of after.filter((other) => !before.includes(other))) {
    const following = after[after.indexOf(name) + 1] ?? "";
    const place = kept.findIndex((line) => new RegExp(`^\\s*${following},`).test(line));
    kept.splice(following === "" || place < 0 ? kept.length - 1 : place, 0, `  ${name},`);
  }
  return kept.join("\n");
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
}

/** Compares the paths of imports as Biome does: part by part, numbers by value, other characters by code unit. */
function compareNaturally(a: string, b: string): number {
  const [left, right] = [a, b].map((path) => path.replace(/\d+/g, (digits) => digits.padStart(20, "0")).split("/"));
  const differing = (left ?? []).findIndex((part, index) => part !== right?.[index]);
  return differing < 0 ? 0 : (left?.[differing] ?? "") < (right?.[differing] ?? "") ? -1 : 1;
}
