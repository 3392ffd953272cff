// The diagram with its tools: zoom, traffic, export, and what is told beside it.

import { el } from "pages/dom.js";
import { type Checked, type Diagram, type Node, type StepTraffic, get, ofMenu, post, words } from "./api.js";
import { DiagramView, legend } from "./diagram.js";
import { asFile, save } from "./export.js";
import { LayoutFailed } from "./layout.js";

const DAYS = 7;
const BEFORE = "The text has mistakes: this is the diagram as it was before them.";

export class DiagramPane {
  readonly element: HTMLElement;
  readonly view: DiagramView;
  #note = el("p", { class: "stale", role: "status", hidden: true });
  #legend = el("ul", { class: "legend", "aria-label": "At every question" });
  #said = el("p", { class: "hidden-visually", role: "status" });

  constructor(private readonly menu: string, pick: (node: Node) => void) {
    const host = el("div", { class: "drawing" });
    this.view = new DiagramView(host);
    this.view.addEventListener("pick", (event) => pick((event as CustomEvent<Node>).detail));
    const traffic = el("input", { type: "checkbox", id: "traffic", change: () => void this.#traffic(traffic) });
    this.element = el("section", { id: "drawing", "aria-label": "Diagram" },
      el("div", { class: "tools", role: "toolbar", "aria-label": "Diagram tools" },
        tool("Fit", "Fit: show all of it (0)", () => this.view.fit()),
        tool("−", "Smaller (-)", () => this.view.zoom(0.8)),
        tool("+", "Larger (+)", () => this.view.zoom(1.25)),
        el("label", { class: "check", for: "traffic" }, traffic, `Traffic, ${DAYS} days`),
        el("span", { class: "gap" }),
        tool("SVG", "Save the diagram as SVG", () => this.#svg()),
        tool("Mermaid", "Save the diagram as Mermaid text", () => void this.#mermaid())),
      this.#note, host, this.#legend, this.#said);
  }

  /** `published`: drawn where the text has mistakes and nothing was drawn before it had them. */
  async show(checked: Checked, published: () => Promise<Diagram | null>): Promise<void> {
    if (checked.diagram) {
      this.#tell(checked.ok ? "" : BEFORE);
      return this.#draw(checked.diagram);
    }
    if (this.view.diagram) return this.#tell(BEFORE);
    const diagram = await published();
    if (!diagram || this.view.diagram) return;
    this.#tell("The text has mistakes: this is the diagram of what is published.");
    await this.#draw(diagram);
  }

  async #draw(diagram: Diagram): Promise<void> {
    try {
      await this.view.show(diagram);
      this.#legend.replaceChildren(...legend(diagram));
    } catch (error) {
      if (!(error instanceof LayoutFailed)) throw error;
      this.#tell("The diagram could not be drawn. The text can be edited, tried and published without it; a reload may bring it back.");
    }
  }

  #tell(note: string): void {
    this.#note.textContent = note;
    this.#note.hidden = !note;
  }

  set live(live: Record<string, number>) {
    this.view.live = new Map(Object.entries(live));
  }

  async #traffic(box: HTMLInputElement): Promise<void> {
    try {
      this.view.traffic = box.checked
        ? new Map(Object.entries((await get<{ steps: Record<string, StepTraffic> }>(ofMenu(this.menu, `/traffic?days=${DAYS}`))).steps))
        : null;
    } catch (error) {
      box.checked = false;
      this.#said.textContent = words(error);
    }
  }

  #svg(): void {
    const { placed } = this.view;
    if (placed) save(`${this.menu}.svg`, this.view.whole((frame) => asFile(frame, placed)), "image/svg+xml");
  }

  async #mermaid(): Promise<void> {
    if (!this.view.diagram) return;
    try {
      const { text } = await post<{ text: string }>("/api/menus/mermaid", this.view.diagram);
      save(`${this.menu}.mmd`, text, "text/plain");
    } catch (error) {
      this.#said.textContent = words(error);
    }
  }
}

function tool(label: string, title: string, click: () => void): HTMLButtonElement {
  return el("button", { class: "quiet tool", title, "aria-label": title, click }, label);
}
