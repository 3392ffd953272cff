// Publishing: what changes, in words; who says so and why; where the customers of removed steps go.

import { el } from "pages/dom.js";
import { type Diff, type Finding, type Parts, Refused, ofMenu, post, words } from "./api.js";
import { changesOf, moving, signed } from "./changes.js";
import type { Draft } from "./draft.js";

interface Wanted { source: string; parts: Parts; message: string; author: string; base: string; moved: Record<string, string> }

export class Publish {
  readonly element = el("div", { class: "publish" });
  #number = 0;

  constructor(private readonly draft: Draft, private readonly go: (finding: Finding) => void) {
    draft.addEventListener("checked", () => this.element.isConnected && void this.#compare());
  }

  opened(): void {
    void this.#compare();
  }

  async #compare(): Promise<void> {
    const number = ++this.#number;
    if (!this.draft.edited) {
      if (!this.element.querySelector(".done")) this.element.replaceChildren(el("p", { class: "muted" }, "The text is as it was published. Change something on the left, and what changes for callers is told here."));
      return;
    }
    try {
      const diff = await post<Diff>(ofMenu(this.draft.menu, "/diff"), this.draft.texts);
      if (number === this.#number) this.#show(diff);
    } catch (error) {
      if (number === this.#number) this.element.replaceChildren(el("p", { class: "alert", role: "alert" }, words(error)));
    }
  }

  #show(diff: Diff): void {
    if (diff.mistakes.some(({ severity }) => severity !== "advice")) return this.#mistakes(diff.mistakes);
    const had = this.element.querySelector<HTMLInputElement>("#publish-message")?.value ?? "";
    const steps = this.draft.checked?.diagram?.nodes.map(({ id }) => id) ?? [];
    const where = moving(diff.removed, steps), who = signed("publish");
    const wrong = el("div", { role: "alert" });
    const button = el("button", {}, "Publish");
    const form = el("form", { submit: (event: SubmitEvent) => {
      event.preventDefault();
      const { author, message } = who.values();
      void this.#publish({ ...this.draft.texts, author, message, base: this.draft.base, moved: where.moved() }, button, wrong);
    } }, where.element, who.element, wrong, button);
    this.element.replaceChildren(el("h3", {}, "What changes"), ...changesOf(diff), form,
      el("p", { class: "small muted" }, "Calls under way notice nothing: they go on with the version they have. Who comes next gets this one."));
    this.element.querySelector<HTMLInputElement>("#publish-message")!.value = had;
  }

  #mistakes(mistakes: Finding[]): void {
    this.element.replaceChildren(
      el("p", { class: "alert" }, "There are mistakes to mend before this can be published."),
      el("ul", { class: "changes" }, mistakes.map((finding) =>
        el("li", {}, el("button", { class: "plain", click: () => this.go(finding) }, `${finding.problem}; ${finding.remedy}`)))));
  }

  async #publish(wanted: Wanted, button: HTMLButtonElement, wrong: HTMLElement): Promise<void> {
    button.disabled = true;
    wrong.replaceChildren();
    try {
      const { n } = await post<{ n: number }>(ofMenu(this.draft.menu, "/publish"), wanted);
      this.element.replaceChildren(el("p", { class: "done", role: "status", tabindex: -1 },
        `Version ${n} is in force. Calls under way finish with the version they began with.`));
      await this.draft.reset();
      this.element.querySelector<HTMLElement>(".done")?.focus();
    } catch (error) {
      button.disabled = false;
      if (error instanceof Refused && error.status === 422 && error.body.mistakes) return this.#mistakes(error.body.mistakes);
      const remedy = error instanceof Refused && error.status === 409
        ? " Nothing is lost: your text is kept here. Compare again, then publish."
        : "";
      wrong.replaceChildren(el("p", { class: "alert" }, words(error) + remedy),
        remedy ? el("button", { type: "button", class: "quiet", click: () => void this.#again() }, "Compare again") : "");
    }
  }

  async #again(): Promise<void> {
    await this.draft.refresh();
    await this.#compare();
  }
}
