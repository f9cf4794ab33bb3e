/** `npm run rename` on a small project. */
import { describe, expect, test } from "vitest";
import { openProject, type Project } from "../../scripts/scaffold/project.ts";
import { renameApp } from "../../scripts/scaffold/rename.ts";
import { createCheckout, git, interruptEverywhere, readAll } from "./checkout.ts";

const rename = (folder: string, name: string) => renameApp(openProject(folder), name);

const MORE = {
  LICENSE: "Copyright The Candor authors\n",
  "docs/why.md": "Candor is a name.\n",
  "test/bench/package.json": '{\n  "name": "candor-bench"\n}\n',
  "test/bench/package-lock.json":
    '{\n  "name": "candor-bench",\n  "packages": {\n    "": {\n      "name": "candor-bench"\n    }\n  }\n}\n',
};

test("renames the package, the Worker, its resources and what people see", () => {
  const folder = createCheckout("committed", MORE);
  const before = readAll(folder);
  expect(rename(folder, "my-app").isDone).toBe(true);
  const after = readAll(folder);
  const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
  expect(
    Object.fromEntries(
      changed.map((path) => [path, before[path]?.replaceAll("candor", "my-app").replaceAll("Candor", "My App")]),
    ),
  ).toEqual(Object.fromEntries(changed.map((path) => [path, after[path]])));
  expect(changed).toEqual([
    "README.md",
    "package-lock.json",
    "package.json",
    "public/icon.svg",
    "src/web/app/app-name.ts",
    "test/bench/package-lock.json",
    "test/bench/package.json",
    "wrangler.toml",
  ]);
});

test("names what has the old name still, but for the licence, and what to run", () => {
  const text = rename(createCheckout("committed", MORE), "my-app").lines.join("\n");
  expect(text).toContain("docs/why.md:1  Candor is a name.");
  expect(text).not.toMatch(/LICENSE|test\/bench\S*:\d/);
  expect(text).toContain("npm start");
});

test("leaves what is a variable, a binding or a class, or has a name of its own", () => {
  const own = [
    "[vars]",
    'candor_name = "candor"',
    "[[r2_buckets]]",
    'binding = "candor"',
    'bucket_name = "candorous"',
    "[[kv_namespaces]]",
    'binding = "X"',
    'id = "candor"',
  ];
  const toml = ['name = "candor" # the Worker', "", ...own, "[[queues.producers]]", 'queue = "candor-jobs"', ""].join(
    "\n",
  );
  const folder = createCheckout("not in git", { "wrangler.toml": toml });
  rename(folder, "my-app");
  expect(readAll(folder)["wrangler.toml"]).toBe(
    toml.replace('name = "candor" #', 'name = "my-app" #').replace("candor-jobs", "my-app-jobs"),
  );
});

test("renamed back, it leaves no difference", () => {
  const folder = createCheckout("committed", MORE);
  for (const name of ["my-app", "crm", "candor"]) expect(rename(folder, name).isDone).toBe(true);
  expect(git(folder, "status", "--porcelain")).toBe("");
});

test("run again, it changes nothing", () => {
  const folder = createCheckout("committed");
  rename(folder, "my-app");
  const after = readAll(folder);
  expect(rename(folder, "my-app")).toEqual({ isDone: true, lines: ["The app is already named `my-app`."] });
  expect(readAll(folder)).toEqual(after);
});

describe("a run that was interrupted anywhere", () => {
  test.each(["my-app", "other"])("is finished by one that renames to %s", (second) => {
    let runs = 0;
    const { finished } = interruptEverywhere(
      () => {
        runs = 0;
        return createCheckout("not in git", MORE);
      },
      (project: Project) => renameApp(project, runs++ === 0 ? "my-app" : second),
    );
    const folder = createCheckout("not in git", MORE);
    rename(folder, second);
    expect(finished.length).toBeGreaterThan(14);
    for (const tree of finished) expect(tree).toEqual(readAll(folder));
  });
});

test.each(["My-App", "my_app", "", "my app", "-x", "ab", "a".repeat(51)])("refuses the name %j", (name) => {
  const folder = createCheckout("committed");
  expect(rename(folder, name)).toEqual({ isDone: false, lines: [expect.stringMatching(/kebab-case|characters/)] });
  expect(git(folder, "status", "--porcelain")).toBe("");
});
