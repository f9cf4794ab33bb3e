/** Describes in words the changes from one printed policy to another. */
import type { PolicyExceptions } from "../src/env.ts";
import type { AppHooks } from "../src/web/app/policy.ts";
import { labelsOf } from "../src/web/app/route-labels.ts";
import { escapeCell, formatGuards } from "./policy-cells.ts";
import { appChange, type Change, change, describeHooks, GROUPS, type Group, mergeChanges } from "./policy-changes.ts";
import { authenticates, compareGuards, openTo } from "./policy-guard-changes.ts";
import { compareLimits } from "./policy-limit-changes.ts";
import type { PrintedPolicy, PrintedRoute } from "./policy-parse.ts";

const HEADINGS: Readonly<Record<Group, string>> = {
  widening: "WIDENS, OR MAY WIDEN",
  narrowing: "NARROWS",
  neutral: "NEITHER WIDENS NOR NARROWS",
};

/**
 * Describes the changes. Those that widen access come first.
 *
 * @param ref The name of the state before.
 * @returns Lines that end with LF.
 */
export function formatDiff(ref: string, before: PrintedPolicy, after: PrintedPolicy): string {
  const groups = mergeChanges(comparePolicies(before, after));
  if (GROUPS.every((group) => groups[group].length === 0)) return `No change of policy since ${ref}.\n`;
  const sections = GROUPS.flatMap((group) => {
    const sentences = groups[group].length > 0 ? groups[group] : ["nothing"];
    return ["", HEADINGS[group], ...sentences.map((sentence) => `- ${sentence}`)];
  });
  return `${[`Changes of policy since ${ref}:`, ...sections].join("\n")}\n`;
}

export function comparePolicies(before: PrintedPolicy, after: PrintedPolicy): Change[] {
  const [was, is] = [byLabel(before.routes), byLabel(after.routes)];
  const common = [...is.keys()].filter((label) => was.has(label));
  const order = [...was.keys()].filter((label) => is.has(label));
  const changes = [...is].flatMap(([label, route]) => {
    const old = was.get(label);
    return old ? compareRoutes(label, old, route) : [describeAdded(label, route)];
  });
  const removed = [...was.keys()].filter((label) => !is.has(label));
  return [
    ...changes,
    ...removed.map((label) => change("narrowing", [label], "removes")),
    ...compareLimits(before, after),
    ...compareAppHooks(before.hooks, after.hooks),
    ...compareExceptions(before.exceptions, after.exceptions),
    ...(common.join("\n") === order.join("\n") ? [] : [appChange("neutral", "reorders the routes of the table")]),
  ];
}

/** A route with several methods is there once for each. */
function byLabel(routes: readonly PrintedRoute[]): Map<string, PrintedRoute> {
  return new Map(routes.flatMap((route) => labelsOf(route).map((label) => [escapeCell(label), route] as const)));
}

function describeAdded(label: string, { guards, cors }: PrintedRoute): Change {
  const open = guards.length > 0 ? `a new route with ${formatGuards(guards)}` : "a new route without a guard";
  const added = change("neutral", [label], "adds");
  if (label === "OPTIONS *" && cors && guards.length === 0) return { ...added, group: "widening" };
  return authenticates(guards) ? added : openTo(label, open);
}

function compareRoutes(label: string, before: PrintedRoute, after: PrintedRoute): Change[] {
  const cors = before.cors
    ? change("narrowing", [label], "removes CORS from")
    : change("widening", [label], "adds CORS to");
  const hooks = (["onResponse", "onError"] as const).flatMap((hook) => {
    const text = describeHooks(hook, before[hook], after[hook]);
    return text === undefined ? [] : [change("widening", [label], "changes the hooks of", `: ${text}`)];
  });
  return [
    ...compareGuards(label, before.guards, after.guards),
    ...(before.cors === after.cors ? [] : [cors]),
    ...compareSchemas(label, before.schemas, after.schemas),
    ...compareBodyLimits(label, before.maxBodyBytes, after.maxBodyBytes),
    ...hooks,
  ];
}

function compareSchemas(label: string, before: PrintedRoute["schemas"], after: PrintedRoute["schemas"]): Change[] {
  const removed = before.filter((part) => !after.includes(part));
  const added = after.filter((part) => !before.includes(part));
  return [
    ...removed.map((part) => change("widening", [label], `removes the schema of the ${part} from`)),
    ...added.map((part) => change("narrowing", [label], `adds a schema of the ${part} to`)),
  ];
}

function compareBodyLimits(label: string, before: number | null, after: number | null): Change[] {
  if (before === after) return [];
  if (after === null) return [change("widening", [label], `removes the body limit of ${before} B from`)];
  if (before === null) return [change("narrowing", [label], `adds a body limit of ${after} B to`)];
  const [group, verb] = after > before ? (["widening", "raises"] as const) : (["narrowing", "lowers"] as const);
  return [change(group, [label], `${verb} the body limit of`, ` from ${before} B to ${after} B`)];
}

function compareAppHooks(before: AppHooks, after: AppHooks): Change[] {
  return (["onRequest", "onResponse", "onError", "onSend"] as const).flatMap((hook) => {
    const text = describeHooks(hook, before[hook], after[hook]);
    return text === undefined ? [] : [appChange("widening", `changes the hooks of the whole app: ${text}`)];
  });
}

const RULES = { unauthenticated: "to change state without a guard that authenticates", unlimited: "without a limit" };

function compareExceptions(before: PolicyExceptions, after: PolicyExceptions): Change[] {
  return (["unauthenticated", "unlimited"] as const).flatMap((rule) => {
    const [was, is] = [new Map(Object.entries(before[rule])), new Map(Object.entries(after[rule]))];
    const added = [...is].filter(([label]) => !was.has(label));
    const removed = [...was.keys()].filter((label) => !is.has(label));
    const reworded = [...is].filter(([label, reason]) => was.has(label) && was.get(label) !== reason);
    const subject = (label: string) => [escapeCell(label)];
    return [
      ...added.map(([label, reason]) =>
        change("widening", subject(label), "permits", ` ${RULES[rule]}: ${escapeCell(reason)}`),
      ),
      ...removed.map((label) => change("narrowing", subject(label), "no longer permits", ` ${RULES[rule]}`)),
      ...reworded.map(([label, reason]) =>
        change("neutral", subject(label), "gives another reason for", ` ${RULES[rule]}: ${escapeCell(reason)}`),
      ),
    ];
  });
}
