// The agent's desk: who waits, the pop of the one chosen, and the talk with them. All state is the server's; a reload
// loses nothing, because the lists come from the API and the live events go on from there.

import { callActs, calls, hangUp, ready, renamed } from "./agent_calls.js";
import { handOn, passing } from "./agent_pass.js";
import { ring } from "./agent_ring.js";
import { flipped, loadSide, owed } from "./agent_side.js";
import { byId, el, icon } from "./dom.js";
import { nameOf, popCard, waitingCard } from "./pop.js";
import { ask, listen, Refused } from "./wire.js";

const NAME = "segue.agent";
const AGAIN = 2000; // ms until what could not be loaded is asked for again
const asked = new URLSearchParams(location.search);
const desk = {
  pops: new Map(), // contact -> pop, in the order in which they came
  said: new Map(), // journey -> messages of its chat
  chosen: asked.get("contact"),
  looked: null, // the pop of a journey that waits for nobody, such as one of a callback
  agent: localStorage.getItem(NAME) ?? asked.get("agent") ?? "",
  call: null, // the web phone call that we are in
  loading: false,
  again: false, // something happened meanwhile
  later: 0, // the timer of the next try to load
  wrong: "",
};

// Showing

function draw() {
  if (desk.agent && [...desk.pops.values()].some(({ node }) => node === "twilio")) ready();
  const focused = document.activeElement?.dataset?.contact;
  byId("queue").replaceChildren(...[...desk.pops.values()].map((pop) =>
    waitingCard(pop, pop.contact === desk.chosen, desk.agent, () => choose(pop.contact))));
  const waiting = [...desk.pops.values()].filter(({ status }) => status === "queued").length;
  byId("count").textContent = waiting ? `${waiting} waiting` : "";
  document.title = waiting ? `(${waiting}) Desk · Segue` : "Desk · Segue";
  byId("me").textContent = desk.agent;
  if (focused) byId("queue").querySelector(`[data-contact="${CSS.escape(focused)}"]`)?.focus();
}

function drawPop() {
  const pop = desk.looked ?? desk.pops.get(desk.chosen);
  const typed = byId("talk-text")?.value, focused = document.activeElement, inside = byId("pop").contains(focused);
  byId("pop").replaceChildren(pop
    ? popCard(pop, desk.looked ? looking(pop) : acts(pop), talk(pop))
    : el("p", { class: "empty muted" }, desk.wrong || "Choose a customer to see their journey."));
  if (typed && byId("talk-text")) byId("talk-text").value = typed;
  if (inside) (focused.isConnected ? focused : byId(focused.id) ?? byId("pop")).focus(); // what had it may be gone
  const log = byId("talk-log");
  if (log) log.scrollTop = log.scrollHeight;
}

function acts(pop) {
  const wrong = desk.wrong ? el("p", { class: "alert", role: "alert" }, desk.wrong) : null;
  if (pop.status === "queued" && pop.node === "asterisk") {
    return [el("p", { class: "muted" }, icon("voice"), " Rings on your phone: answer it there."), wrong];
  }
  if (pop.status === "queued") return [...callActs(pop), el("button", { id: "accept", click: () => accept(pop) }, "Accept"), wrong];
  const mine = pop.node === "webphone" && pop.agent === desk.agent && !desk.call;
  return [mine && el("button", { id: "speak", click: () => attempt(() => speak(pop)) }, "Connect sound"),
    el("button", { id: "finish", class: "quiet", click: () => finish(pop) }, "Finish"),
    pop.node !== "asterisk" && pop.agent === desk.agent && el("button", { id: "pass", class: "quiet", click: () => handOn(pop, desk.agent) }, "Hand on…"),
    ...callActs(pop),
    el("span", { class: "muted small" }, pop.agent ? `With ${pop.agent}` : ""), wrong];
}

function looking(pop) {
  return [el("span", { class: "muted" }, `This journey is ${STATUS[pop.status] ?? pop.status}.`),
    el("button", { class: "quiet", click: close }, "Close")];
}

function close() {
  desk.looked = null;
  drawPop();
  byId("pop").focus();
}

const STATUS = { live: "going on", paused: "paused: the customer left", dropped: "kept: the line was lost", expired: "closed: left alone for too long" };
const SIDES = { agent: "own", customer: "", segue: "segue" };

function talk(pop) {
  if (pop.channel !== "chat") return null;
  const said = desk.said.get(pop.journey) ?? [];
  const bubbles = said.map(({ from, text, sender }) =>
    el("p", { class: `bubble ${SIDES[from]}` }, from === "agent" && sender ? el("span", { class: "who" }, sender) : "", text));
  const log = el("div", { id: "talk-log", class: "bubbles", role: "log", "aria-label": "Conversation", tabindex: "0" }, bubbles);
  const form = el("form", { submit: (event) => write(event, pop) },
    el("label", { for: "talk-text", class: "hidden-visually" }, "Your message"),
    el("input", { id: "talk-text", type: "text", maxlength: 1000, autocomplete: "off", placeholder: `Write to ${nameOf(pop)}` }), el("button", {}, "Send"));
  return el("section", { class: "card talk" }, el("h3", {}, "Chat"), log, pop.status === "with_agent" ? form : null);
}

/** A journey, whether its customer waits or not. */
async function look(journey) {
  await attempt(async () => {
    const { pop, history: turns } = await ask(`/api/journeys/${encodeURIComponent(journey)}`);
    if (desk.pops.has(pop.contact)) return choose(pop.contact);
    desk.said.set(pop.journey, turns.flatMap(wordsOf));
    desk.looked = pop;
  });
  byId("pop").focus();
}

async function choose(contact) {
  desk.chosen = contact;
  desk.looked = null;
  desk.wrong = "";
  const here = new URL(location);
  here.searchParams.set("contact", contact);
  history.replaceState(null, "", here);
  draw();
  drawPop();
  byId("pop").focus();
  await refresh();
}

// Doing

async function attempt(action) {
  desk.wrong = "";
  try {
    await action();
  } catch (error) {
    desk.wrong = error.message;
  }
  draw();
  drawPop();
}

function accept(pop) {
  return attempt(async () => {
    await ask(`/api/contacts/${encodeURIComponent(pop.contact)}/accept`, { agent: desk.agent });
    desk.pops.set(pop.contact, { ...desk.pops.get(pop.contact) ?? pop, status: "with_agent", agent: desk.agent });
    if (pop.node === "webphone") await speak(pop);
    setTimeout(() => (byId("talk-text") ?? byId("finish"))?.focus());
  });
}

/** Connect our microphone and loudspeaker with a web phone call that is ours. */
async function speak(pop) {
  const { AgentPhone } = await import("./phone.js");
  const query = new URLSearchParams({ contact: pop.contact, agent: desk.agent });
  const call = new AgentPhone(`/phone/agent?${query}`);
  call.addEventListener("ended", () => {
    desk.call = null;
    drawPop();
  });
  await call.start();
  desk.call = call;
}

function finish(pop) {
  return attempt(async () => {
    if (desk.call) desk.call.finish();
    else await ask(`/api/contacts/${encodeURIComponent(pop.contact)}/finish`, {});
    desk.call = null;
    hangUp(pop.contact);
    forget(pop.contact);
  });
}

async function write(event, pop) {
  event.preventDefault();
  const text = byId("talk-text").value.trim();
  if (!text) return;
  byId("talk-text").value = "";
  await attempt(() => ask(`/api/contacts/${encodeURIComponent(pop.contact)}/message`, { text, sender: desk.agent }));
  if (desk.wrong && byId("talk-text")) byId("talk-text").value = text;
}

function forget(contact) {
  desk.pops.delete(contact);
}

// Hearing

function arrived(pop) {
  desk.again = desk.loading;
  const isNew = !desk.pops.has(pop.contact) && pop.status === "queued";
  desk.pops.set(pop.contact, pop);
  if (isNew) {
    byId("news").textContent = `${nameOf(pop)} is waiting. ${pop.why}`;
    ring();
    if (!desk.pops.has(desk.chosen) && !desk.looked) desk.chosen = pop.contact;
  }
  draw();
  if (desk.chosen === pop.contact) drawPop();
  if (desk.chosen === pop.contact && isNew) refresh();
}

const IN_HAND = ["queued", "with_agent"];

function changed({ contact, status, agent }) {
  desk.again = desk.loading;
  const pop = desk.pops.get(contact);
  if (!pop) return;
  if (!IN_HAND.includes(status)) {
    desk.pops.delete(contact);
    desk.call = desk.chosen === contact ? null : desk.call;
    if (desk.chosen === contact) desk.wrong = status === "dropped" ? "The line was lost. The journey is kept." : "This talk is over. The journey is kept.";
    byId("news").textContent = desk.chosen === contact ? desk.wrong : "";
  } else {
    desk.pops.set(contact, { ...pop, status, agent: agent ?? pop.agent });
  }
  draw();
  if (desk.chosen === contact) drawPop();
}

function heard({ journey, from, sender, text }) {
  desk.said.set(journey, [...(desk.said.get(journey) ?? []), { from, sender, text }]);
  const pop = desk.pops.get(desk.chosen);
  if (pop?.journey !== journey) return;
  if (from === "customer") byId("news").textContent = `${nameOf(pop)} writes: ${text}`;
  drawPop();
}

/** What was said in one turn, by whom. */
function wordsOf({ kind, body }) {
  if (kind === "Message") return [{ from: body.sender === "customer" ? "customer" : "agent", sender: body.sender, text: body.text }];
  const heard = body.heard ? [{ from: "customer", text: body.heard }] : [];
  return [...heard, ...(body.said ?? []).map((text) => ({ from: "segue", text }))];
}

/** The chosen journey from the store: its pop as it is now, and all that was said in its chat. */
async function refresh() {
  const shown = desk.pops.get(desk.chosen);
  if (!shown) return;
  const { pop, history: turns } = await ask(`/api/journeys/${encodeURIComponent(shown.journey)}`);
  desk.said.set(pop.journey, turns.flatMap(wordsOf));
  const now = desk.pops.get(pop.contact);
  const since = now === shown ? {} : { status: now?.status, agent: now?.agent }; // told while we asked
  if (now) desk.pops.set(pop.contact, { ...pop, ...since });
  drawPop();
}

/** What happens while an answer is under way is not in it: then the desk asks again. */
async function load() {
  desk.again = desk.loading;
  if (desk.loading) return;
  desk.loading = true;
  try {
    do {
      desk.again = false;
      await lookUp();
    } while (desk.again);
    byId("line").textContent = "";
  } catch (error) { // a desk that shows nobody looks like one at which nobody waits
    byId("line").textContent = error instanceof Refused ? error.message : "The server cannot be reached. Trying again…";
    clearTimeout(desk.later);
    desk.later = setTimeout(load, AGAIN);
  } finally {
    desk.loading = false;
  }
}

async function lookUp() {
  const [queue] = await Promise.all([ask("/api/queue"), loadSide(look)]);
  desk.pops = new Map(queue.map((pop) => [pop.contact, pop]));
  if (!desk.pops.has(desk.chosen)) {
    if (desk.chosen && !desk.again) desk.wrong ||= "This customer is not waiting any more.";
    desk.chosen = queue.find(({ agent, status }) => status === "with_agent" && agent === desk.agent)?.contact ?? desk.chosen;
  }
  draw();
  drawPop();
  await refresh();
}

function askName() {
  const dialog = byId("name-dialog");
  byId("name").value = desk.agent;
  dialog.addEventListener("close", () => {
    desk.agent = byId("name").value.trim() || desk.agent || "Agent";
    localStorage.setItem(NAME, desk.agent);
    renamed();
    draw();
  }, { once: true });
  dialog.showModal();
}

calls({
  me: () => desk.agent,
  takes: (contact) => desk.pops.get(contact)?.status === "with_agent" && desk.pops.get(contact).agent === desk.agent,
  changed: drawPop,
});
passing((wrong) => {
  desk.wrong = wrong;
  drawPop();
});
byId("me").addEventListener("click", askName);
setInterval(draw, 5000); // how long each has waited
if (!desk.agent) askName();
listen("/api/events", { pop: arrived, contact: changed, message: heard, callback: owed, switch: flipped, reset: load }, {
  state: (on) => {
    if (on) load();
    else byId("line").textContent = "Connecting…";
  },
});
