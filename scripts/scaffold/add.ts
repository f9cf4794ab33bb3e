/** Adds a feature: its files from the template, and its line in `src/app.ts`. */
import { addCosts } from "./costs.ts";
import { addToApp, findConst } from "./feature-list.ts";
import { toCamel } from "./names.ts";
import { refuseFeature } from "./new-name.ts";
import { done, list, type Outcome, refused, titled } from "./outcome.ts";
import { assetsOf, folderOf, type Project, testsOf } from "./project.ts";
import { type Step, takeSteps, writing } from "./steps.ts";
import { renderFeature } from "./template.ts";

export interface AddOptions {
  /** Pins the current route table. @returns An error message; undefined on success. */
  readonly updateSnapshot: () => string | undefined;
}

export function addFeature(project: Project, feature: string, { updateSnapshot }: AddOptions): Outcome {
  const reason = refuseFeature(project, feature);
  if (reason !== undefined) return refused(reason);
  const files = renderFeature(project, feature);
  const conflicts = findConflicts(project, feature, files);
  if (conflicts.length > 0) {
    const isListed = findConst(project.read("src/app.ts"), feature) !== undefined;
    if (isListed) return refused(`The feature \`${feature}\` already exists.`);
    return refused(`\`${feature}\` cannot be added, because these files already exist:`, ...list(conflicts));
  }
  const app = addToApp(project.read("src/app.ts"), feature, toCamel(feature));
  // The folder comes first: if a run is interrupted, the next one recognizes the feature's other files by it.
  const inOrder = [...files].sort(([a], [b]) => Number(b.startsWith("src/")) - Number(a.startsWith("src/")));
  const steps: Step[] = [
    ...inOrder.flatMap(([path, text]) => writing(project, path, text, path)),
    ...writing(project, "src/app.ts", app, "src/app.ts: two lines"),
    ...addCosts(project, feature),
  ];
  const before = new Map(steps.filter(({ path }) => project.has(path)).map(({ path }) => [path, project.read(path)]));
  const changes = takeSteps(project, steps);
  const problem = updateSnapshot();
  if (problem !== undefined) {
    undo(project, steps, before);
    return refused(`\`${feature}\` cannot be added: ${problem}`);
  }
  if (changes.length === 0) return done(`The feature \`${feature}\` already exists and is unchanged.`);
  const migration = [...files.keys()].find((path) => path.startsWith("migrations/"));
  return done(
    `Added the feature \`${feature}\`:`,
    ...list([...changes, "test/routes.snap.txt: its routes"]),
    ...titled("Next:", [
      `\`npm start\` applies ${migration} and serves http://localhost:8787/${feature}.`,
      `Edit it in ${folderOf(feature)}: schema.ts, then the table in ${migration}, then store.ts, routes and pages.`,
      `Change its tests with it (test/features/${feature}, test/browser/features/${feature}.test.ts).`,
      "Pin changed routes with `npm run routes -- --update`, and their costs with `npx vitest run test/costs.test.ts -u`.",
      "A user can create any number of them: src/limits/README.md explains quotas.",
      `\`npm run check\` runs its tests and all others. \`npm run remove -- ${feature}\` removes it again.`,
    ]),
  );
}

/** Files in the places of the feature that this command did not create. */
function findConflicts(project: Project, feature: string, files: ReadonlyMap<string, string>): string[] {
  const places = [folderOf(feature), assetsOf(feature), ...testsOf(project, feature)];
  const existing = places.flatMap((path) => project.files(path));
  const changed = [...files.keys()].filter((path) => project.has(path) && project.read(path) !== files.get(path));
  return [...new Set([...existing.filter((path) => !files.has(path)), ...changed])].sort();
}

/** Restores the project to its state before the steps. @param before The texts of the files that existed. */
function undo(project: Project, steps: readonly Step[], before: ReadonlyMap<string, string>): void {
  for (const { path } of steps) {
    const text = before.get(path);
    if (text === undefined) project.remove(path);
    else project.write(path, text);
  }
}
