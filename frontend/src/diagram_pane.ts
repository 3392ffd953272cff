// The diagram with its tools: zoom, traffic, export, and what is told beside it.

import { el } from "pages/dom.js";
import { type Checked, type Node, type StepTraffic, get, ofMenu, post, words } from "./api.js";
import { DiagramView, legend } from "./diagram.js";
import { asFile, save } from "./export.js";
import { LayoutFailed } from "./layout.js";

const DAYS = 7;

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
        tool("Fit", "Show all of it (0)", () => this.view.fit()),
        tool("−", "Smaller (-)", () => this.view.zoom(0.8)),
        tool("+", "Larger (+)", () => this.view.zoom(1.25)),
        el("label", { class: "check", for: "traffic" }, traffic, `Traffic, ${DAYS} days`),
        el("span", { class: "gap" }),
        tool("SVG", "Save the diagram as SVG", () => this.#svg()),
        tool("Mermaid", "Save the diagram as Mermaid text", () => void this.#mermaid())),
      this.#note, host, this.#legend, this.#said);
  }

  async show(checked: Checked): Promise<void> {
    this.#tell(checked.ok || !this.view.diagram ? "" : "The text has mistakes: this is the diagram as it was before them.");
    if (!checked.diagram) return;
    try {
      await this.view.show(checked.diagram);
      this.#legend.replaceChildren(...legend(checked.diagram));
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
