/** Finds the route for a path: of the routes that match, the one registered first. */
import type { ExoticPattern, PathPattern, Segment } from "./pattern.ts";
import { hasForm, type SegmentType } from "./segment-type.ts";

/** A route's place in the router: lower `order` wins. */
interface Leaf<T> {
  readonly order: number;
  readonly route: T;
}

interface ExoticLeaf<T> extends Leaf<T> {
  readonly pattern: ExoticPattern;
}

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  readonly params: { readonly type: SegmentType; readonly node: Node<T> }[];
  readonly exotics: ExoticLeaf<T>[];
  end?: Leaf<T>;
  rest?: Leaf<T>;
}

/** A value that a pattern captured, and those captured before it. */
export interface Capture {
  readonly value: string;
  readonly before: Capture | undefined;
}

/** A matched route with the raw values that its pattern captured. */
export interface Match<T> {
  readonly route: T;
  /** The last value that a plain pattern captured. */
  readonly captured: Capture | undefined;
  /** The groups of an exotic pattern. */
  readonly groups: Readonly<Record<string, string | undefined>> | undefined;
}

/** The routes of one method. */
export interface Router<T> {
  /** Paths without parameters. None of them is taken by an earlier route: `add` sees to that. */
  readonly statics: Map<string, Match<T>>;
  readonly root: Node<T>;
  size: number;
}

export function createRouter<T>(): Router<T> {
  return { statics: new Map(), root: createNode(), size: 0 };
}

function createNode<T>(): Node<T> {
  return { literals: new Map(), params: [], exotics: [] };
}

/**
 * Finds the route for a path.
 *
 * @param path A URL's pathname, percent-encoded as it came.
 * @returns The match, or undefined.
 */
export function match<T>(router: Router<T>, path: string): Match<T> | undefined {
  const fixed = router.statics.get(path);
  if (fixed) return fixed;
  const search: Search<T> = { path, best: undefined, found: undefined };
  visit(router.root, 0, undefined, search);
  return search.found;
}

interface Search<T> {
  readonly path: string;
  best: Leaf<T> | undefined;
  found: Match<T> | undefined;
}

/** Visits a node with the path consumed up to `at`, which is at a slash or at the end. */
function visit<T>(node: Node<T>, at: number, captured: Capture | undefined, search: Search<T>): void {
  if (at < search.path.length) visitBelow(node, at, captured, search);
  else if (node.end) offer(node.end, captured, search);
  if (node.exotics.length > 0) for (const leaf of node.exotics) offerExotic(leaf, search);
}

function visitBelow<T>(node: Node<T>, at: number, captured: Capture | undefined, search: Search<T>): void {
  const { path } = search;
  const slash = path.indexOf("/", at + 1);
  const next = slash < 0 ? path.length : slash;
  const segment = path.slice(at + 1, next);
  const literal = node.literals.size > 0 ? node.literals.get(segment) : undefined;
  if (literal) visit(literal, next, captured, search);
  for (const { type, node: child } of node.params) {
    if (hasForm(segment, type)) visit(child, next, { value: segment, before: captured }, search);
  }
  if (node.rest) offer(node.rest, { value: path.slice(at + 1), before: captured }, search);
}

function offer<T>(leaf: Leaf<T>, captured: Capture | undefined, search: Search<T>): void {
  if (search.best && search.best.order < leaf.order) return;
  search.best = leaf;
  search.found = { route: leaf.route, captured, groups: undefined };
}

function offerExotic<T>(leaf: ExoticLeaf<T>, search: Search<T>): void {
  if (search.best && search.best.order < leaf.order) return;
  const groups = leaf.pattern.matcher.exec({ pathname: search.path })?.pathname.groups;
  if (!groups || !leaf.pattern.params.every(({ name, type }) => hasFormIfThere(groups[name], type))) return;
  search.best = leaf;
  search.found = { route: leaf.route, captured: undefined, groups };
}

function hasFormIfThere(value: string | undefined, type: SegmentType): boolean {
  return value === undefined || hasForm(value, type);
}

/**
 * Adds a route behind those that are there.
 *
 * @returns Undefined; or, where earlier routes take every path that this one matches, one of those:
 * the new route would never be reached.
 */
export function add<T>(router: Router<T>, pattern: PathPattern, route: T): T | undefined {
  if (pattern.kind === "exotic") return addExotic(router, pattern, route);
  const takers = pattern.variants.map((segments) => addVariant(router, segments, route));
  return takers.includes(undefined) ? undefined : takers[0];
}

function addExotic<T>(router: Router<T>, pattern: ExoticPattern, route: T): T | undefined {
  if (router.root.rest) return router.root.rest.route;
  const node = pattern.prefix.reduce<Node<T>>(literalChild, router.root);
  node.exotics.push({ order: router.size++, route, pattern });
  return undefined;
}

function addVariant<T>(router: Router<T>, segments: readonly Segment[], route: T): T | undefined {
  const path = staticPath(segments);
  const taker = path === undefined ? findTaker(router.root, segments) : match(router, path)?.route;
  if (taker !== undefined) return taker;
  const order = router.size++;
  if (path === undefined) addDynamic(router.root, segments, { order, route });
  else router.statics.set(path, { route, captured: undefined, groups: undefined });
  return undefined;
}

function addDynamic<T>(root: Node<T>, segments: readonly Segment[], leaf: Leaf<T>): void {
  let node = root;
  for (const segment of segments) {
    if (segment.kind === "rest") {
      node.rest = leaf;
      return;
    }
    node = segment.kind === "literal" ? literalChild(node, segment.text) : paramChild(node, segment.type);
  }
  node.end = leaf;
}

function literalChild<T>(node: Node<T>, text: string): Node<T> {
  const child = node.literals.get(text) ?? createNode<T>();
  node.literals.set(text, child);
  return child;
}

function paramChild<T>(node: Node<T>, type: SegmentType): Node<T> {
  const known = node.params.find((param) => param.type === type);
  if (known) return known.node;
  const child = createNode<T>();
  node.params.push({ type, node: child });
  return child;
}

/** The one path that a pattern without parameters matches. */
function staticPath(segments: readonly Segment[]): string | undefined {
  let path = "";
  for (const segment of segments) {
    if (segment.kind !== "literal") return undefined;
    path += `/${segment.text}`;
  }
  return path;
}

/** The route below a node that matches every path that the segments match, as far as plain patterns tell. */
function findTaker<T>(node: Node<T>, segments: readonly Segment[]): T | undefined {
  const [segment, ...others] = segments;
  if (!segment) return node.end?.route;
  if (node.rest) return node.rest.route;
  if (segment.kind === "rest") return undefined;
  const literal = segment.kind === "literal" ? node.literals.get(segment.text) : undefined;
  const children = node.params.filter(({ type }) => includes(type, segment)).map((param) => param.node);
  for (const child of literal ? [literal, ...children] : children) {
    const taker = findTaker(child, others);
    if (taker !== undefined) return taker;
  }
  return undefined;
}

/** Whether every value of a segment has the form that `type` asks for. */
function includes(type: SegmentType, segment: Segment): boolean {
  if (segment.kind === "literal") return hasForm(segment.text, type);
  if (segment.kind === "rest") return false;
  return type === "any" || type === segment.type || (type === "int" && segment.type === "uint");
}
