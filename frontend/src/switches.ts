// The switches that ops flip live, each with what it does.

import { ago, el } from "pages/dom.js";
import { type Switch, get, request, words } from "./api.js";
import { author } from "./changes.js";

export class Switches {
  readonly element = el("section", { class: "switches", "aria-labelledby": "switches-title", hidden: true });

  async load(): Promise<void> {
    const found = await get<Switch[]>("/api/switches").catch(() => []);
    this.element.hidden = !found.length;
    this.element.replaceChildren(el("h2", { id: "switches-title" }, "Switches"),
      el("p", { class: "muted small" }, "They work at once, for everybody who arrives from then on."),
      el("ul", {}, found.map((one) => this.#line(one))));
  }

  #line(one: Switch): HTMLElement {
    const button: HTMLButtonElement = el("button", {
      role: "switch", "aria-checked": String(one.on), class: "toggle", click: () => this.#flip(one, button, note),
    }, el("span", { class: "knob", "aria-hidden": "true" }), el("span", {}, one.title || one.name));
    const note = el("p", { class: "small muted", role: "status" }, told(one));
    return el("li", {}, button, note);
  }

  async #flip(one: Switch, button: HTMLButtonElement, note: HTMLElement): Promise<void> {
    button.disabled = true;
    try {
      const wanted = { on: !one.on, by: author() || "studio" };
      Object.assign(one, await request<Switch>("PUT", `/api/switches/${encodeURIComponent(one.name)}`, wanted));
      button.setAttribute("aria-checked", String(one.on));
      note.textContent = told(one);
    } catch (error) {
      note.textContent = words(error);
    }
    button.disabled = false;
    button.focus();
  }
}

function told({ on, by, at, menus }: Switch): string {
  const since = at === null ? "" : `, flipped ${ago(at)} ago${by ? ` by ${by}` : ""}`;
  return `${on ? "On" : "Off"}${since}. In: ${menus.join(", ")}.`;
}
