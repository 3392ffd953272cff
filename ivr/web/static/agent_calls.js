// Calls of Twilio's that ring in this browser, by its Voice SDK, which is fetched once a caller of Twilio's is there.
// Who has accepted a caller has no second button to press: their call is answered as it rings.

import { byId, el } from "./dom.js";
import { ask } from "./wire.js";

const SDK = "/static/studio/twilio-voice.js";
const on = new Map(); // contact -> the call that rings or is on
let device = null; // or the promise of one
let desk = { me: () => "", takes: () => false, changed: () => {} };

/** `me`: the agent's name; `takes`: whether the agent has accepted that contact; `changed`: draw again. */
export function calls(hooks) {
  desk = hooks;
}

/** A caller of Twilio's is at the desk: from now on this browser can be rung. */
export function ready() {
  device ??= register().catch((error) => {
    device = null;
    byId("line").textContent = `Calls cannot ring here: ${error.message}`;
  });
}

async function register() {
  const name = desk.me(), { token } = await ask("/api/twilio/token", { agent: name });
  if (!token) return "phone"; // theirs ring elsewhere
  const { Device } = await import(SDK);
  const made = new Device(token, { allowIncomingWhileBusy: true, logLevel: "error" });
  made.on("incoming", rings);
  made.on("tokenWillExpire", () => ask("/api/twilio/token", { agent: name }).then((fresh) => made.updateToken(fresh.token)).catch(() => {}));
  made.on("error", ({ message }) => (byId("line").textContent = `Calls in this browser: ${message}`));
  await made.register();
  return made;
}

function rings(call) {
  const contact = call.customParameters.get("context");
  const before = on.get(contact);
  on.set(contact, call);
  for (const end of ["disconnect", "cancel", "reject"]) call.on(end, () => over(contact, call));
  if (desk.takes(contact)) {
    before?.disconnect();
    call.accept();
  }
  desk.changed();
}

function over(contact, call) {
  if (on.get(contact) === call) on.delete(contact);
  desk.changed();
}

/** The talk is finished, here too. */
export function hangUp(contact) {
  on.get(contact)?.disconnect();
}

/** Another name is another agent: their calls ring here from now on. */
export async function renamed() {
  const former = await device;
  device = null;
  if (former?.destroy) former.destroy();
  if (former) ready();
}

/** What there is to do about a call beside accepting and finishing it. */
export function callActs(pop) {
  const call = on.get(pop.contact);
  const asked = pop.passed && pop.status === "queued" && call?.status() === "pending";
  const leaves = call?.status() === "open" && pop.agent !== desk.me(); // of a talk with a colleague
  return [asked && el("button", { id: "answer", click: () => answer(call) }, `Answer ${pop.passed.by}`),
    leaves && el("button", { id: "leave", class: "quiet", click: () => hangUp(pop.contact) }, "Leave the talk")];
}

function answer(call) {
  call.accept();
  desk.changed();
}
