// What the server found in the texts: errors first, then advice; each leads to its place.

import { el } from "pages/dom.js";
import type { Checked, Finding } from "./api.js";

const MOST = 100; // more than anybody reads in one go

export class Problems {
  readonly element = el("section", { class: "problems", "aria-label": "Problems" });
  #state = el("p", { class: "state", role: "status" }, "Checking…");
  #list = el("ol", {});

  constructor(private readonly go: (finding: Finding) => void) {
    this.element.append(this.#state, this.#list);
  }

  show({ ok, mistakes }: Checked, edited: boolean): void {
    const errors = mistakes.filter(({ severity }) => severity === "error");
    const advice = mistakes.filter(({ severity }) => severity !== "error");
    this.element.classList.toggle("bad", !ok);
    this.#state.textContent = [
      errors.length ? `${count(errors, "mistake")} to mend before it can be published.` : "No mistakes.",
      advice.length ? `${advice.length} advice.` : "",
      !errors.length && edited ? "Not published yet." : "",
    ].filter(Boolean).join(" ");
    const all = [...errors, ...advice];
    this.#list.replaceChildren(...all.slice(0, MOST).map((finding) => this.#line(finding)),
      ...(all.length > MOST ? [el("li", { class: "muted more" }, `… and ${all.length - MOST} more`)] : []));
  }

  away(message: string): void {
    this.#state.textContent = message;
  }

  #line(finding: Finding): HTMLElement {
    const where = `${finding.file}:${finding.line}`;
    return el("li", {}, el("button", { class: `finding ${finding.severity}`, click: () => this.go(finding) },
      el("span", { class: "mark", "aria-hidden": "true" }, finding.severity === "error" ? "✕" : "i"),
      el("span", {}, el("b", {}, finding.problem), `; ${finding.remedy}`,
        finding.rule ? el("span", { class: "muted" }, ` (${finding.rule})`) : null),
      el("span", { class: "muted where" }, where)));
  }
}

function count(found: unknown[], what: string): string {
  return `${found.length} ${what}${found.length === 1 ? "" : "s"}`;
}
