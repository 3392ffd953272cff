// The edited menu as a chat.

import { el } from "pages/dom.js";
import { type Bubble, type Reply, post, words } from "./api.js";

/** One way to play a menu. */
export interface Play {
  readonly element: HTMLElement;
  start(): Promise<void>;
  leave(): void;
}

const OVER: Record<string, string> = {
  finished: "The menu has come to its end.", broken: "The menu could not go on.", moved: "It goes on in another contact.",
  dropped: "The line was dropped. Come back, and see how it goes on.",
};

export class TryChat implements Play {
  readonly element: HTMLElement;
  #log = el("div", { class: "bubbles", role: "log", "aria-label": "Conversation", tabindex: 0 });
  #options = el("div", { class: "options", role: "group", "aria-label": "Answers" });
  #text = el("input", { type: "text", id: "try-text", "aria-label": "Your message", autocomplete: "off", maxlength: 1000, placeholder: "Write a message" });
  #form = el("form", { submit: (event: SubmitEvent) => this.#write(event) }, this.#text, el("button", {}, "Send"));
  #drop = el("button", { class: "quiet", click: () => void this.#dropped() }, "Drop the line");
  #turn: number | null = null;

  constructor(private readonly draft: string) {
    this.element = el("div", { class: "chat" }, this.#log, this.#options, this.#form, el("div", { class: "row" }, this.#drop));
  }

  async start(link?: string): Promise<void> {
    await this.#do({ do: "arrive", ...(link ? { link } : {}) });
    this.#text.focus();
  }

  leave(): void {
    this.#form.hidden = true;
    this.#options.replaceChildren();
  }

  #write(event: Event): void {
    event.preventDefault();
    const text = this.#text.value.trim();
    if (!text) return;
    this.#text.value = "";
    void this.#say(text, this.#text.type === "password" ? "••••" : text, false);
  }

  async #say(text: string, shown: string, button: boolean): Promise<void> {
    this.#bubble({ from: "customer", text: shown });
    await this.#do({ do: "say", text, button, turn: this.#turn });
  }

  async #dropped(): Promise<void> {
    if (this.#form.hidden) {
      this.#note("— back again —");
      await this.#do({ do: "arrive" });
    } else await this.#do({ do: "drop" });
  }

  async #do(deed: Record<string, unknown>): Promise<void> {
    try {
      this.#show(await post<Reply>(`/api/menus/try/${this.draft}/chat`, deed));
    } catch (error) {
      this.#note(words(error));
    }
  }

  #show(reply: Reply): void {
    reply.messages.forEach((message) => this.#bubble(message));
    this.#turn = reply.turn;
    this.#text.type = reply.secret ? "password" : "text";
    const waiting = reply.status === "queued", talking = reply.status === "with_agent";
    const had = this.#options.contains(document.activeElement);
    this.#options.replaceChildren(
      ...reply.options.map(({ id, label }) => this.#button(label, () => this.#say(id, label, true))),
      ...reply.always.map(({ id, label }) => this.#button(label, () => this.#say(id, label, true), "plain")),
      ...(waiting ? [this.#button("A person answers", () => this.#do({ do: "join" })), this.#button("Nobody is free", () => this.#do({ do: "unavailable" }), "quiet")] : []),
      ...(talking ? [this.#button("The person has finished", () => this.#do({ do: "finish" }))] : []));
    if (waiting) this.#note("Waiting for a person. You decide who comes:");
    if (reply.ended) this.#note(OVER[reply.status] ?? "It is over.");
    this.#form.hidden = reply.ended;
    this.#drop.textContent = reply.ended ? "Come back" : "Drop the line";
    if (had) (this.#options.querySelector("button") ?? this.#text).focus();
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #button(label: string, click: () => unknown, kind = "quiet"): HTMLButtonElement {
    return el("button", { type: "button", class: kind, click }, label);
  }

  #bubble({ from, text }: Bubble): void {
    this.#log.append(el("p", { class: `bubble ${from === "customer" ? "own" : from}` }, text));
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #note(text: string): void {
    this.#log.append(el("p", { class: "note" }, text));
  }
}
