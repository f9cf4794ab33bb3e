/** Adds a feature: its files from the template, and its line in `src/app.ts`. */
import { addToApp, findConst } from "./feature-list.ts";
import { toCamel } from "./names.ts";
import { refuseFeature } from "./new-name.ts";
import { done, list, type Outcome, refused, titled } from "./outcome.ts";
import { assetsOf, folderOf, type Project, testsOf } from "./project.ts";
import { type Step, take, writing } from "./steps.ts";
import { renderFeature } from "./template.ts";

export interface AddOptions {
  /** Pins the route table as it is now. @returns What went wrong; undefined where nothing did. */
  readonly updateSnapshot: () => string | undefined;
}

export function addFeature(project: Project, feature: string, { updateSnapshot }: AddOptions): Outcome {
  const reason = refuseFeature(project, feature);
  if (reason !== undefined) return refused(reason);
  const files = renderFeature(project, feature);
  const strange = strangers(project, feature, files);
  if (strange.length > 0) {
    const isThere = findConst(project.read("src/app.ts"), feature) !== undefined;
    if (isThere) return refused(`There is a feature \`${feature}\` already.`);
    return refused(`\`${feature}\` cannot be added, since these files exist already:`, ...list(strange));
  }
  const before = project.read("src/app.ts");
  const app = addToApp(before, feature, toCamel(feature));
  // The folder first: a second run takes the other files for the feature's own where there is one.
  const inOrder = [...files].sort(([a], [b]) => Number(b.startsWith("src/")) - Number(a.startsWith("src/")));
  const steps: Step[] = [
    ...inOrder.flatMap(([path, text]) => writing(project, path, text, path)),
    ...writing(project, "src/app.ts", app, "src/app.ts: two lines"),
  ];
  const made = take(project, steps);
  const problem = updateSnapshot();
  if (problem !== undefined) {
    undo(project, steps, before);
    return refused(`\`${feature}\` cannot be added: ${problem}`);
  }
  if (made.length === 0) return done(`The feature \`${feature}\` is there already, as it was added.`);
  const migration = [...files.keys()].find((path) => path.startsWith("migrations/"));
  return done(
    `The feature \`${feature}\` is added:`,
    ...list([...made, "test/routes.snap.txt: its routes"]),
    ...titled("Next:", [
      `\`npm start\` applies ${migration} and serves http://localhost:8787/${feature}.`,
      `Shape it in ${folderOf(feature)}: schema.ts, then the table in ${migration}, then store.ts, routes and pages.`,
      "Nothing limits how many a user may create: src/limits/README.md says how to set a quota.",
      `\`npm run check\` runs its tests with all others. \`npm run remove -- ${feature}\` takes it away again.`,
    ]),
  );
}

/** Files in the places of the feature that this command has not made. */
function strangers(project: Project, feature: string, files: ReadonlyMap<string, string>): string[] {
  const places = [folderOf(feature), assetsOf(feature), ...testsOf(project, feature)];
  const existing = places.flatMap((path) => project.files(path));
  const changed = [...files.keys()].filter((path) => project.has(path) && project.read(path) !== files.get(path));
  return [...new Set([...existing.filter((path) => !files.has(path)), ...changed])].sort();
}

/** Leaves the project as it was before the steps. */
function undo(project: Project, steps: readonly Step[], app: string): void {
  project.write("src/app.ts", app);
  for (const { path } of steps) if (path !== "src/app.ts") project.remove(path);
}
