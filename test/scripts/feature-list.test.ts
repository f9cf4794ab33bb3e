/** The lines of a feature in `src/app.ts` and `src/index.ts`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  addToApp,
  findClasses,
  findConst,
  readList,
  removeFromApp,
  removeFromIndex,
  UnreadableListError,
} from "../../scripts/scaffold/feature-list.ts";
import { formatSources } from "../../scripts/scaffold/format.ts";

const root = join(import.meta.dirname, "../..");
const app = readFileSync(join(root, "src/app.ts"), "utf8");

/** With names of such lengths the list needs one line, and then one for each. */
const NAMES = ["zebras", "a-1", "a-10", "a-9", "short-links", "short", "notes-2", "live-view", "x".repeat(40)];
/** The folder that the app imports a feature from. */
const folderOf = (name: string) => new RegExp(`\\{ ${name} \\} from "\\./features/([^/]+)/`).exec(app)?.[1] ?? "";

const toConst = (name: string) => name.replace(/-(\w)/g, (_, first: string) => first.toUpperCase());

test("an added feature is sorted as Biome sorts it, before home, and removing it leaves no trace", () => {
  const few = readList(app)
    .slice(0, 4)
    .reduce((text, name) => removeFromApp(text, folderOf(name)), app);
  expect(few).toMatch(/^const features = \[\w.*\] as const satisfies readonly Feature\[\];$/m);
  const texts = [few];
  for (const name of NAMES) texts.push(addToApp(texts.at(-1) ?? "", name, toConst(name)));
  const sources = new Map(texts.map((text, index) => [`src/${index}.ts`, text]));
  expect(Object.fromEntries(formatSources(root, sources))).toEqual(Object.fromEntries(sources));
  expect(readList(texts.at(-1) ?? "")).toEqual([...readList(few).slice(0, -1), ...NAMES.map(toConst), "home"]);
  for (const name of NAMES.toReversed()) {
    expect(removeFromApp(texts.pop() ?? "", name)).toBe(texts.at(-1));
  }
});

test("every feature of this project is found, and can be taken out", () => {
  for (const name of readList(app)) {
    const feature = folderOf(name);
    expect(findConst(app, feature)).toBe(name);
    const without = removeFromApp(app, feature);
    expect(readList(without)).toEqual(readList(app).filter((other) => other !== name));
    expect(without).not.toContain(`features/${feature}/`);
    expect(removeFromApp(without, feature)).toBe(without);
  }
});

/** The ways to type the list: its start and its end. */
const TYPINGS = [
  ["const features = [", "];"],
  ["export const features = [", "] as const;"],
  ["const features: readonly Feature[] = [", "];"],
  ["const features = [", "] as const satisfies readonly Feature[];"],
  ["const features = [", "] satisfies Feature[];"],
];
const imported = 'import { a } from "./features/a/index.ts";\n';

describe.each(TYPINGS)("%s … %s", (start, end) => {
  test("keeps the types of the list", () => {
    const added = addToApp(`${imported}${start}a, home${end}\n`, "b", "b");
    expect(added).toContain(`\n${start}a, b, home${end}\n`);
    expect(readList(added)).toEqual(["a", "b", "home"]);
    expect(removeFromApp(added, "a")).not.toContain("features/a/");
    expect(removeFromApp(added, "a")).toContain(`${start}b, home${end}\n`);
  });

  test("keeps the lines of a list with comments", () => {
    const commented = `${imported}${start}\n  // First.\n  a,\n  home, // last\n${end}\n`;
    const added = addToApp(commented, "b", "b");
    expect(added).toContain(`  // First.\n  a,\n  b,\n  home, // last\n${end}`);
    expect(removeFromApp(added, "b")).toBe(commented);
    expect(removeFromApp(commented, "a")).toBe(`${start}\n  // First.\n  home, // last\n${end}\n`);
  });
});

test("a list that is not there is an error that says what is missing", () => {
  expect(() => addToApp("export {};\n", "a", "a")).toThrow(UnreadableListError);
});

test("the exports of a feature's classes are found and taken out, and those of others stay", () => {
  const index = [
    'export { ChatRoom, type X } from "./features/chat/room.ts";',
    'export { Old as Feed } from "./features/chat-feed/feed.ts";',
    'export { RateLimiter } from "./limits/rate-limiter.ts";',
    "",
  ].join("\n");
  expect(findClasses(index, "chat-feed")).toEqual(["Feed"]);
  expect(findClasses(index, "chat")).toContain("ChatRoom");
  expect(removeFromIndex(index, "chat")).toBe(index.split("\n").slice(1).join("\n"));
});
