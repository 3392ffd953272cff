// Beside the queue: the calls that we owe, and how the menus' switches stand.

import { ago, byId, el, icon, phone, sentence } from "./dom.js";
import { withoutIds } from "./pop.js";
import { ask, Refused } from "./wire.js";

const callbacks = new Map(); // id -> those that are open
const switches = new Map(); // name -> switch
let show = () => {}; // a journey

function callbackCard({ id, journey, number, queue, wanted, why, at }) {
  const tel = number.replace(/[^+0-9*#]/g, "");
  return el("li", { class: "owed card", "data-callback": id },
    el("p", {}, tel ? el("a", { href: `tel:${tel}` }, icon("voice"), " ", phone(number)) : "No number known",
      el("span", { class: "small muted end", title: "promised so long ago" }, ago(at)),
      el("span", { class: "small muted", title: "queue" }, queue)),
    wanted && el("p", {}, el("strong", {}, sentence(wanted))),
    why && el("p", { class: "small" }, sentence(withoutIds(why))),
    el("p", { class: "acts" }, el("button", { class: "quiet", "aria-label": `Done: ${phone(number)} was called`, click: (event) => done(id, event.currentTarget) }, "Done"),
      el("button", { class: "plain", click: () => show(journey) }, "Show journey")));
}

async function done(id, button) {
  button.disabled = true;
  try {
    owed(await ask(`/api/callbacks/${encodeURIComponent(id)}/done`, {}));
  } catch (error) {
    button.disabled = false;
    if (error instanceof Refused && error.status === 404) callbacks.delete(id);
    byId("side-wrong").textContent = error.message;
    byId("side-wrong").hidden = false;
    draw();
  }
}

function switchLine({ title, name, on }) {
  return el("li", {}, el("span", {}, sentence(title || name)), el("span", { class: `state ${on ? "on" : ""}` }, on ? "on" : "off"));
}

function draw() {
  const focused = document.activeElement?.closest?.("[data-callback]")?.dataset.callback;
  const open = [...callbacks.values()].sort((one, other) => one.at - other.at);
  byId("owed").hidden = !open.length;
  byId("owed-count").textContent = open.length;
  byId("callbacks").replaceChildren(...open.map(callbackCard));
  if (focused) byId("callbacks").querySelector(`[data-callback="${CSS.escape(focused)}"] button`)?.focus();
  byId("switched").hidden = !switches.size;
  byId("switches").replaceChildren(...[...switches.values()].map(switchLine));
  const on = [...switches.values()].filter((one) => one.on).map(({ title, name }) => sentence(title || name));
  byId("emergency").textContent = `On: ${on.join(" · ")}`;
  byId("emergency").hidden = !on.length;
}

/** A callback is new or has changed. */
export function owed(row) {
  if (row.state === "open") callbacks.set(row.id, row);
  else callbacks.delete(row.id);
  byId("side-wrong").hidden = true;
  draw();
}

/** A switch was flipped; one of a menu that is not in force is nobody's here. */
export function flipped({ name, state }) {
  const known = switches.get(name);
  if (known) switches.set(name, { ...known, on: state === "on" });
  draw();
}

/** All of it, from the API. `shown` is called with the journey that somebody wants to see. */
export async function loadSide(shown) {
  show = shown;
  const [rows, lines] = await Promise.all([ask("/api/callbacks"), ask("/api/switches")]);
  callbacks.clear();
  switches.clear();
  for (const row of rows) if (row.state === "open") callbacks.set(row.id, row);
  for (const line of lines) switches.set(line.name, line);
  draw();
}

setInterval(() => callbacks.size && draw(), 30_000); // how old each is
