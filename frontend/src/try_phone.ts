// The edited menu by web phone: the same phone as customers have, on the draft's own line.

import { el } from "pages/dom.js";
import { WebPhone } from "pages/phone.js";
import { post } from "./api.js";
import type { Play } from "./try_chat.js";

const ENDS: Record<string, string> = {
  caller: "You hung up.", dropped: "The line was dropped. Call again, and see how it goes on.",
  finished: "The menu has come to its end.", busy: "This try is over; start again.", refused: "The call was refused.",
  unreachable: "The server cannot be reached.",
};
const STATES: Record<string, string> = { calling: "Calling…", talking: "Connected", lost: "Line lost…" };

export class TryPhone implements Play {
  readonly element: HTMLElement;
  #phone: WebPhone;
  #said = el("div", { class: "bubbles", role: "log", "aria-label": "What is said", tabindex: 0 });
  #status = el("p", { class: "small muted", role: "status" });
  #keys = el("div", { class: "keys", role: "group", "aria-label": "Keys" });
  #options = el("div", { class: "options", role: "group", "aria-label": "Answers" });
  #drop = this.#button("Drop the line", () => this.#phone.drop());
  #hangUp = this.#button("Hang up", () => this.#phone.hangup());
  #again = this.#button("Call again", () => void this.start());
  #secret = false;

  constructor(private readonly draft: string, private readonly number: string) {
    this.#phone = new WebPhone(`/phone/try?draft=${encodeURIComponent(draft)}`);
    for (const key of "123456789*0#") {
      this.#keys.append(el("button", { type: "button", class: "quiet", "data-key": key, click: () => this.#press(key) }, key));
    }
    this.element = el("div", { class: "phone", keydown: (event: KeyboardEvent) => this.#typed(event) },
      this.#status, this.#said, this.#options, this.#keys, el("div", { class: "row" }, this.#hangUp, this.#drop, this.#again));
    this.#on("say", ({ text }: { text: string }) => this.#line(text, "segue"));
    this.#on("collect", ({ secret, options }: { secret: boolean; options: { key: string; label: string }[] }) => {
      this.#secret = secret;
      this.#options.replaceChildren(...options.map(({ key, label }) =>
        el("button", { type: "button", class: "quiet", click: () => this.#press(key) }, el("b", {}, key), ` ${label}`)));
    });
    this.#on("queued", () => this.#waiting());
    this.#on("agent", () => this.#options.replaceChildren(this.#button("The person has finished", () => void this.#deed("finish"))));
    this.#on("state", (state: string) => this.#state(state));
    this.#on("ended", (reason: string) => this.#line(ENDS[reason] ?? "The call is over.", "note"));
    this.#on("error", ({ message }: { message: string }) => this.#line(message, "note"));
  }

  async start(): Promise<void> {
    await this.#phone.call({ number: this.number });
    this.#said.focus();
  }

  leave(): void {
    if (this.#phone.state !== "idle") this.#phone.hangup();
  }

  #on<T>(name: string, heard: (detail: T) => void): void {
    this.#phone.addEventListener(name, (event) => heard((event as CustomEvent<T>).detail));
  }

  #state(state: string): void {
    const idle = state === "idle";
    this.#status.textContent = STATES[state] ?? "";
    for (const key of this.#keys.querySelectorAll("button")) key.disabled = idle;
    this.#hangUp.hidden = this.#drop.hidden = idle;
    this.#again.hidden = !idle;
    if (idle) this.#options.replaceChildren();
  }

  #waiting(): void {
    this.#line("Waiting for a person. You decide who comes:", "note");
    this.#options.replaceChildren(this.#button("A person answers", () => void this.#deed("join")),
      this.#button("Nobody is free", () => void this.#deed("unavailable")));
  }

  async #deed(deed: string): Promise<void> {
    await post(`/api/menus/try/${this.draft}/chat`, { do: deed }).catch(() => {});
  }

  #press(key: string): void {
    if (this.#phone.press(key)) this.#line(this.#secret ? "•" : key, "own");
  }

  #typed(event: KeyboardEvent): void {
    if (/^[0-9*#]$/.test(event.key) && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      this.#press(event.key);
    }
  }

  #line(text: string, kind: string): void {
    const last = this.#said.lastElementChild;
    if (kind === "own" && last?.classList.contains("own")) last.append(text);
    else this.#said.append(el("p", { class: kind === "note" ? "note" : `bubble ${kind}` }, text));
    this.#said.scrollTop = this.#said.scrollHeight;
  }

  #button(label: string, click: () => void): HTMLButtonElement {
    return el("button", { type: "button", class: "quiet", click }, label);
  }
}
