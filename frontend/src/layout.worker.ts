// Places the nodes of a diagram and routes its edges. Runs as a worker, so that nobody waits for it while typing.

import { Graph, layout } from "@dagrejs/dagre";
import type { Asked, Placed } from "./layout.js";
import { placeAsTree } from "./tree.js";

const MANY = 150; // nodes, from which dagre's exact ranking takes too long, and a near one serves
const VERY_MANY = 400; // from which dagre takes too long

function place({ nodes, edges }: Asked): Placed {
  if (nodes.length > VERY_MANY) return placeAsTree({ nodes, edges });
  const many = nodes.length > MANY;
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 26, ranksep: 44, ranker: many ? "tight-tree" : "network-simplex" });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height });
  edges.forEach(({ from, to, width }, number) => {
    graph.setEdge(from, to, { width, height: width ? 16 : 0, labelpos: "c" }, String(number));
  });
  layout(graph);
  return {
    nodes: Object.fromEntries(nodes.map(({ id }) => [id, { x: graph.node(id).x, y: graph.node(id).y }])),
    edges: edges.map(({ from, to }, number) => {
      const { points, x, y } = graph.edge(from, to, String(number));
      return { points, x, y };
    }),
    width: graph.graph().width ?? 0,
    height: graph.graph().height ?? 0,
  };
}

self.onmessage = ({ data }: MessageEvent<Asked & { number: number }>) => {
  self.postMessage({ number: data.number, placed: place(data) });
};
