// The diagram of a menu: steps placed by dagre, drawn as SVG. Each step is a button: a click jumps to its text.

import { el } from "pages/dom.js";
import type { Diagram, Edge, Node, StepTraffic } from "./api.js";
import { Layout, type Placed, type Point } from "./layout.js";
import { cut, svg } from "./svg.js";
import { type Box, Viewport } from "./viewport.js";

const WIDTH = 178, HIGH = 46, LOW = 30; // of a step, with and without words
const LETTER = 6.1; // pixels, the mean of an edge's label
const LONGEST_LABEL = 26;
const MANY = 400; // steps, from which only what is seen is put into the page
const KEY_STEP = 60; // pixels that an arrow key pans

const PANS: Record<string, [number, number]> = {
  ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1],
};

/** Events: `pick` (detail: the node). */
export class DiagramView extends EventTarget {
  readonly frame = svg("svg", { class: "diagram", role: "group", "aria-label": "Diagram of the menu", tabindex: -1 });
  #content = svg("g");
  #edges = svg("g", { class: "edges" });
  #nodes = svg("g", { class: "nodes" });
  #view = new Viewport(this.frame, this.#content);
  #layout = new Layout();
  #drawn = new Map<string, SVGGElement>();
  #ways: { parts: SVGElement[]; box: Box; edge: Edge; far: boolean }[] = [];
  #placed: Placed | null = null;
  #diagram: Diagram | null = null;
  #shape = ""; // what the places depend on
  #drawing = "";
  #here = "";
  #now = "";
  #live = new Map<string, number>();
  #traffic: Map<string, StepTraffic> | null = null;

  constructor(host: HTMLElement) {
    super();
    this.#content.append(this.#edges, this.#nodes);
    this.frame.append(svg("defs", {}, arrow("arrow"), arrow("arrow-faint")), this.#content);
    host.append(this.frame);
    this.frame.addEventListener("keydown", (event) => this.#key(event));
    this.#view.changed = () => this.#cull();
    new ResizeObserver(() => this.#resized()).observe(host);
  }

  get diagram(): Diagram | null {
    return this.#diagram;
  }

  get placed(): Placed | null {
    return this.#placed;
  }

  node(id: string): Node | undefined {
    return this.#diagram?.nodes.find((node) => node.id === id);
  }

  /** Draw, and keep what is looked at. */
  async show(diagram: Diagram): Promise<void> {
    const first = !this.#diagram;
    const drawing = JSON.stringify(diagram);
    if (drawing === this.#drawing) return;
    const shape = JSON.stringify([diagram.nodes.map(({ id, title }) => [id, !title]), diagram.edges]);
    const placed = shape === this.#shape ? this.#placed : await this.#layout.place(asked(diagram));
    if (!placed) return;
    this.#shape = shape;
    this.#drawing = drawing;
    this.#diagram = diagram;
    this.#placed = placed;
    this.#view.box = { x: 0, y: 0, width: placed.width, height: placed.height };
    this.#draw(diagram, placed);
    if (first) this.#view.begin(placed.nodes.get(diagram.start) ?? { x: 0, y: 0 });
  }

  /** The step at hand stays in sight. */
  #resized(): void {
    this.#view.resized();
    const place = this.#placed?.nodes.get(this.#now || this.#here);
    if (place) this.#view.reveal(place);
    this.#cull();
  }

  /** Let `work` have the drawing with all of its steps in it. */
  whole<T>(work: (frame: SVGSVGElement) => T): T {
    this.#edges.replaceChildren(...this.#ways.flatMap(({ parts }) => parts));
    this.#nodes.replaceChildren(...this.#drawn.values());
    const done = work(this.frame);
    this.#cull();
    return done;
  }

  fit(): void {
    this.#view.fit();
  }

  zoom(factor: number): void {
    this.#view.zoom(factor);
  }

  /** The step in which the cursor is. */
  highlight(id: string): void {
    if (id !== this.#here) this.#class(this.#here, id, "here");
    this.#here = id;
    const place = this.#placed?.nodes.get(id);
    if (place) this.#view.reveal(place);
    this.#cull();
    this.#tabbable();
  }

  /** The step that is being played; empty: none. */
  play(id: string): void {
    this.#class(this.#now, id, "now");
    this.#now = id;
    const place = this.#placed?.nodes.get(id);
    if (place) this.#view.reveal(place);
  }

  /** How many callers stand at each step. */
  set live(live: Map<string, number>) {
    for (const id of new Set([...this.#live.keys(), ...live.keys()])) {
      if (this.#live.get(id) !== live.get(id)) this.#badge(id, live.get(id) ?? 0);
    }
    this.#live = live;
  }

  /** Visits and drop-off; null: not shown. */
  set traffic(traffic: Map<string, StepTraffic> | null) {
    this.#traffic = traffic;
    for (const id of this.#drawn.keys()) this.#heat(id);
  }

  #draw(diagram: Diagram, placed: Placed): void {
    const focused = document.activeElement?.closest?.("g.node")?.getAttribute("data-step");
    const drawn = diagram.edges.filter(({ from, to }) => from !== to);
    this.#ways = drawn.map((edge, number) => {
      const way = placed.edges[number]!;
      return { parts: edgeOf(edge, way), box: around(way.points), edge, far: way.far ?? false };
    });
    this.#drawn = new Map(diagram.nodes.map((node) => [node.id, this.#node(node, placed.nodes.get(node.id)!)]));
    const many = this.#drawn.size > MANY;
    this.#edges.replaceChildren(...(many ? [] : this.#ways.flatMap(({ parts }) => parts)));
    this.#nodes.replaceChildren(...(many ? [] : this.#drawn.values()));
    this.#cull();
    this.#class("", this.#here, "here");
    this.#class("", this.#now, "now");
    for (const [id, count] of this.#live) this.#badge(id, count);
    if (this.#traffic) this.traffic = this.#traffic;
    this.#tabbable();
    if (focused) this.#drawn.get(focused)?.focus();
  }

  /** Of a large menu, have in the page what is seen: a thousand steps at once take the browser a second. Ways across
   * its tree are shown for the step at hand only. */
  #cull(): void {
    if (this.#drawn.size <= MANY || !this.#placed) return;
    const seen = this.#view.seen, focused = document.activeElement;
    const there = (part: SVGElement, parent: SVGElement, box: Box) => {
      const wanted = meets(box, seen) || part === focused;
      if (wanted !== (part.parentNode === parent)) wanted ? parent.append(part) : part.remove();
    };
    const nowhere = { x: 0, y: 0, width: -Infinity, height: -Infinity };
    for (const { parts, box, edge, far } of this.#ways) {
      const hidden = far && edge.from !== this.#here && edge.to !== this.#here;
      for (const part of parts) there(part, this.#edges, hidden ? nowhere : box);
    }
    for (const [id, node] of this.#drawn) there(node, this.#nodes, around([this.#placed.nodes.get(id)!]));
  }

  #node(node: Node, { x, y }: Point): SVGGElement {
    const high = node.title ? HIGH : LOW;
    const start = node.id === this.#diagram?.start;
    const loops = this.#diagram!.edges.filter(({ from, to }) => from === node.id && to === node.id);
    const made = svg("g", {
      class: `node ${node.kind}${start ? " start" : ""}`, "data-step": node.id, role: "button", tabindex: -1,
      transform: `translate(${x} ${y})`, "aria-label": `${node.kind} ${node.id}${node.title ? `: ${node.title}` : ""}`,
    });
    made.append(
      svg("title", {}, `${node.kind} ${node.id}${node.title ? `\n${node.title}` : ""}`),
      svg("rect", { class: "box", x: -WIDTH / 2, y: -high / 2, width: WIDTH, height: high, rx: 7 }),
      svg("rect", { class: "kind", x: -WIDTH / 2, y: -high / 2, width: 5, height: high, rx: 2.5 }),
      svg("text", { class: "name", x: -WIDTH / 2 + 13, y: node.title ? -4 : 4 }, cut(node.id, 17)),
      svg("text", { class: "verb", x: WIDTH / 2 - 8, y: node.title ? -4 : 4 }, node.kind),
    );
    if (node.title) made.append(svg("text", { class: "words", x: -WIDTH / 2 + 13, y: 13 }, cut(node.title, 25)));
    if (loops.length) {
      const label = loops.map(({ label }) => label.split(" ")[0]).join(" ");
      made.append(svg("text", { class: "loop", x: WIDTH / 2 - 4, y: high / 2 + 13 }, `↻ ${label}`));
    }
    made.addEventListener("click", () => this.#pick(node));
    return made;
  }

  #pick(node: Node): void {
    this.highlight(node.id);
    this.dispatchEvent(new CustomEvent("pick", { detail: node }));
  }

  #class(before: string, after: string, name: string): void {
    this.#drawn.get(before)?.classList.remove(name);
    this.#drawn.get(after)?.classList.add(name);
  }

  #badge(id: string, count: number): void {
    const node = this.#drawn.get(id);
    if (!node) return;
    node.querySelector("g.live")?.remove();
    const { kind, title } = this.node(id)!;
    const callers = count ? `, ${count} ${count === 1 ? "caller" : "callers"} now` : "";
    node.setAttribute("aria-label", `${kind} ${id}${title ? `: ${title}` : ""}${callers}`);
    if (!count) return;
    const wide = 18 + 7 * (String(count).length - 1);
    const at = { x: WIDTH / 2 - 6, y: -(title ? HIGH : LOW) / 2 };
    node.append(svg("g", { class: "live", transform: `translate(${at.x} ${at.y})` },
      svg("rect", { x: -wide / 2, y: -9, width: wide, height: 18, rx: 9 }), svg("text", { y: 4 }, String(count))));
  }

  #heat(id: string): void {
    const node = this.#drawn.get(id)!;
    for (const part of node.querySelectorAll(".heat, .traffic")) part.remove();
    const counted = this.#traffic?.get(id);
    if (!this.#traffic || !counted) return;
    const most = Math.max(1, ...[...this.#traffic.values()].map(({ visits }) => visits));
    const high = this.node(id)!.title ? HIGH : LOW;
    const ends = this.node(id)!.kind === "end"; // who hangs up there has heard it all
    const lost = ends ? 0 : counted.left + counted.dropped + counted.exhausted;
    const box = node.querySelector(".box")!;
    box.after(svg("rect", {
      class: "heat", x: -WIDTH / 2, y: -high / 2, width: WIDTH, height: high, rx: 7,
      "fill-opacity": (0.08 + 0.5 * (counted.visits / most)).toFixed(2),
    }));
    const share = counted.visits ? Math.round((100 * lost) / counted.visits) : 0;
    const words = svg("text", { class: "traffic", x: -WIDTH / 2 + 4, y: high / 2 + 13 }, `${counted.visits}×`);
    if (lost) {
      const parts = [["hung up", counted.left], ["dropped", counted.dropped], ["not understood", counted.exhausted]] as const;
      const told = parts.filter(([, n]) => n).map(([what, n]) => `${n} ${what}`).join(", ");
      words.append(svg("tspan", { class: share >= 20 ? "lost much" : "lost", dx: 5 }, `${told}${share >= 20 ? ` (${share} %)` : ""}`));
    }
    node.append(words);
  }

  /** One step can be reached by Tab; the arrow keys go on from there. */
  #tabbable(): void {
    for (const node of this.#drawn.values()) if (node.tabIndex === 0) node.setAttribute("tabindex", "-1");
    const id = this.#drawn.has(this.#here) ? this.#here : this.#diagram?.start ?? "";
    this.#drawn.get(id)?.setAttribute("tabindex", "0");
  }

  #key(event: KeyboardEvent): void {
    const id = (event.target as Element).closest("g.node")?.getAttribute("data-step");
    const [x, y] = PANS[event.key] ?? [0, 0];
    if (event.key === "+" || event.key === "=") this.zoom(1.25);
    else if (event.key === "-") this.zoom(0.8);
    else if (event.key === "0") this.fit();
    else if (id && (event.key === "Enter" || event.key === " ")) this.#pick(this.node(id)!);
    else if (x || y) {
      const next = event.shiftKey ? undefined : this.#beside(id ?? "", event.key);
      if (next) this.#focus(next);
      else this.#view.pan(x * KEY_STEP, y * KEY_STEP);
    } else return;
    event.preventDefault();
  }

  #focus(id: string): void {
    this.#nodes.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
    const node = this.#drawn.get(id)!;
    node.setAttribute("tabindex", "0");
    this.#view.reveal(this.#placed!.nodes.get(id)!);
    node.focus({ preventScroll: true });
  }

  /** Where an arrow key leads: down and up along the ways, else to what stands nearest in that direction. */
  #beside(id: string, key: string): string | undefined {
    const here = this.#placed?.nodes.get(id);
    if (!here || !this.#diagram) return undefined;
    const along = key === "ArrowDown" ? this.#diagram.edges.find(({ from, to }) => from === id && to !== id)?.to : undefined;
    if (along && this.#placed!.nodes.get(along)!.y > here.y) return along;
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] as [number, number];
    let [best, nearest] = [undefined as string | undefined, Infinity];
    for (const [other, { x, y }] of this.#placed!.nodes) {
      const ahead = (x - here.x) * dx + (y - here.y) * dy, aside = Math.abs((x - here.x) * dy) + Math.abs((y - here.y) * dx);
      if (ahead > 8 && ahead + 2 * aside < nearest) [best, nearest] = [other, ahead + 2 * aside];
    }
    return best;
  }
}

function around(points: Point[]): Box {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [x, y] = [Math.min(...xs) - WIDTH / 2, Math.min(...ys) - HIGH];
  return { x, y, width: Math.max(...xs) + WIDTH / 2 - x, height: Math.max(...ys) + HIGH - y };
}

function meets(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function asked({ nodes, edges }: Diagram) {
  return {
    nodes: nodes.map(({ id, title }) => ({ id, width: WIDTH, height: title ? HIGH : LOW })),
    edges: edges.filter(({ from, to }) => from !== to).map(({ from, to, label }) =>
      ({ from, to, width: label ? cut(label, LONGEST_LABEL).length * LETTER + 8 : 0 })),
  };
}

function edgeOf(edge: Edge, { points, x, y, far }: Placed["edges"][number]): SVGElement[] {
  const faint = ["failed", "exhausted", "link"].includes(edge.kind);
  const found: SVGElement[] = [svg("path", { class: `edge ${edge.kind}${far ? " far" : ""}`, d: curve(points), "marker-end": `url(#${faint ? "arrow-faint" : "arrow"})` })];
  if (edge.label && x !== undefined && y !== undefined) {
    found.push(svg("text", { class: `label ${edge.kind}`, x, y: y + 4 }, cut(edge.label, LONGEST_LABEL), svg("title", {}, edge.label)));
  }
  return found;
}

/** A smooth line through dagre's points: their middles are kept, the points themselves are rounded off. */
function curve(points: Point[]): string {
  const [first, ...rest] = points as [Point, ...Point[]];
  const last = rest.at(-1)!;
  const bends = rest.slice(0, -1).map((point, i) => {
    const next = i + 2 < points.length - 1 ? middle(point, rest[i + 1]!) : last;
    return `Q${round(point)} ${round(next)}`;
  });
  return `M${round(first)}${bends.join("") || `L${round(last)}`}`;
}

const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
const round = ({ x, y }: Point) => `${x.toFixed(1)} ${y.toFixed(1)}`;

function arrow(id: string): SVGMarkerElement {
  return svg("marker", { id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse" },
    svg("path", { d: "M0 0.5L8 4L0 7.5z" }));
}

/** What is not drawn as ways, told in words. */
export function legend(diagram: Diagram): HTMLElement[] {
  const lines = diagram.always.map(({ key, label, to }) =>
    el("li", {}, key ? el("kbd", {}, key) : null, ` ${label}`, to ? el("span", { class: "muted" }, ` → ${to}`) : null));
  if (diagram.exhausted) lines.push(el("li", {}, "no answer", el("span", { class: "muted" }, ` → ${diagram.exhausted}`)));
  return lines;
}
