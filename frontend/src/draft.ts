// The menu as it stands in this browser: published texts, edited texts, and what the server says of them.

import { type Checked, type Diagram, type MenuPage, type Text, get, ofMenu, post } from "./api.js";

const PAUSE = 300; // ms without a key until the server is asked
const LONG = 50_000; // characters
const STORED = "segue.studio.";

interface Kept extends Text { base: string }

/**
 * Events: `changed` (a text is other than before), `checked` (detail: what the server says), `away` (it does not
 * answer), `opened` (all is as published).
 */
export class Draft extends EventTarget {
  page!: MenuPage;
  texts: Text = { source: "", parts: {} };
  base = ""; // the version that was edited
  checked: Checked | null = null;
  #timer = 0;
  #asking: AbortController | null = null;

  constructor(readonly menu: string) {
    super();
  }

  /** The name under which the menu's own file is shown, and by which the server speaks of it. */
  get main(): string {
    return `${this.menu}.yaml`;
  }

  get files(): string[] {
    return [this.main, ...Object.keys(this.texts.parts).sort()];
  }

  get edited(): boolean {
    return !same(this.texts, this.page);
  }

  /** Somebody published after this editing began. */
  get overtaken(): boolean {
    return this.edited && this.base !== this.page.version;
  }

  text(file: string): string {
    return file === this.main ? this.texts.source : this.texts.parts[file] ?? "";
  }

  /** Load what is published, and what this browser kept of an editing before. */
  async open(): Promise<void> {
    this.page = await get<MenuPage>(ofMenu(this.menu));
    const kept = stored(this.menu);
    this.#take(kept ?? this.page, kept?.base ?? this.page.version);
    this.dispatchEvent(new Event("opened"));
    this.#ask();
  }

  /** After publishing, or when the edits are not wanted: as published, or as `texts` of an older version. */
  async reset(texts?: Text): Promise<void> {
    this.page = await get<MenuPage>(ofMenu(this.menu));
    this.#take(texts ?? this.page, this.page.version);
    this.#keep();
    this.dispatchEvent(new Event("opened"));
    this.#ask();
  }

  /** What is published may be newer than what was edited. The edits stay, on top of it. */
  async refresh(): Promise<void> {
    this.page = await get<MenuPage>(ofMenu(this.menu));
    this.rebase();
    this.dispatchEvent(new Event("changed"));
  }

  /** Go on with the edits, on top of what somebody else published meanwhile. */
  rebase(): void {
    this.base = this.page.version;
    this.#keep();
  }

  /** The diagram of what is published, for an edited text that has none; null: the server does not say. */
  async published(): Promise<Diagram | null> {
    const { source, parts } = this.page;
    const asked = post<Checked>("/api/menus/check", { source, parts, file: this.main, advice: false });
    return asked.then(({ diagram }) => diagram, () => null);
  }

  /** Begin a sub-menu or an article. */
  add(file: string): void {
    const name = file.replace(/^articles\//, "").replace(/\.yaml$/, "");
    this.write(file, file.startsWith("articles/") ? `article: ${name}\n` : `submenu: ${name}\n`);
  }

  write(file: string, text: string): void {
    if (file === this.main) this.texts = { ...this.texts, source: text };
    else this.texts = { ...this.texts, parts: { ...this.texts.parts, [file]: text } };
    this.#keep();
    this.dispatchEvent(new Event("changed"));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), PAUSE);
  }

  #take({ source, parts }: Text, base: string): void {
    this.texts = { source, parts: { ...parts } };
    this.base = base;
  }

  async #ask(): Promise<void> {
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    const wanted = { ...this.texts, file: this.main };
    try {
      // Advice takes longer than finding mistakes: of a long text the diagram is there before it.
      const passes = this.texts.source.length > LONG ? [false, true] : [true];
      for (const advice of passes) {
        this.checked = await post<Checked>("/api/menus/check", { ...wanted, advice }, asking.signal);
        this.dispatchEvent(new CustomEvent("checked", { detail: this.checked }));
      }
    } catch (error) {
      if (!asking.signal.aborted) this.dispatchEvent(new CustomEvent("away", { detail: error }));
    }
  }

  #keep(): void {
    try {
      if (this.edited) localStorage.setItem(STORED + this.menu, JSON.stringify({ ...this.texts, base: this.base }));
      else localStorage.removeItem(STORED + this.menu);
    } catch {
      // storage may be forbidden or full: then a reload loses the edits, as in any form
    }
  }
}

function stored(menu: string): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(STORED + menu) ?? "null");
  } catch {
    return null;
  }
}

function same(one: Text, other: Text): boolean {
  const names = Object.keys(one.parts);
  return one.source === other.source && names.length === Object.keys(other.parts).length
    && names.every((name) => one.parts[name] === other.parts[name]);
}
