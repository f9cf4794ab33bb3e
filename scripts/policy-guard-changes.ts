/** Describes changes of the guards of a route. */

import { formatGuardName, type PrintedGuard } from "./policy-cells.ts";
import { type Change, change, type Group } from "./policy-changes.ts";

/** Guards that take a session, and so the cookie that a browser sends along with any site's request. */
export const SESSION_GUARDS: readonly string[] = ["requireAuth", "requirePermission"];
export const AUTHENTICATING_GUARDS: readonly string[] = [...SESSION_GUARDS, "requireApiKey"];

type Guards = readonly PrintedGuard[];
type Pair = readonly [before: PrintedGuard, after: PrintedGuard];

export function authenticates(guards: Guards): boolean {
  return guards.some(({ name }) => AUTHENTICATING_GUARDS.includes(name));
}

/** @param label The route, such as `POST /login`. */
export function compareGuards(label: string, ...lists: readonly [before: Guards, after: Guards]): Change[] {
  // Guards are told apart by identity from here on, and a list may hold one object twice.
  const [before = [], after = []] = lists.map((guards) => guards.map((guard) => ({ ...guard })));
  const kept = pair(before, after, formatGuardName);
  const replaced = pair(without(before, kept, 0), without(after, kept, 1), kindOf);
  const removed = without(without(before, kept, 0), replaced, 0);
  const added = without(without(after, kept, 1), replaced, 1);
  return [
    ...describeRemoved(label, before, after, removed),
    ...replaced.map(([was, is]) => describeReplaced(label, was, is)),
    ...describeMoved(label, [...kept, ...replaced]),
    ...describeOrder(label, [...kept, ...replaced], before, after),
    ...(added.length > 0 ? [change("narrowing", [label], `adds ${list(added)} to`)] : []),
  ];
}

/** Guards that may stand in for each other: those of the same name, and those that authenticate. */
function kindOf({ name }: PrintedGuard): string {
  return AUTHENTICATING_GUARDS.includes(name) ? "(authenticates)" : name;
}

/** Pairs each guard with the first one of the other list that has the same key and is not taken. */
function pair(before: Guards, after: Guards, keyOf: (guard: PrintedGuard) => string): Pair[] {
  const free = [...after];
  return before.flatMap((guard): Pair[] => {
    const index = free.findIndex((other) => keyOf(other) === keyOf(guard));
    return index < 0 ? [] : free.splice(index, 1).map((other) => [guard, other] as const);
  });
}

function without(guards: Guards, pairs: readonly Pair[], side: 0 | 1): PrintedGuard[] {
  return guards.filter((guard) => !pairs.some((both) => both[side] === guard));
}

function list(guards: Guards, between = ", "): string {
  return guards.map(formatGuardName).join(between);
}

function describeRemoved(label: string, before: Guards, after: Guards, removed: Guards): Change[] {
  if (removed.length === 0) return [];
  if (!authenticates(before) || authenticates(after))
    return [change("widening", [label], `removes ${list(removed)} from`)];
  const rest = after.length > 0 ? `leaves ${list(after, " → ")}` : "leaves no guard";
  return [openTo(label, `removes ${list(removed)} and ${rest}`)];
}

/** The sentence for a route that no longer asks for a session or a key, or never did. */
export function openTo(label: string, why: string): Change {
  const request = label.replace(/^\* /, "use any method of ");
  const say = (target: string) =>
    target === label ? `anyone may now ${request}: ${why}` : `anyone may now use ${target} (${why})`;
  return { group: "widening", routes: [label], say, opens: true };
}

function describeReplaced(label: string, was: PrintedGuard, is: PrintedGuard): Change {
  const direction = was.name === is.name ? compareLimits(was.detail ?? "", is.detail ?? "") : 0;
  const verb = direction > 0 ? "raises" : "lowers";
  const names = [formatGuardName(was), formatGuardName(is)] as const;
  return direction === 0
    ? change("widening", [label], `replaces ${names[0]} by ${names[1]} in`)
    : change(direction > 0 ? "widening" : "narrowing", [label], `${verb} ${names[0]} to ${names[1]} in`);
}

/** A number that limits something: of bytes, or of things per something. Other numbers may mean anything. */
const LIMIT = /\d+(?= B\b| per )/g;

/** @returns 1 if the limits of a detail are higher or equal, -1 if lower or equal, 0 if that cannot be told. */
function compareLimits(before: string, after: string): -1 | 0 | 1 {
  if (before.replace(LIMIT, "") !== after.replace(LIMIT, "")) return 0;
  const numbersOf = (detail: string) => [...detail.matchAll(LIMIT)].map(([digits]) => Number(digits));
  const is = numbersOf(after);
  const differences = numbersOf(before).map((was, index) => (is[index] ?? 0) - was);
  if (differences.every((difference) => difference >= 0)) return 1;
  return differences.every((difference) => difference <= 0) ? -1 : 0;
}

function describeMoved(label: string, pairs: readonly Pair[]): Change[] {
  const moved = (to: PrintedGuard["phase"]) =>
    pairs.filter(([was, is]) => was.phase !== to && is.phase === to).map(([, is]) => is);
  const say = (group: Group, guards: Guards, where: string) =>
    guards.length > 0 ? [change(group, [label], `moves ${list(guards)} ${where} in`)] : [];
  return [
    ...say("widening", moved("input"), "behind the reading of the body"),
    ...say("narrowing", moved("head"), "before the reading of the body"),
  ];
}

/** Guards that are in both lists, in another order. */
function describeOrder(label: string, pairs: readonly Pair[], before: Guards, after: Guards): Change[] {
  const was = before.filter((guard) => pairs.some(([one]) => one === guard));
  const is = after.filter((guard) => pairs.some(([, one]) => one === guard));
  const counterpart = (guard: PrintedGuard | undefined) => pairs.find(([one]) => one === guard)?.[1];
  const start = was.findIndex((guard, index) => counterpart(guard) !== is[index]);
  if (start < 0) return [];
  const end = was.findLastIndex((guard, index) => counterpart(guard) !== is[index]) + 1;
  const [first, second] = [was.slice(start, end), is.slice(start, end)].map((guards) => list(guards, " → "));
  return [change("widening", [label], "reorders guards of", `: ${first} becomes ${second}`)];
}
