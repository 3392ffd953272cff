// Changes between two versions, for people: sentences first, the text below.

import { el } from "pages/dom.js";
import type { Diff } from "./api.js";

/** Words with `names` in them: those become code. */
export function withNames(words: string): (Node | string)[] {
  return words.split(/`([^`]+)`/).map((part, i) => (i % 2 ? el("code", {}, part) : part));
}

export function changesOf({ changes, text }: Diff): HTMLElement[] {
  const sentences = el("ul", { class: "changes" }, changes.map((words) => el("li", {}, withNames(words))));
  const lines = text.split("\n").map((line) => {
    const kind = /^(\+\+\+|---)/.test(line) ? "file" : line.startsWith("@@") ? "place" : line.startsWith("+") ? "added" : line.startsWith("-") ? "gone" : "";
    return el("span", { class: kind }, `${line}\n`);
  });
  const diff = el("details", { class: "diff" }, el("summary", {}, "The text, line by line"), el("pre", { tabindex: 0 }, lines));
  return text ? [sentences, diff] : [sentences];
}

/** Where the customers go who stand on a step that is gone. `moved` reads the answers. */
export function moving(removed: Diff["removed"], steps: string[]): { element: HTMLElement; moved: () => Record<string, string> } {
  const standing = removed.filter(({ journeys }) => journeys > 0);
  const choices = standing.map(({ step, journeys, likely }) => {
    const select = el("select", { id: `moved-${step}`, required: true, "data-step": step },
      el("option", { value: "" }, "choose a step…"), steps.map((name) => el("option", { value: name, selected: name === likely }, name)));
    return el("p", {}, el("label", { for: `moved-${step}` },
      `${journeys} ${journeys === 1 ? "customer stands" : "customers stand"} at `, el("code", {}, step), ", which is gone. They go on at"), select);
  });
  const element = el("fieldset", { class: "moving", hidden: !standing.length }, el("legend", {}, "Customers under way"), choices);
  return {
    element,
    moved: () => Object.fromEntries([...element.querySelectorAll("select")]
      .filter(({ value }) => value).map(({ dataset, value }) => [dataset.step ?? "", value])),
  };
}

const AUTHOR = "segue.author";

/** Who signed last in this browser. */
export const author = () => localStorage.getItem(AUTHOR) ?? "";

/** Who publishes and why. */
export function signed(purpose: string): { element: HTMLElement; values: () => { author: string; message: string } } {
  const name = el("input", { type: "text", id: `${purpose}-author`, required: true, maxlength: 80, autocomplete: "name", value: author() });
  const message = el("input", { type: "text", id: `${purpose}-message`, required: true, maxlength: 500, autocomplete: "off", placeholder: "What changes for callers, and why" });
  return {
    element: el("div", { class: "signed" },
      el("label", { for: message.id }, "Message"), message, el("label", { for: name.id }, "Your name"), name),
    values: () => {
      localStorage.setItem(AUTHOR, name.value.trim());
      return { author: name.value.trim(), message: message.value.trim() };
    },
  };
}
