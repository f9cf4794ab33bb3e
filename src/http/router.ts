/** Finds the route for a path: among the routes that match, the one registered first. */
import type { PathPattern } from "./pattern.ts";
import { hasForm, MARK, REST } from "./segment.ts";

/** A route's place in the router: the lowest `order` wins. */
interface Leaf<T> {
  readonly order: number;
  readonly pattern: PathPattern;
  readonly route: T;
}

interface Node<T> {
  /** The key is the text of a segment, or its mark. */
  readonly children: Map<string, Node<T>>;
  /** The children that stand for parameters, with the type of the segment. */
  readonly params: (readonly [type: string, node: Node<T>])[];
  end?: Leaf<T>;
  rest?: Leaf<T>;
}

/** The values captured so far, the last one first. A list that branches of a search share is never copied. */
export interface Captures {
  readonly value: string;
  readonly earlier: Captures | undefined;
}

/** A matched route with the raw values that its pattern captured, in order or by name. */
export interface Match<T> extends Leaf<T> {
  readonly values: Captures | undefined;
  readonly groups: Readonly<Record<string, string | undefined>> | undefined;
}

/** The routes of one method. */
export interface Router<T> {
  /** Paths without parameters. No earlier route matches any of them: `add` makes sure of that. */
  readonly statics: Map<string, Match<T>>;
  readonly root: Node<T>;
  readonly exotics: Leaf<T>[];
  size: number;
}

export function createRouter<T>(): Router<T> {
  return { statics: new Map(), root: createNode(), exotics: [], size: 0 };
}

function createNode<T>(): Node<T> {
  return { children: new Map(), params: [] };
}

interface Search<T> {
  readonly path: string;
  best: Match<T> | undefined;
}

/**
 * Finds the route for a path.
 *
 * @param path The pathname of a URL, percent-encoded as it came. Or a pattern with marks: then the
 * result is a route that matches every path the pattern matches.
 */
export function match<T>(router: Router<T>, path: string): Match<T> | undefined {
  const staticMatch = router.statics.get(path);
  if (staticMatch) return staticMatch;
  const search: Search<T> = { path, best: undefined };
  visit(router.root, 0, undefined, search);
  if (!path.includes(MARK)) for (const leaf of router.exotics) offerExotic(leaf, search);
  return search.best;
}

/** Visits a node. The path is consumed up to `at`, which is a slash or the end. */
function visit<T>(node: Node<T>, at: number, values: Match<T>["values"], search: Search<T>): void {
  if (at < search.path.length) visitBelow(node, at, values, search);
  else if (node.end) offer(node.end, values, undefined, search);
}

function visitBelow<T>(node: Node<T>, at: number, values: Match<T>["values"], search: Search<T>): void {
  const { path } = search;
  const slash = path.indexOf("/", at + 1);
  const next = slash < 0 ? path.length : slash;
  const segment = path.slice(at + 1, next);
  const child = node.children.size > node.params.length ? node.children.get(segment) : undefined;
  if (child) visit(child, next, values, search);
  for (const [type, param] of node.params) {
    if (hasForm(segment, type)) visit(param, next, { value: segment, earlier: values }, search);
  }
  if (node.rest) offer(node.rest, { value: path.slice(at + 1), earlier: values }, undefined, search);
}

function offer<T>(leaf: Leaf<T>, values: Match<T>["values"], groups: Match<T>["groups"], search: Search<T>): void {
  const { order, pattern, route } = leaf;
  if (!search.best || order < search.best.order) search.best = { order, pattern, route, values, groups };
}

function offerExotic<T>(leaf: Leaf<T>, search: Search<T>): void {
  if (search.best && search.best.order < leaf.order) return;
  const { exotic, params } = leaf.pattern;
  const groups = exotic?.exec({ pathname: search.path })?.pathname.groups;
  if (groups && params.every(({ name, type }) => hasForm(groups[name] ?? MARK + type, type)))
    offer(leaf, undefined, groups, search);
}

/**
 * Adds a route after the existing ones.
 *
 * @returns Undefined, or an earlier route if the existing routes match every path of the new one,
 * which would then never be reached.
 */
export function add<T>(router: Router<T>, pattern: PathPattern, route: T): T | undefined {
  const earlier = pattern.paths.map((path) => {
    const found = match(router, path)?.route;
    if (found === undefined) place(router, path, { order: router.size++, pattern, route });
    return found;
  });
  return earlier.includes(undefined) ? undefined : earlier[0];
}

function place<T>(router: Router<T>, path: string, leaf: Leaf<T>): void {
  if (leaf.pattern.exotic) router.exotics.push(leaf);
  else if (path.includes(MARK)) placeMarked(router.root, path.split("/").slice(1), leaf);
  else router.statics.set(path, { ...leaf, values: undefined, groups: undefined });
}

function placeMarked<T>(root: Node<T>, segments: readonly string[], leaf: Leaf<T>): void {
  let node = root;
  for (const segment of segments) if (segment !== REST) node = childOf(node, segment);
  node[segments.at(-1) === REST ? "rest" : "end"] = leaf;
}

function childOf<T>(node: Node<T>, segment: string): Node<T> {
  const known = node.children.get(segment);
  if (known) return known;
  const child = createNode<T>();
  node.children.set(segment, child);
  if (segment.startsWith(MARK)) node.params.push([segment.slice(MARK.length), child]);
  return child;
}
