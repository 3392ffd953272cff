// Places a great many nodes quickly, as a folder's tree is shown: what a step leads to first stands beside it, the
// rest below that. dagre takes seconds for a thousand, and its drawing of so many is a hundred screens wide.

import type { Asked, Placed, Point } from "./layout.js";

const ACROSS = 120, DOWN = 22; // pixels between nodes: the words of a way stand between two columns

export function placeAsTree({ nodes, edges }: Asked): Placed {
  const children = reached(nodes.map(({ id }) => id), edges);
  const [wide, high] = [Math.max(...nodes.map(({ width }) => width)), Math.max(...nodes.map(({ height }) => height))];
  const inner = new Set([...children.values()].flat());
  const found = new Map<string, Point>();
  let row = -1, deepest = 0;
  for (const { id: root } of nodes) {
    if (inner.has(root)) continue;
    const open = [{ id: root, depth: 0, first: false }];
    for (let next = open.pop(); next; next = open.pop()) {
      const { id, depth, first } = next;
      if (!first) row++;
      deepest = Math.max(deepest, depth);
      found.set(id, { x: depth * (wide + ACROSS) + wide / 2, y: row * (high + DOWN) + high / 2 });
      const below = (children.get(id) ?? []).map((child, i) => ({ id: child, depth: depth + 1, first: i === 0 }));
      open.push(...below.reverse());
    }
  }
  return {
    nodes: found,
    edges: edges.map(({ from, to }) => way(found.get(from)!, found.get(to)!, wide, !children.get(from)?.includes(to))),
    width: (deepest + 1) * (wide + ACROSS),
    height: (row + 1) * (high + DOWN),
  };
}

/** For each node, those that are first reached from it: breadth first, from the first node, then from any left over. */
function reached(ids: string[], edges: Asked["edges"]): Map<string, string[]> {
  const ways = new Map<string, string[]>();
  for (const { from, to } of edges) ways.set(from, [...(ways.get(from) ?? []), to]);
  const seen = new Set<string>(), children = new Map<string, string[]>();
  for (const root of ids) {
    if (seen.has(root)) continue;
    seen.add(root);
    const open = [root];
    for (let at = 0; at < open.length; at++) {
      const fresh = [...new Set(ways.get(open[at]!))].filter((to) => !seen.has(to));
      for (const to of fresh) seen.add(to);
      if (fresh.length) children.set(open[at]!, fresh);
      open.push(...fresh);
    }
  }
  return children;
}

/** Out on the right, in on the left. `far`: across the tree, drawn faintly. */
function way(from: Point, to: Point, wide: number, far: boolean): Placed["edges"][number] {
  const out = { x: from.x + wide / 2, y: from.y }, into = { x: to.x - wide / 2, y: to.y };
  const bend = into.x > out.x ? out.x + 14 : out.x + ACROSS / 4;
  const points = [out, { x: bend, y: out.y }, { x: into.x > out.x ? bend : into.x - 14, y: into.y }, into];
  return far ? { points, far } : { points, x: into.x - 46, y: into.y - 9 };
}
