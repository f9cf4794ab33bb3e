/** The rows of a feature in `test/costs.snap.txt`. */
import { formatCosts, parseCosts } from "../cost-rows.ts";
import type { Project } from "./project.ts";
import { type Step, writing } from "./steps.ts";
import { renameSample, TEMPLATE } from "./template.ts";

const COSTS = "test/costs.snap.txt";

/** The measured rows of the template. */
export const SAMPLE_COSTS = `${TEMPLATE}/costs.txt`;

/** Adds the rows of the template under the feature's name. No step if the feature has rows. */
export function addCosts(project: Project, feature: string): Step[] {
  const rows = parseCosts(project.read(COSTS));
  if (rows.length === 0 || rows.some(({ owner }) => owner === feature)) return [];
  const own = parseCosts(renameSample(feature, project.read(SAMPLE_COSTS)));
  return writing(project, COSTS, formatCosts([...rows, ...own]), `${COSTS}: the costs of its routes`);
}

/** Removes the rows of a feature. */
export function removeCosts(project: Project, feature: string): Step[] {
  const rows = parseCosts(project.read(COSTS));
  const kept = rows.filter(({ owner }) => owner !== feature);
  return kept.length === rows.length ? [] : writing(project, COSTS, formatCosts(kept), `${COSTS}: rows removed`);
}
