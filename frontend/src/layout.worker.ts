// Places the nodes of a diagram and routes its edges. Runs as a worker: a thousand steps take a second.

import { Graph, layout } from "@dagrejs/dagre";
import type { Asked, Placed } from "./layout.js";

const MANY = 200; // nodes, from which the exact ranking takes too long (8 s for 1,000) and a near one serves

function place({ nodes, edges }: Asked): Placed {
  const many = nodes.length > MANY;
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 26, ranksep: many ? 44 : 34, ranker: many ? "tight-tree" : "network-simplex" });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height });
  edges.forEach(({ from, to, width }, number) => {
    graph.setEdge(from, to, { width, height: width ? 16 : 0, labelpos: "c" }, String(number));
  });
  layout(graph, { disableOptimalOrderHeuristic: many });
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
