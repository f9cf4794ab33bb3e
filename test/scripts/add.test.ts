/** `npm run add` on a small project, and `npm run remove` of what it made. */
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { formatCosts, parseCosts } from "../../scripts/cost-rows.ts";
import { addFeature } from "../../scripts/scaffold/add.ts";
import { formatSources } from "../../scripts/scaffold/format.ts";
import { openProject, type Project } from "../../scripts/scaffold/project.ts";
import { removeFeature } from "../../scripts/scaffold/remove.ts";
import { createCheckout, FILES, git, interruptEverywhere, pin, readAll, writeFiles } from "./checkout.ts";

const add = (project: Project, feature: string) =>
  addFeature(project, feature, { updateSnapshot: () => pin(project.root) });
const addIn = (folder: string, feature: string) => add(openProject(folder), feature);
const removeIn = (folder: string, feature: string) =>
  removeFeature(openProject(folder), feature, { updateSnapshot: () => pin(folder) });
const COSTS = "test/costs.snap.txt";
const read = (folder: string, path: string) => readAll(folder)[path] ?? "";

test("makes every file under the feature's name, and its line", () => {
  const folder = createCheckout("committed");
  const { isDone, lines } = addIn(folder, "short-links");
  expect([isDone, lines.join("\n")]).toEqual([true, expect.stringContaining("http://localhost:8787/short-links")]);
  const added = Object.keys(readAll(folder)).filter((path) => !(path in FILES));
  expect(added).toEqual([
    "migrations/0005_short_links.sql",
    "src/features/short-links/api-routes.ts",
    "src/features/short-links/guards.ts",
    "src/features/short-links/index.ts",
    "src/features/short-links/page-routes.ts",
    "src/features/short-links/pages.ts",
    "src/features/short-links/partials.ts",
    "src/features/short-links/schema.ts",
    "src/features/short-links/store.ts",
    "test/browser/features/short-links.test.ts",
    "test/features/short-links/api.test.ts",
    "test/features/short-links/failures.test.ts",
    "test/features/short-links/load.ts",
    "test/features/short-links/page.test.ts",
    "test/features/short-links/query-plans.snap.txt",
    "test/features/short-links/requests.ts",
  ]);
  expect(read(folder, "src/app.ts")).toBe(
    FILES["src/app.ts"]
      ?.replace(/(?=import { talk })/, 'import { shortLinks } from "./features/short-links/index.ts";\n')
      .replace("talk, home", "talk, shortLinks, home"),
  );
  expect(read(folder, "test/routes.snap.txt")).toContain("short-links");
});

test("spells the name as each place needs it, and leaves none of the template's", () => {
  const folder = createCheckout("committed");
  addIn(folder, "short-links");
  const all = Object.entries(readAll(folder)).filter(([path]) => !(path in FILES));
  expect(all.filter(([, text]) => /sample[-_ ]?item/i.test(text))).toEqual([]);
  const text = all.map(([, content]) => content).join("\n");
  for (const spelling of [
    "export const shortLinks = feature({",
    'name: "short-links"',
    'label: "Short links"',
    'path: "/short-links"',
    "CREATE TABLE short_links (",
    "CREATE INDEX short_links_by_owner",
    "interface StoredShortLink ",
    "createShortLink(",
    "listShortLinks(",
    "MAX_SHORT_LINK_BYTES",
    'requirePermission("short-links:read")',
    `label: "Add short link"`,
    '"/api/short-links/:id"',
    'summary: "List short links, newest first"',
    "responses: { 200: shortLinksBody }",
    '.meta({ id: "ShortLink" })',
  ])
    expect(text).toContain(spelling);
});

test("removed before a commit, it leaves no difference", () => {
  for (const name of ["short-links", "inventory"]) {
    const folder = createCheckout("committed");
    addIn(folder, name);
    const { isDone, lines } = removeIn(folder, name);
    expect([isDone, lines]).toEqual([true, expect.anything()]);
    expect(git(folder, "status", "--porcelain")).toBe("");
    expect(existsSync(join(folder, `src/features/${name}`))).toBe(false);
  }
});

test("removing what somebody has worked on needs --force", () => {
  const folder = createCheckout("committed");
  addIn(folder, "short-links");
  writeFileSync(join(folder, "src/features/short-links/schema.ts"), "changed\n");
  const { isDone, lines } = removeIn(folder, "short-links");
  expect([isDone, lines]).toEqual([false, expect.arrayContaining(["- src/features/short-links/schema.ts"])]);
  expect(lines.join("\n")).not.toContain("store.ts");
});

describe("refuses", () => {
  const names: Readonly<Record<string, RegExp>> = {
    ShortLinks: /not in kebab-case/,
    short_links: /not in kebab-case/,
    "-links": /not in kebab-case/,
    "1-links": /not in kebab-case/,
    "../links": /not in kebab-case/,
    "short--links": /not in kebab-case/,
    ["l".repeat(41)]: /longer than 40 characters/,
    talk: /already/,
    api: /reserved/,
    static: /reserved/,
    drop: /reserved/,
    "drop-talk": /reserved/,
    class: /`class` for two things/,
    new: /`new` for two things/,
    await: /`await` for two things/,
    pages: /`pages` for two things/,
    forms: /`form` for two things/,
    promises: /`Promise` for two things/,
    app: /`app` for two things/,
    users: /`user` for two things/,
    order: /SQL keyword/,
    index: /SQL keyword/,
    "d1-migrations": /table `d1_migrations`/,
    identity: /0001_identity\.sql would count as its migration/,
    "talk-words": /0004_talk_words\.sql would count as its migration/,
    words: /table `words`/,
  };
  test.each(Object.entries(names))("the name %s, in one line", (name, reason) => {
    const folder = createCheckout("committed");
    const { isDone, lines } = addIn(folder, name);
    expect([isDone, lines]).toEqual([false, [expect.stringMatching(reason)]]);
    expect(git(folder, "status", "--porcelain")).toBe("");
  });

  const obstacles = [
    "public/icons/a.svg",
    "src/features/icons/index.ts",
    "test/features/icons.test.ts",
    "test/features/icons+talk/a.test.ts",
  ];
  test.each(obstacles)("a name of which there is %s", (path) => {
    const folder = createCheckout("committed", { [path]: "there\n" });
    const { isDone, lines } = addIn(folder, "icons");
    expect([isDone, lines]).toEqual([false, [expect.stringContaining("already exist"), `- ${path}`]]);
    expect(git(folder, "status", "--porcelain")).toBe("");
  });

  test("what the route table refuses, and takes everything back", () => {
    const folder = createCheckout("committed");
    const before = readAll(folder);
    const options = { updateSnapshot: () => "SetupError: GET /policy is there twice" };
    const { isDone, lines } = addFeature(openProject(folder), "policies", options);
    expect([isDone, lines.join()]).toEqual([false, expect.stringContaining("GET /policy is there twice")]);
    expect(readAll(folder)).toEqual(before);
    expect(existsSync(join(folder, "src/features/policies"))).toBe(false);
    expect(existsSync(join(folder, "test/features/policies"))).toBe(false);
  });
});

describe("run again", () => {
  test("changes nothing", () => {
    const folder = createCheckout("committed");
    addIn(folder, "short-links");
    const after = readAll(folder);
    expect(addIn(folder, "short-links")).toEqual({ isDone: true, lines: [expect.stringContaining("already")] });
    expect(readAll(folder)).toEqual(after);
  });

  test("refuses a feature that somebody has worked on", () => {
    const folder = createCheckout("committed");
    addIn(folder, "short-links");
    writeFiles(folder, { "src/features/short-links/words.ts": "new\n" });
    const after = readAll(folder);
    expect(addIn(folder, "short-links")).toEqual({ isDone: false, lines: [expect.stringContaining("already")] });
    expect(readAll(folder)).toEqual(after);
  });

  test("finishes a run that was interrupted anywhere", () => {
    const { whole, finished } = interruptEverywhere(
      () => createCheckout("not in git"),
      (project) => expect(add(project, "short-links").lines[0]).toMatch(/^Added|already exists/),
    );
    expect(finished.length).toBeGreaterThan(20);
    for (const tree of finished) expect(tree).toEqual(whole);
  });

  test("after a removal that was committed takes another number", () => {
    const folder = createCheckout("committed");
    removeIn(folder, "talk");
    git(folder, "add", "-A");
    git(folder, "commit", "-qm", "Without");
    addIn(folder, "talk");
    expect(Object.keys(readAll(folder)).filter((path) => /talk.*sql$/.test(path))).toEqual([
      "migrations/0005_drop_talk.sql",
      "migrations/0006_talk.sql",
    ]);
    expect(removeIn(folder, "talk").isDone).toBe(true);
    expect(git(folder, "status", "--porcelain")).toBe("");
  });
});

test("is formatted as the project's Biome formats it, whatever the length of its name", () => {
  const folder = createCheckout("not in git");
  const root = join(import.meta.dirname, "../..");
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, ".biome.json"), '{ "formatter": { "indentStyle": "space", "lineWidth": 120 } }\n');
  for (const name of ["ox", "very-long-names-of-some-kind-of-thing"]) addIn(folder, name);
  const sources = new Map(Object.entries(readAll(folder)).filter(([path]) => /(ox|of-thing)\/.*\.ts$/.test(path)));
  expect(Object.fromEntries(formatSources(folder, sources))).toEqual(Object.fromEntries(sources));
});

describe("test/costs.snap.txt", () => {
  const owners = (folder: string) => parseCosts(read(folder, COSTS)).map(({ owner }) => owner);

  test("gets the rows of the template under the feature's name, in order, and loses them with the feature", () => {
    const folder = createCheckout("committed");
    addIn(folder, "short-links");
    const rows = parseCosts(read(folder, COSTS)).filter(({ owner }) => owner === "short-links");
    expect(rows.map(({ route }) => route)).toContain("DELETE /api/short-links/:id");
    expect(owners(folder)).toEqual(["home", ...rows.map(() => "short-links"), "talk", "texts"]);
    expect(read(folder, COSTS)).toBe(formatCosts(parseCosts(read(folder, COSTS))));
    removeIn(folder, "short-links");
    expect(read(folder, COSTS)).toBe(FILES[COSTS]);
  });

  test("keeps rows that were measured since", () => {
    const folder = createCheckout("committed");
    addIn(folder, "short-links");
    const measured = read(folder, COSTS).replace(/^(short-links +GET \S+ +)\d/m, "$17");
    writeFileSync(join(folder, COSTS), measured);
    addIn(folder, "short-links");
    expect(read(folder, COSTS)).toBe(measured);
  });
});
