// One menu, opened: its texts and what is wrong with them on the left, its diagram on the right, and a side panel to
// try, publish, or look at older versions.

import { el } from "pages/dom.js";
import { type Checked, type Finding, type MenuPage, type Node, get, ofMenu, words } from "./api.js";
import { DiagramPane } from "./diagram_pane.js";
import { Draft } from "./draft.js";
import { Editor } from "./editor.js";
import { onNews } from "./live.js";
import { Problems } from "./problems.js";
import { Publish } from "./publish.js";
import { Switches } from "./switches.js";
import { Try } from "./try.js";
import { Versions } from "./versions.js";

export interface Panel {
  readonly element: HTMLElement;
  /** The panel is seen from now on. */
  opened(): void;
}

export class Workbench {
  #draft: Draft;
  #editor!: Editor;
  #pane: DiagramPane;
  #problems: Problems;
  #tabs = el("div", { class: "tabs", role: "tablist", "aria-label": "Files" });
  #files = el("div", { class: "files" }, this.#tabs);
  #note = el("div", { id: "overtaken", role: "status", hidden: true });
  #title = el("h1", {});
  #state = el("p", { id: "state", class: "small muted", role: "status" });
  #side = el("aside", { id: "side", hidden: true });
  #panels = new Map<string, Panel>();
  #buttons = new Map<string, HTMLButtonElement>();
  #open = "";
  #schema: unknown = {};

  constructor(private readonly main: HTMLElement, menu: string) {
    this.#draft = new Draft(menu);
    this.#pane = new DiagramPane(menu, (node) => this.#jump(node));
    this.#problems = new Problems((finding) => this.#go(finding));
  }

  async open(): Promise<void> {
    this.#lay();
    this.#draft.addEventListener("opened", () => this.#opened());
    this.#draft.addEventListener("changed", () => this.#told());
    this.#draft.addEventListener("checked", () => this.#checked(this.#draft.checked!));
    this.#draft.addEventListener("away", (event) => this.#problems.away(words((event as CustomEvent).detail)));
    this.#editor.addEventListener("wrote", () => this.#draft.write(this.#editor.file, this.#editor.text));
    this.#editor.addEventListener("moved", () => this.#follow());
    get("/studio/schema.json").then((schema) => (this.#schema = schema), () => {}); // without it nothing is completed
    await this.#draft.open();
    onNews(() => this.#look());
    addEventListener("keydown", (event) => this.#key(event));
  }

  #lay(): void {
    const host = el("div", { id: "editor" });
    this.#editor = new Editor(host, () => this.#schema, () => this.#draft.checked?.declared ?? []);
    this.#add("try", "Try it", new Try(this.#draft, this.#pane.view));
    this.#add("publish", "Publish…", new Publish(this.#draft, (finding) => this.#go(finding)));
    this.#add("versions", "Versions", new Versions(this.#draft));
    const switches = new Switches();
    this.#add("switches", "Switches", { element: switches.element, opened: () => void switches.load() });
    document.getElementById("bar")!.replaceChildren(
      el("div", { class: "named" }, this.#title, this.#state),
      el("nav", { class: "acts", "aria-label": "Panels" }, [...this.#buttons.values()]));
    this.main.replaceChildren(
      this.#note,
      el("div", { class: "bench" },
        el("section", { id: "texts", "aria-label": "Text" }, this.#files, host, this.#problems.element),
        this.#pane.element, this.#side));
  }

  #add(name: string, label: string, panel: Panel): void {
    const button = el("button", {
      class: name === "publish" ? "" : "quiet", "aria-expanded": "false", "aria-controls": "side", "data-panel": name,
      click: () => this.#show(this.#open === name ? "" : name),
    }, label);
    this.#panels.set(name, panel);
    this.#buttons.set(name, button);
  }

  /** Open a side panel, or close it: empty. */
  #show(name: string): void {
    this.#open = name;
    const panel = this.#panels.get(name);
    this.#side.hidden = !panel;
    for (const [other, button] of this.#buttons) button.setAttribute("aria-expanded", String(other === name));
    if (!panel) return;
    const title = this.#buttons.get(name)!.textContent!.replace("…", "");
    const close = el("button", { class: "plain close", "aria-label": `Close ${title}`, click: () => this.#close() }, "✕");
    this.#side.setAttribute("aria-label", title);
    this.#side.replaceChildren(el("header", {}, el("h2", { tabindex: -1 }, title), close), panel.element);
    panel.element.hidden = false;
    panel.opened();
    this.#side.querySelector("h2")!.focus();
  }

  #close(): void {
    const button = this.#buttons.get(this.#open);
    this.#show("");
    button?.focus();
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.#show("publish");
    }
    if (event.key === "Escape" && this.#side.contains(document.activeElement)) this.#close();
  }

  // Files

  #opened(): void {
    const { page } = this.#draft;
    document.title = `${page.title} · Studio · Segue`;
    this.#title.textContent = page.title;
    const file = this.#editor.file;
    this.#editor.clear();
    this.#showFile(this.#draft.files.includes(file) ? file : this.#draft.main);
    this.#pane.live = page.live;
    this.#told();
  }

  #showFile(file: string): void {
    this.#editor.show(file, this.#draft.text(file));
    this.#drawTabs();
    if (this.#draft.checked) this.#mark(this.#draft.checked);
  }

  #drawTabs(): void {
    const { files } = this.#draft;
    const focused = this.#tabs.contains(document.activeElement);
    this.#tabs.replaceChildren(...files.map((file) => {
      const shown = file === this.#editor.file;
      return el("button", {
        role: "tab", "aria-selected": String(shown), "aria-controls": "editor", tabindex: shown ? 0 : -1,
        click: () => this.#showFile(file),
        keydown: (event: KeyboardEvent) => {
          const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
          if (step) this.#showFile(files[(files.indexOf(file) + step + files.length) % files.length]!);
        },
      }, file);
    }));
    this.#files.replaceChildren(this.#tabs, this.#adder());
    if (focused) this.#tabs.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
  }

  /** A button that becomes a field for the name of a new file. */
  #adder(): HTMLElement {
    const name = el("input", { type: "text", "aria-label": "Name of the new file", size: 22, placeholder: "identify or articles/reset" });
    const form = el("form", { hidden: true, submit: (event: SubmitEvent) => {
      event.preventDefault();
      const file = `${name.value.trim().replace(/\.yaml$/, "")}.yaml`;
      if (!/^(articles\/)?[A-Za-z_]\w*\.yaml$/.test(file)) return name.setCustomValidity("Use letters, digits and _"), name.reportValidity();
      if (!this.#draft.files.includes(file)) this.#draft.add(file);
      this.#showFile(file);
      this.#editor.view.focus();
    } }, name);
    name.addEventListener("input", () => name.setCustomValidity(""));
    const button = el("button", { class: "add", "aria-label": "New sub-menu or article", title: "New sub-menu or article", click: () => {
      [button.hidden, form.hidden] = [true, false];
      name.focus();
    } }, "+");
    return el("span", {}, button, form);
  }

  // What the text, the cursor and the diagram tell each other

  #checked(checked: Checked): void {
    this.#mark(checked);
    this.#problems.show(checked, this.#draft.edited);
    void this.#pane.show(checked, () => this.#draft.published()).then(() => this.#follow());
    this.#told();
  }

  #mark({ mistakes }: Checked): void {
    this.#editor.mark(mistakes.filter(({ file }) => file === this.#editor.file));
  }

  #told(): void {
    const { page, edited, overtaken } = this.#draft;
    this.#state.textContent = `Version ${page.n || "–"} is in force${edited ? " · you have changes that are not published" : ""}`;
    this.#buttons.get("publish")!.classList.toggle("quiet", !edited);
    this.#note.hidden = !overtaken;
    if (!overtaken) return;
    this.#note.replaceChildren(
      el("p", {}, "Somebody published this menu since you began to edit. Publishing yours would take theirs back."),
      el("button", { class: "quiet", click: () => void this.#draft.reset() }, "Drop my changes"),
      el("button", { class: "quiet", click: () => (this.#draft.rebase(), this.#told()) }, "Keep my text; I compare before I publish"));
  }

  /** The step in which the cursor is, in the diagram. */
  #follow(): void {
    const nodes = this.#draft.checked?.diagram?.nodes ?? this.#pane.view.diagram?.nodes ?? [];
    const { file, line } = this.#editor;
    const inFile = nodes.filter((node) => node.file === file && node.line <= line);
    const step = inFile.sort((a, b) => b.line - a.line)[0];
    if (step) this.#pane.view.highlight(step.id);
  }

  #jump(node: Node): void {
    if (node.file !== this.#editor.file && this.#draft.files.includes(node.file)) this.#showFile(node.file);
    this.#editor.jump(node.line);
  }

  #go(finding: Finding): void {
    if (finding.file !== this.#editor.file && this.#draft.files.includes(finding.file)) this.#showFile(finding.file);
    this.#editor.jump(finding.line, finding.column);
  }

  /** How many callers stand where, and whether somebody published. */
  async #look(): Promise<void> {
    const page = await get<MenuPage>(ofMenu(this.#draft.menu));
    this.#pane.live = page.live;
    // A roll-back brings a version again: the same text under a new number.
    if (page.version === this.#draft.page.version || this.#draft.edited) this.#draft.page = page;
    else await this.#draft.reset();
    this.#told();
  }
}
