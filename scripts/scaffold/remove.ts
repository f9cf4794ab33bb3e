/** Removes a feature: its folder, and its lines in the rest of the project. */
import { isCommitted, listUncommitted } from "./git.ts";
import { findImports, findLines, isMention, isWithin } from "./mentions.ts";
import { findDrop } from "./migrations.ts";
import { refuseName } from "./names.ts";
import { done, list, type Outcome, refused, titled } from "./outcome.ts";
import { folderOf, listFeatures, type Project } from "./project.ts";
import { planRemoval, type RemovalPlan } from "./removal-plan.ts";
import { takeSteps } from "./steps.ts";
import { renderFeature } from "./template.ts";

export interface RemoveOptions {
  /** Whether to delete uncommitted changes as well. Default: false. */
  readonly isForced?: boolean;
  /** Pins the current route table. @returns An error message; undefined on success. */
  readonly updateSnapshot: () => string | undefined;
}

export function removeFeature(project: Project, feature: string, options: RemoveOptions): Outcome {
  const features = listFeatures(project);
  const isCommittedFeature = refuseName(feature) === undefined && isCommitted(project.root, folderOf(feature));
  if (!features.includes(feature) && !isCommittedFeature) {
    if (findDrop(feature, project.list("migrations"))) return done(`The feature \`${feature}\` is already removed.`);
    return refused(`There is no feature \`${feature}\`. Features: ${features.join(", ")}.`);
  }
  const plan = planRemoval(project, feature, isCommittedFeature !== false);
  const refusal = refuse(project, feature, plan, options);
  if (refusal) return refusal;
  if (plan.shared.length + plan.owned.length + plan.last.length === 0)
    return done(`The feature \`${feature}\` is already removed.`);
  const lines = takeSteps(project, [...plan.shared, ...plan.owned]);
  const problem = options.updateSnapshot();
  if (problem !== undefined) return refused(...interrupted(feature, lines, problem));
  lines.push("test/routes.snap.txt: updated", ...takeSteps(project, plan.last));
  return done(
    `Removed the feature \`${feature}\`:`,
    ...list(lines),
    ...titled("Not removed; decide yourself:", plan.remains),
    ...titled("It is still mentioned in:", mentions(project, feature, plan)),
    "",
    `Next: ${plan.unused.length > 0 ? "`npm ci`, then " : ""}\`npm run check\`.`,
  );
}

function refuse(
  project: Project,
  feature: string,
  plan: RemovalPlan,
  { isForced = false }: RemoveOptions,
): Outcome | undefined {
  const removed = plan.removed;
  const kept = project.files().filter((path) => !isWithin(path, removed));
  const imports = findImports(plan.read, kept, removed);
  if (imports.length > 0) {
    const places = imports.map(({ path, line, text }) => `${path}:${line}  ${text}`);
    return refused(`Other code imports files of \`${feature}\`. Change it first:`, ...list(places));
  }
  const lost = isForced ? [] : findUnsaved(project, feature, removed);
  if (lost.length > 0) {
    const advice = `Commit them, or delete them permanently: npm run remove -- ${feature} --force`;
    return refused(`These files have uncommitted changes:`, ...list(lost), advice);
  }
  return undefined;
}

/** Files with uncommitted changes, except those exactly as `add` created them: deleting these loses no work. */
function findUnsaved(project: Project, feature: string, removed: readonly string[]): string[] {
  const paths = listUncommitted(project.root, removed) ?? [];
  const made = paths.length > 0 ? renderFeature(project, feature) : new Map<string, string>();
  return paths.filter((path) => made.get(path) !== project.read(path));
}

const TEXT = /\.(ts|js|css|md|toml|ya?ml|html)$/;

function mentions(project: Project, feature: string, { keys, classes, unused }: RemovalPlan): string[] {
  const files = project
    .files()
    .filter((path) => TEXT.test(path) && !isWithin(path, ["scripts/scaffold", "test/scripts"]));
  const isNamed = isMention(feature, [...keys, ...classes, ...unused]);
  const tombstones = classes.map((name) => `[exports.${name}]`);
  return findLines(project.read, files, (line, path) => isNamed(line, path) && !tombstones.includes(line))
    .filter(({ path }) => !path.startsWith("migrations/"))
    .map(({ path, line, text }) => `${path}:${line}  ${text.slice(0, 100)}`);
}

function interrupted(feature: string, lines: readonly string[], problem: string): string[] {
  const advice = `Fix this, then run \`npm run remove -- ${feature}\` again to finish.`;
  return [
    `The feature \`${feature}\` is only partly removed. So far:`,
    ...list(lines),
    `The route table cannot be pinned: ${problem}`,
    advice,
  ];
}
