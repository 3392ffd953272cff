// What back offices answer while a menu is tried: typed here, since real ones are not asked.

import { el } from "pages/dom.js";
import type { Service } from "./api.js";

type Values = Record<string, Record<string, string> | null>; // by service; null: it fails

export class Answers {
  readonly element = el("details", { class: "answers", hidden: true });
  changed: (values: Values) => void = () => {};
  #services: Service[] = [];

  set services(services: Service[]) {
    if (JSON.stringify(services) === JSON.stringify(this.#services)) return;
    this.#services = services;
    this.element.hidden = !services.length;
    this.element.replaceChildren(el("summary", {}, "What back offices answer"),
      el("p", { class: "small muted" }, "Real back offices are not asked here. Type what they would answer."),
      ...services.map((service) => this.#of(service)));
    this.element.open = services.some(({ demo }) => !demo);
  }

  get values(): Values {
    const found = new Map<string, Values[string]>();
    for (const { name, values } of this.#services) {
      const how = this.element.querySelector<HTMLSelectElement>(`select[data-service="${CSS.escape(name)}"]`)?.value;
      if (how === "fails") found.set(name, null);
      if (how === "typed") found.set(name, Object.fromEntries(values.map((value) => [value, this.#typed(name, value)])));
    }
    return Object.fromEntries(found);
  }

  #typed(service: string, value: string): string {
    return this.element.querySelector<HTMLInputElement>(`#${CSS.escape(idOf(service, value))}`)?.value ?? "";
  }

  #of({ name, demo, values }: Service): HTMLElement {
    const fields = el("div", { class: "values", hidden: demo }, values.map((value) => [
      el("label", { for: idOf(name, value) }, value),
      el("input", { type: "text", id: idOf(name, value), change: () => this.changed(this.values) })]));
    const how = el("select", { "data-service": name, id: `answers-${name}`, change: () => {
      fields.hidden = how.value !== "typed";
      this.changed(this.values);
    } }, demo ? el("option", { value: "demo" }, "the demo answers") : null,
    el("option", { value: "typed" }, "this:"), el("option", { value: "fails" }, "nothing, it fails"));
    return el("div", { class: "service" }, el("label", { for: `answers-${name}` }, el("code", {}, name), " answers"), how, fields);
  }
}

const idOf = (service: string, value: string) => `answer-${service}-${value}`;
