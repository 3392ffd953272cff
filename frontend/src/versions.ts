// The versions of a menu: look at one, compare it with what is in force, go back to it.

import { ago, el } from "pages/dom.js";
import { type Diff, type Text, type Version, get, ofMenu, post, words } from "./api.js";
import { changesOf, moving, signed } from "./changes.js";
import type { Draft } from "./draft.js";

export class Versions {
  readonly element = el("div", { class: "versions" });

  constructor(private readonly draft: Draft) {}

  opened(): void {
    void this.#list();
  }

  async #list(focus = ""): Promise<void> {
    try {
      const versions = await get<Version[]>(ofMenu(this.draft.menu, "/versions"));
      this.element.replaceChildren(el("ol", { reversed: true }, versions.map((version) => this.#line(version))));
      if (focus) this.element.querySelector<HTMLElement>(`[data-version="${CSS.escape(focus)}"] button`)?.focus();
    } catch (error) {
      this.element.replaceChildren(el("p", { class: "alert", role: "alert" }, words(error)));
    }
  }

  #line(version: Version): HTMLElement {
    const under = version.journeys ? ` · ${version.journeys} ${version.journeys === 1 ? "customer" : "customers"} under way` : "";
    const acts = [el("button", { class: "quiet", click: () => void this.#look(version) }, version.in_force ? "Look" : "Compare")];
    return el("li", { class: version.in_force ? "card force" : "card", "data-version": version.version },
      el("p", {}, el("b", {}, `Version ${version.n}`), version.in_force ? el("span", { class: "tag" }, "in force") : null),
      el("p", {}, version.message || "—"),
      el("p", { class: "small muted" }, `${version.author || "from the folder"}, ${ago(version.at)} ago`, under),
      el("div", { class: "row" }, acts));
  }

  async #look(version: Version): Promise<void> {
    const back = el("button", { class: "plain", click: () => void this.#list(version.version) }, "← All versions");
    try {
      const { source, parts } = await get<Text>(ofMenu(this.draft.menu, `/versions/${version.version}`));
      const text = { source, parts };
      const diff = await post<Diff>(ofMenu(this.draft.menu, "/diff"), { ...text, against: this.draft.page.version });
      const pre = el("details", { class: "diff" }, el("summary", {}, "Its whole text"), el("pre", { tabindex: 0 }, text.source));
      const edit = el("button", { class: "quiet", click: () => void this.draft.reset(text) }, "Open in the editor");
      this.element.replaceChildren(back, el("h3", { tabindex: -1 }, `Version ${version.n}`), el("p", {}, version.message),
        ...(version.in_force
          ? [el("p", { class: "muted" }, "This version is in force."), pre]
          : [el("p", { class: "muted" }, "If you went back to it, this would change:"), ...changesOf(diff), pre, edit, this.#rollBack(version, diff)]));
      this.element.querySelector("h3")!.focus();
    } catch (error) {
      this.element.replaceChildren(back, el("p", { class: "alert", role: "alert" }, words(error)));
    }
  }

  #rollBack(version: Version, diff: Diff): HTMLElement {
    const steps = this.draft.checked?.diagram?.nodes.map(({ id }) => id) ?? [];
    const where = moving(diff.removed, steps), who = signed("rollback"), wrong = el("div", { role: "alert" });
    const button = el("button", {}, `Roll back to version ${version.n}`);
    return el("form", { submit: async (event: SubmitEvent) => {
      event.preventDefault();
      button.disabled = true;
      try {
        await post(ofMenu(this.draft.menu, "/rollback"), { version: version.version, ...who.values(), moved: where.moved() });
        await this.draft.reset();
        await this.#list(version.version);
      } catch (error) {
        button.disabled = false;
        wrong.replaceChildren(el("p", { class: "alert" }, words(error)));
      }
    } }, where.element, who.element, wrong, button);
  }
}
