/** `npm run remove` on a small project. */
import { rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { openProject, type Project } from "../../scripts/scaffold/project.ts";
import { removeFeature } from "../../scripts/scaffold/remove.ts";
import { commitAll, createCheckout, FILES, git, interruptEverywhere, pin, readAll, writeFiles } from "./checkout.ts";

const remove = (project: Project, feature: string, isForced = false) =>
  removeFeature(project, feature, { isForced, updateSnapshot: () => pin(project.root) });
const removeIn = (folder: string, feature: string, isForced = false) => remove(openProject(folder), feature, isForced);

const GONE = Object.keys(FILES).filter((path) => /talk/.test(path));

test("removes the folder, its tests, its migrations and its assets, and nothing else", () => {
  const folder = createCheckout("committed");
  expect(removeIn(folder, "talk").isDone).toBe(true);
  const after = readAll(folder);
  const added = "migrations/0005_drop_talk.sql";
  const expected = Object.keys(FILES).filter((path) => !GONE.includes(path));
  expect(Object.keys(after).sort()).toEqual([...expected, added].sort());
});

test("takes its lines out of the files that stay", () => {
  const folder = createCheckout("committed");
  removeIn(folder, "talk");
  const after = readAll(folder);
  const { app, index } = { app: after["src/app.ts"], index: after["src/index.ts"] };
  expect(app).toBe(
    FILES["src/app.ts"]?.replace('import { talk } from "./features/talk/index.ts";\n', "").replace("talk, ", ""),
  );
  expect(index).toBe('export { Limiter } from "./limits/limiter.ts";\n');
  expect(after["README.md"]).toBe(FILES["README.md"]?.replace("| `talk` | rooms |\n", ""));
  expect(after["test/routes.snap.txt"]).toBe("home texts\n");
  const costs = FILES["test/costs.snap.txt"]?.split("\n").filter((line) => !line.startsWith("talk"));
  expect(after["test/costs.snap.txt"]?.split("\n")).toEqual(costs);
});

test("removes the packages that only it imports, with what only they need", () => {
  const folder = createCheckout("committed");
  const { lines } = removeIn(folder, "talk");
  const after = readAll(folder);
  const manifest = JSON.parse(after["package.json"] ?? "");
  expect([manifest.dependencies, manifest.devDependencies]).toEqual([{ shared: "1.0.0" }, { biome: "1.0.0" }]);
  const { packages } = JSON.parse(after["package-lock.json"] ?? "");
  expect(Object.keys(packages)).toEqual(["", "node_modules/biome", "node_modules/biome-linux", "node_modules/shared"]);
  const { dependencies, devDependencies, cloudflare } = manifest;
  expect(packages[""]).toEqual({ name: "candor", dependencies, devDependencies });
  expect(cloudflare).toEqual({ bindings: { DB: { description: "Data." } } });
  expect(lines.join("\n")).toContain("npm ci");
});

/** The file without the feature's bindings, as it is in either case. */
const WITHOUT_BINDINGS = FILES["wrangler.toml"]
  ?.replace("# How many a room holds.\nTALK_SIZE = 10\n", "")
  .replace(', "TALK_SECRET"', "")
  .replace('# What is said.\n[[r2_buckets]]\nbinding = "TALK_FILES"\nbucket_name = "candor-talk"\n\n', "")
  .replace('[[durable_objects.bindings]]\nname = "TALK_ROOM"\nclass_name = "TalkRoom"\n\n', "");

describe("a feature that the last commit contains", () => {
  test("leaves a tombstone of its class and a migration that drops its tables, triggers first", () => {
    const folder = createCheckout("committed");
    removeIn(folder, "talk");
    const after = readAll(folder);
    const start = WITHOUT_BINDINGS?.slice(0, -'storage = "sqlite"\n'.length).replace(/type = "durable-object"\n$/, "");
    expect(after["wrangler.toml"]).toBe(
      `${start}# The Worker no longer has this class: the next deploy deletes its objects.\ntype = "durable-object"\nstate = "deleted"\n`,
    );
    expect(after["migrations/0005_drop_talk.sql"]?.match(/DROP.*/g)).toEqual([
      "DROP TRIGGER IF EXISTS rooms_say;",
      "DROP INDEX IF EXISTS words_by_id;",
      "DROP TABLE IF EXISTS words;",
      "DROP TABLE IF EXISTS rooms;",
    ]);
  });

  test("without git may have been deployed, too", () => {
    const folder = createCheckout("not in git");
    removeIn(folder, "talk");
    expect(Object.keys(readAll(folder))).toContain("migrations/0005_drop_talk.sql");
    expect(readAll(folder)["wrangler.toml"]).toContain('state = "deleted"');
  });
});

test("a feature that no commit contains leaves nothing", () => {
  const folder = createCheckout("committed");
  rmSync(join(folder, ".git"), { recursive: true });
  const own = GONE.filter((path) => path !== "test/features/texts+talk/both.test.ts");
  for (const path of own) rmSync(join(folder, path));
  git(folder, "init", "-q");
  commitAll(folder);
  writeFiles(folder, Object.fromEntries(own.map((path) => [path, FILES[path] ?? ""])));
  expect(removeIn(folder, "talk", true).isDone).toBe(true);
  const after = readAll(folder);
  expect(Object.keys(after).filter((path) => path.includes("drop"))).toEqual([]);
  expect(after["wrangler.toml"]).toBe(
    WITHOUT_BINDINGS?.replace('\n[exports.TalkRoom]\ntype = "durable-object"\nstorage = "sqlite"\n', ""),
  );
});

test("names what stays, and where the feature is still mentioned", () => {
  const folder = createCheckout("committed", { "docs/rooms.md": "Rooms\n\nare in TALK_ROOM, of src/features/talk.\n" });
  const text = removeIn(folder, "talk").lines.join("\n");
  expect(text).toContain("candor-talk");
  expect(text).toContain("README.md:7  See `talk`.");
  expect(text).toContain("docs/rooms.md:3  are in TALK_ROOM");
  expect(text).not.toMatch(/wrangler\.toml:\d/);
});

describe("refuses", () => {
  test("an unknown feature, in one line that lists the known ones", () => {
    for (const name of ["talks", "identity", "../web", "Talk"]) {
      const folder = createCheckout("committed");
      const { isDone, lines } = removeIn(folder, name);
      expect([isDone, lines]).toEqual([false, [`There is no feature \`${name}\`. Features: home, talk, texts.`]]);
      expect(git(folder, "status", "--porcelain")).toBe("");
    }
  });

  const importers: Readonly<Record<string, (path: string) => string>> = {
    "src/features/texts/say.ts": (path) => `import {\n  x,\n} from "${path}";\n`,
    "src/web/say.ts": (path) => `\n\nconst room = import("${path}");\n`,
    "test/web/say.test.ts": (path) => `\n\nvi.mock('${path}');\n`,
    "public/say.css": (path) => `\n\n@import "${path}";\n`,
    "src/main.ts": (path) => `\n\nexport * from "${path}";\n`,
  };
  const targets = ["src/features/talk/room.ts", "test/features/talk/room.test.ts", "public/talk/talk.css"];
  const imports = Object.entries(importers).flatMap(([path, write]) =>
    targets.map((target) => ({ path, write, target })),
  );
  test.each(imports)("a feature whose $target is imported by $path, and says where", ({ path, write, target }) => {
    const text = write(`./${relative(dirname(path), target)}`.replace("./../", "../"));
    const folder = createCheckout("committed", { [path]: text });
    const { isDone, lines } = removeIn(folder, "talk");
    expect(isDone).toBe(false);
    expect(lines.join("\n")).toContain(`${path}:3  `);
    expect(git(folder, "status", "--porcelain")).toBe("");
  });

  const unsaved: Readonly<Record<string, (folder: string) => void>> = {
    "a file that was changed": (folder) => writeFileSync(join(folder, "src/features/talk/index.ts"), "changed\n"),
    "a staged change": (folder) => {
      writeFileSync(join(folder, "src/features/talk/index.ts"), "changed\n");
      git(folder, "add", "-A");
    },
    "a new file": (folder) => writeFiles(folder, { "src/features/talk/words/new.ts": "new\n" }),
    "a new test": (folder) => writeFiles(folder, { "test/integration/features/talk.test.ts": "new\n" }),
    "a new asset": (folder) => writeFiles(folder, { "public/talk/über.css": "new\n" }),
  };
  test.each(Object.entries(unsaved))("to delete %s without --force", (_, change) => {
    const folder = createCheckout("committed");
    change(folder);
    const before = readAll(folder);
    const { isDone, lines } = removeIn(folder, "talk");
    expect([isDone, lines.at(-1)]).toEqual([false, expect.stringContaining("--force")]);
    expect(readAll(folder)).toEqual(before);
    expect(removeIn(folder, "talk", true).isDone).toBe(true);
  });
});

test("changes of other files that no commit has stay, and are no obstacle", () => {
  const folder = createCheckout("committed");
  writeFiles(folder, { "src/features/texts/index.ts": "changed\n", "README.md": `${FILES["README.md"]}changed\n` });
  expect(removeIn(folder, "talk").isDone).toBe(true);
  expect(readAll(folder)["src/features/texts/index.ts"]).toBe("changed\n");
  expect(readAll(folder)["README.md"]).toContain("See `talk`.\nchanged\n");
});

describe("run again", () => {
  test("says that it is done, before a commit and after", () => {
    const folder = createCheckout("committed");
    removeIn(folder, "talk");
    const after = readAll(folder);
    expect(removeIn(folder, "talk")).toEqual({ isDone: true, lines: ["The feature `talk` is already removed."] });
    commitAll(folder);
    expect(removeIn(folder, "talk")).toEqual({ isDone: true, lines: ["The feature `talk` is already removed."] });
    expect(readAll(folder)).toEqual(after);
  });

  test.each(["committed", "not in git"] as const)("finishes a run that was interrupted anywhere (%s)", (commits) => {
    const { whole, finished } = interruptEverywhere(
      () => createCheckout(commits),
      (project) => expect(remove(project, "talk").isDone).toBe(true),
    );
    expect(finished.length).toBeGreaterThan(15);
    for (const tree of finished) expect(tree).toEqual(whole);
  });

  test("finishes a run that could not pin the table", () => {
    const folder = createCheckout("committed");
    const failed = removeFeature(openProject(folder), "talk", { updateSnapshot: () => "SetupError: no" });
    expect([failed.isDone, failed.lines.join("\n")]).toEqual([false, expect.stringContaining("SetupError: no")]);
    expect(removeIn(folder, "talk").isDone).toBe(true);
    expect(readAll(folder)["src/features/talk/index.ts"]).toBeUndefined();
    expect(readAll(folder)["test/routes.snap.txt"]).toBe("home texts\n");
  });
});
