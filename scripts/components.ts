/** Finds the strongly connected components of a graph (Tarjan, 1972). */

/**
 * @param nodes All nodes.
 * @param nextOf The nodes that a node has an edge to. All of them are in `nodes`.
 * @returns The components: each after every component that it has an edge to.
 */
export function findComponents(nodes: readonly string[], nextOf: (node: string) => readonly string[]): string[][] {
  const components: string[][] = [];
  const stack: string[] = [];
  const indexes = new Map<string, number>();
  /** The lowest index on the stack that is reachable from a node; infinite once its component is complete. */
  const lows = new Map<string, number>();

  function visit(node: string): number {
    const index = indexes.size;
    indexes.set(node, index);
    lows.set(node, index);
    stack.push(node);
    for (const next of nextOf(node)) {
      const low = indexes.has(next) ? (lows.get(next) ?? index) : visit(next);
      lows.set(node, Math.min(lows.get(node) ?? index, low));
    }
    const low = lows.get(node) ?? index;
    if (low === index) {
      const component = stack.splice(stack.indexOf(node));
      for (const member of component) lows.set(member, Number.POSITIVE_INFINITY);
      components.push(component);
      return Number.POSITIVE_INFINITY;
    }
    return low;
  }

  for (const node of nodes) if (!indexes.has(node)) visit(node);
  return components;
}
