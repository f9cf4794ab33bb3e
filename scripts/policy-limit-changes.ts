/** Describes the changes of limits, and whether they may admit more than before. */

import { labelsOf } from "../src/web/app/route-labels.ts";
import { escapeCell } from "./policy-cells.ts";
import { appChange, type Change, type Group } from "./policy-changes.ts";
import { formatNumbers, nameOfLimit, type PrintedLimit } from "./policy-limits.ts";
import type { PrintedPolicy, PrintedRoute } from "./policy-parse.ts";

/** Lists the changes of limits between two policies. */
export function compareLimits(before: PrintedPolicy, after: PrintedPolicy): Change[] {
  const [was, is] = [groupByName(before.limits), groupByName(after.limits)];
  return [...new Set([...is.keys(), ...was.keys()])].flatMap((name) => {
    const earlier = was.get(name) ?? [];
    const [gone, added] = withoutCommon(earlier, is.get(name) ?? []);
    const another = earlier.length > 0 ? added.splice(gone.length) : [];
    return [
      ...Array.from({ length: Math.max(gone.length, added.length) }).flatMap((_, index) =>
        describe(gone[index], added[index], before.routes, after.routes),
      ),
      ...another.map((limit) => describeAnother(limit, earlier, after.routes)),
    ];
  });
}

function groupByName(limits: readonly PrintedLimit[]): Map<string, PrintedLimit[]> {
  return Map.groupBy(limits, nameOfLimit);
}

/** Leaves out the limits that did not change. A name usually has one limit; several are compared in the order of the text. */
function withoutCommon(was: readonly PrintedLimit[], is: readonly PrintedLimit[]): [PrintedLimit[], PrintedLimit[]] {
  const isIn = (limits: readonly PrintedLimit[]) => (limit: PrintedLimit) =>
    limits.some((other) => formatNumbers(other) === formatNumbers(limit));
  const [inWas, inIs] = [isIn(was), isIn(is)];
  return [was.filter((limit) => !inIs(limit)), is.filter((limit) => !inWas(limit))];
}

type Routes = readonly PrintedRoute[];

function describe(was: PrintedLimit | undefined, is: PrintedLimit | undefined, before: Routes, after: Routes) {
  if (was && is) return [describeChanged(was, is, after)];
  // A new limit shows its numbers only: the sentence about its guard says what it means for access.
  if (is)
    return [appChange("neutral", `lists a new limit: ${nameOfLimit(is)}, ${formatNumbers(is)}${where(is, after)}`)];
  if (!was) return [];
  // If no route has its guard any longer, the sentences about the guard say so.
  if (labelsWith(was, before).length > 0 && labelsWith(was, after).length === 0) return [];
  return [
    appChange("widening", `no longer lists the limit ${nameOfLimit(was)}, ${formatNumbers(was)}${where(was, after)}`),
  ];
}

/** A second limit of the same name: the cells of guards do not show which routes have it. */
function describeAnother(limit: PrintedLimit, earlier: readonly PrintedLimit[], routes: Routes): Change {
  const group: Group = earlier.some((one) => mayAdmitMore(one, limit)) ? "widening" : "neutral";
  const text = `lists another limit of this name: ${nameOfLimit(limit)}, ${formatNumbers(limit)}`;
  return appChange(group, text + where(limit, routes));
}

function describeChanged(was: PrintedLimit, is: PrintedLimit, routes: Routes): Change {
  const group: Group = mayAdmitMore(was, is) ? "widening" : "narrowing";
  const isSameBut = formatNumbers({ ...was, max: is.max }) === formatNumbers(is);
  const verb = isSameBut ? (is.max > was.max ? "raises" : "lowers") : "changes";
  const from = isSameBut ? `${was.max}` : formatNumbers(was);
  return appChange(group, `${verb} ${nameOfLimit(is)} from ${from} to ${formatNumbers(is)}${where(is, routes)}`);
}

/**
 * Whether `is` may admit more than `was` in a period as long as the window of `was`. For example, more requests per longer
 * window may come all at once, and fewer requests per shorter window may add up to more.
 */
export function mayAdmitMore(was: PrintedLimit, is: PrintedLimit): boolean {
  if (was.unit !== is.unit) return true;
  const [before = Number.POSITIVE_INFINITY, after = Number.POSITIVE_INFINITY] = [was.windowSeconds, is.windowSeconds];
  const windows = before <= after ? 1 : Math.ceil(before / after);
  return !(windows * is.max <= was.max);
}

/** Such as ` (in 12 routes)`; empty if no guard shows the limit. */
function where(limit: PrintedLimit, routes: Routes): string {
  const labels = labelsWith(limit, routes);
  const [label] = labels;
  if (label === undefined) return "";
  return labels.length === 1 ? ` (in ${escapeCell(label)})` : ` (in ${labels.length} routes)`;
}

/** The labels of the routes with the limit. The detail of a guard lists the names of its limits. */
function labelsWith({ guard, name }: PrintedLimit, routes: Routes): string[] {
  const isLimited = ({ guards }: PrintedRoute) =>
    guards.some((one) => one.name === guard && namesIn(one.detail ?? "").includes(name));
  return [...new Set(routes.filter(isLimited).flatMap(labelsOf))];
}

function namesIn(detail: string): string[] {
  return [detail, ...detail.split(/[,;] */)];
}
