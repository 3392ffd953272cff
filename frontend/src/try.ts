// Try it: plays the edited, unpublished menu in a chat or by phone, on a stage of its own. Nothing is sent, nothing
// is stored, and no back office but the demo's is asked.

import { el } from "pages/dom.js";
import { listen } from "pages/wire.js";
import { type Service, post, request, words } from "./api.js";
import { Answers } from "./answers.js";
import type { DiagramView } from "./diagram.js";
import type { Draft } from "./draft.js";
import { type Play, TryChat } from "./try_chat.js";
import { TryPhone } from "./try_phone.js";

/** `number`: of the customer who plays, by chat and by phone. */
export interface Stage { draft: string; number: string; languages: string[]; services: Service[] }
interface Sent { kind: string; to: string; text: string; key: string; link: boolean }
interface Asked { service: string; arguments: Record<string, string>; outcome: string }

export class Try {
  readonly element = el("div", { class: "try" });
  #stage: Stage | null = null;
  #tried = "";
  #stop = () => {};
  #play: Play | null = null;
  #form: "chat" | "phone" = "chat";
  #answers = new Answers();
  #events = el("ol", { class: "happened", "aria-label": "What happened beside" });
  #stale = el("p", { class: "small note", role: "status", hidden: true }, "The text has changed since. Start again to play it as it is now.");
  #language = el("select", { id: "try-language" });

  constructor(private readonly draft: Draft, private readonly diagram: DiagramView) {
    draft.addEventListener("checked", () => this.#checked());
    addEventListener("pagehide", () => this.#leave());
  }

  opened(): void {
    if (!this.element.childElementCount) this.#lay();
    this.#checked();
  }

  #lay(): void {
    const forms = (["chat", "phone"] as const).map((name) => el("label", { class: "check", for: `try-${name}` },
      el("input", { type: "radio", name: "try-form", id: `try-${name}`, value: name, checked: name === this.#form,
        change: () => (this.#form = name) }), name === "chat" ? "Chat" : "Phone"));
    this.element.replaceChildren(
      el("form", { class: "start", submit: (event: SubmitEvent) => (event.preventDefault(), void this.#start()) },
        el("fieldset", {}, el("legend", { class: "hidden-visually" }, "How"), forms),
        el("label", { class: "check language", for: "try-language" }, "Language", this.#language),
        el("button", { id: "try-start" }, "Start")),
      this.#stale, el("div", { id: "play" }), this.#events, this.#answers.element);
  }

  #checked(): void {
    const checked = this.draft.checked;
    const start = this.element.querySelector<HTMLButtonElement>("#try-start");
    if (!checked || !start) return;
    start.disabled = !checked.ok;
    start.title = checked.ok ? "" : "Mend the mistakes first";
    if (checked.ok) {
      const chosen = this.#language.value;
      this.#language.replaceChildren(...checked.languages.map((tag) => el("option", { value: tag, selected: tag === chosen }, tag)));
      this.#language.parentElement!.hidden = checked.languages.length < 2;
      this.#answers.services = checked.services;
    }
    this.#stale.hidden = !this.#stage || JSON.stringify(this.draft.texts) === this.#tried;
  }

  async #start(): Promise<void> {
    const host = this.element.querySelector("#play")!;
    this.#leave();
    this.#events.replaceChildren();
    try {
      const { texts } = this.draft;
      const wanted = { ...texts, language: this.#language.value || null, answers: this.#answers.values };
      const stage = (this.#stage = await post<Stage>("/api/menus/try", wanted));
      this.#tried = JSON.stringify(texts);
      this.#checked();
      this.#stop = listen(`/api/menus/try/${stage.draft}/events`, {
        turn: ({ step, status }: { step: string; status: string }) => this.diagram.play(status === "finished" ? "" : step),
        sent: (sent: Sent) => this.#sent(sent),
        asked: (asked: Asked) => this.#asked(asked),
      });
      this.#answers.changed = (values) => void request("PUT", `/api/menus/try/${stage.draft}/answers`, values).catch(() => {});
      this.#play = this.#form === "chat" ? new TryChat(stage.draft) : new TryPhone(stage.draft, stage.number);
      host.replaceChildren(this.#play.element);
      await this.#play.start();
    } catch (error) {
      host.replaceChildren(el("p", { class: "alert", role: "alert" }, words(error)));
    }
  }

  #leave(): void {
    this.#stop();
    this.#play?.leave();
    if (this.#stage) void fetch(`/api/menus/try/${this.#stage.draft}`, { method: "DELETE", keepalive: true });
    this.#stage = this.#play = null;
    this.diagram.play("");
  }

  #sent({ kind, to, text, key, link }: Sent): void {
    const open = link ? el("button", { class: "quiet small", click: () => void this.#follow(key) }, "Open its link") : null;
    this.#events.append(el("li", { class: "sent" }, el("b", {}, kind === "sms" ? "SMS" : kind), ` to ${to || "nobody"} — not sent: `, el("q", {}, text), open));
  }

  #asked({ service, outcome }: Asked): void {
    this.#events.append(el("li", {}, el("b", {}, service), ` was asked: ${outcome}`));
  }

  /** As the customer would: the link opens a chat. */
  async #follow(key: string): Promise<void> {
    if (!this.#stage) return;
    this.#play?.leave();
    const chat = (this.#play = new TryChat(this.#stage.draft));
    this.element.querySelector("#play")!.replaceChildren(chat.element);
    await chat.start(key);
  }
}
