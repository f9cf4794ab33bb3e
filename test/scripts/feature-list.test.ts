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
const toConst = (name: string) => name.replace(/-(\w)/g, (_, first: string) => first.toUpperCase());

test("what is added stands where Biome sorts it, before home, and goes again without a trace", () => {
  const texts = [app];
  for (const name of NAMES) texts.push(addToApp(texts.at(-1) ?? "", name, toConst(name)));
  const sources = new Map(texts.map((text, index) => [`src/${index}.ts`, text]));
  expect(Object.fromEntries(formatSources(root, sources))).toEqual(Object.fromEntries(sources));
  expect(readList(texts.at(-1) ?? "")).toEqual([...readList(app).slice(0, -1), ...NAMES.map(toConst), "home"]);
  for (const name of NAMES.toReversed()) {
    expect(removeFromApp(texts.pop() ?? "", name)).toBe(texts.at(-1));
  }
});

test("every feature of this project is found, and can be taken out", () => {
  for (const name of readList(app)) {
    const feature =
      /"\.\/features\/([^/]+)\//.exec(app.split("\n").find((line) => line.includes(`{ ${name} }`)) ?? "")?.[1] ?? "";
    expect(findConst(app, feature)).toBe(name);
    const without = removeFromApp(app, feature);
    expect(readList(without)).toEqual(readList(app).filter((other) => other !== name));
    expect(without).not.toContain(`features/${feature}/`);
    expect(removeFromApp(without, feature)).toBe(without);
  }
});

describe("a list with comments", () => {
  const commented =
    'import { a } from "./features/a/index.ts";\nconst features = [\n  // First.\n  a,\n  home, // last\n];\n';

  test("keeps its lines", () => {
    const added = addToApp(commented, "b", "b");
    expect(added).toContain("  // First.\n  a,\n  b,\n  home, // last\n];");
    expect(removeFromApp(added, "b")).toBe(commented);
    expect(removeFromApp(commented, "a")).toBe("const features = [\n  // First.\n  home, // last\n];\n");
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
