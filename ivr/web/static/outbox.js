// What would be sent: the outbox as a list of bubbles whose links can be opened.

import { el, icon, phone } from "./dom.js";
import { ask } from "./wire.js";

const LINK = /https?:\/\/\S+\/l\/[\w-]+/g;
const KINDS = { sms: "SMS", email: "E-mail", messenger: "Message" };
const STATES = { waiting: "waiting", sending: "being sent", sent: "sent", failed: "failed" };

/** The text with its links alive. They open through this server, whatever name customers reach it by. */
function words(text, open) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    const path = new URL(found[0]).pathname.replace(/^.*(?=\/l\/)/, "");
    const follow = open && ((event) => { event.preventDefault(); open(path); });
    parts.push(text.slice(from, found.index), el("a", { href: path, click: follow }, found[0]));
    from = found.index + found[0].length;
  }
  return [...parts, text.slice(from)];
}

function line({ key, kind, to, text, state, note, delivery }, open) {
  return el("li", { class: "sms arrive", "data-key": key },
    el("p", { class: "meta" }, icon(kind === "email" ? kind : "sms"), `${KINDS[kind] ?? kind} to ${phone(to)}`,
      el("span", { class: `state ${state}` }, delivery || (STATES[state] ?? state))),
    el("p", { class: "bubble" }, words(text, open)),
    ...(note ? [el("p", { class: "meta" }, note)] : []));
}

/** Keeps `list` like the outbox. `open` is called with the path of a link that is clicked; without it, it just opens. */
export class Outbox {
  constructor(list, open) {
    this.list = list;
    this.open = open;
  }

  async load() {
    const rows = await ask("/api/outbox");
    this.list.replaceChildren(...rows.map((row) => line(row, this.open)));
  }

  /** One message is new or has changed. */
  put(row) {
    const made = line(row, this.open);
    const old = this.list.querySelector(`[data-key="${CSS.escape(row.key)}"]`);
    if (old) old.replaceWith(made);
    else this.list.prepend(made);
  }
}
