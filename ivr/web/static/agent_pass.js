// Handing a customer on: to a queue, or to a colleague, who may be asked first where the call is Twilio's.

import { byId, el } from "./dom.js";
import { ask } from "./wire.js";

let done = () => {};

/** `after` is called with what went wrong, or with nothing. */
export function passing(after) {
  done = after;
}

/** Ask for whom and with which words, and do it. */
export function handOn(pop, agent) {
  const dialog = byId("pass-dialog"), form = dialog.querySelector("form");
  form.reset();
  byId("pass-queue").replaceChildren(...pop.queues.map((queue) => el("option", { value: queue, selected: queue === pop.queue }, queue)));
  byId("pass-ask").hidden = pop.node !== "twilio";
  dialog.onclose = () => send(pop, agent, dialog.returnValue, new FormData(form));
  dialog.returnValue = "";
  dialog.showModal();
}

async function send(pop, agent, way, fields) {
  if (way !== "ask" && way !== "pass") return;
  const path = `/api/contacts/${encodeURIComponent(pop.contact)}/${way === "ask" ? "consult" : "pass-on"}`;
  const to = fields.get("to").trim(), note = fields.get("note").trim();
  const body = { agent, to, note, ...(way === "pass" && { queue: fields.get("queue") }) };
  await ask(path, body).then(() => done(""), (error) => done(error.message));
}

/** What the agent before wrote. */
export function passed({ passed: how }) {
  if (!how) return null;
  const whom = how.to ? ` to ${how.to}` : "";
  return el("p", { class: "whisper passed" }, el("strong", {}, `Handed on by ${how.by}${whom}:`), ` ${how.note || "no note"}`);
}
