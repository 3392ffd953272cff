// Places the nodes of a diagram and routes its edges. Runs as a worker, so that nobody waits for it while typing.

import { Graph, layout } from "@dagrejs/dagre";
import type { Asked, Placed } from "./layout.js";
import { placeAsTree } from "./tree.js";

const MANY = 150; // nodes, from which dagre's exact ranking takes too long, and a near one serves
const VERY_MANY = 400; // from which dagre takes too long

/** dagre keeps ids as keys of plain objects, in which `constructor` and `__proto__` are there already. */
const own = (id: string) => `step ${id}`;

function place({ nodes, edges }: Asked): Placed {
  if (nodes.length > VERY_MANY) return placeAsTree({ nodes, edges });
  const many = nodes.length > MANY;
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 26, ranksep: 44, ranker: many ? "tight-tree" : "network-simplex" });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of nodes) graph.setNode(own(id), { width, height });
  edges.forEach(({ from, to, width }, number) => {
    graph.setEdge(own(from), own(to), { width, height: width ? 16 : 0, labelpos: "c" }, String(number));
  });
  layout(graph);
  return {
    nodes: new Map(nodes.map(({ id }) => {
      const { x, y } = graph.node(own(id));
      return [id, { x, y }];
    })),
    edges: edges.map(({ from, to }, number) => {
      const { points, x, y } = graph.edge(own(from), own(to), String(number));
      return { points, x, y };
    }),
    width: graph.graph().width ?? 0,
    height: graph.graph().height ?? 0,
  };
}

self.onmessage = ({ data }: MessageEvent<Asked & { number: number }>) => {
  let placed: Placed | null = null;
  try {
    placed = place(data);
  } catch (error) { // whatever dagre cannot place: the page waits for an answer, and says that there is no diagram
    console.error(error);
  }
  self.postMessage({ number: data.number, placed });
};
