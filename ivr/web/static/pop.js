// The screen-pop: a journey as an agent sees it (docs/api.md). Data in, elements out; no state here.

import { passed } from "./agent_pass.js";
import { ago, channelName, el, icon, phone, sentence, time } from "./dom.js";

/** Whom to call this customer in lists and headings. */
export function nameOf(pop) {
  return pop.customer.name || phone(pop.identifier) || "Unknown customer";
}

/** A line of the list. `me`: the name of the agent who looks. */
export function waitingCard(pop, current, me, choose) {
  const whose = pop.agent === me ? "you" : pop.agent || "an agent";
  const state = pop.status === "with_agent" ? `with ${whose}` : ago(pop.at);
  return el("li", {}, el("button", { class: "waiting", "aria-current": current && "true", "data-contact": pop.contact, click: choose },
    icon(pop.channel), el("strong", {}, nameOf(pop)), el("span", { class: "small muted" }, state),
    el("span", { class: "why" }, withoutIds(pop.why || pop.summary || channelName(pop.channel)))));
}

function trust({ trust: tier, trust_words: words }) {
  const kind = tier <= 0 ? "none" : tier >= 3 ? "sure" : "";
  return el("span", { class: `trust ${kind}` }, icon(tier >= 2 ? "check" : "person"), sentence(words));
}

function head(pop, acts) {
  const where = [channelName(pop.channel), pop.queue && `queue ${pop.queue}`, pop.title].filter(Boolean).join(" · ");
  return el("section", { class: "card head arrive" },
    el("div", { class: "who" }, el("h2", {}, nameOf(pop)), trust(pop)),
    el("p", { class: "muted small" }, icon(pop.channel), ` ${where}`, pop.customer.name && pop.identifier ? ` · ${phone(pop.identifier)}` : ""),
    pop.why && el("p", { class: "why" }, sentence(withoutIds(pop.why))),
    pop.summary && pop.summary !== pop.why && el("p", { class: "muted" }, withoutIds(pop.summary)),
    passed(pop),
    pop.whisper && el("p", { class: "whisper" }, el("strong", {}, "For you:"), ` ${withoutIds(pop.whisper)}`),
    answered(pop),
    tried(pop),
    el("div", { class: "acts" }, acts));
}

/** Articles that were shown: what helped, and above all what need not be tried again. */
function tried(pop) {
  if (!pop.tried.length) return null;
  return el("div", { class: "known" }, el("h3", {}, "Already tried"),
    el("ul", { class: "answered tried" }, pop.tried.map(({ title, helped }) => el("li", { class: helped ? "" : "vain" },
      icon(helped ? "check" : "cross"), `${sentence(title)}: ${helped ? "helped" : "did not help"}`))));
}

function candidates(pop) {
  if (!pop.candidates.length) return null;
  return el("section", { class: "card" }, el("h3", {}, "This number is shared. Ask who is speaking; it may be"),
    el("ul", {}, pop.candidates.map(({ name, id }) => el("li", {}, name || id))));
}

function answered(pop) {
  if (!pop.answered.length) return null;
  return el("div", { class: "known" }, el("h3", {}, "Already answered: do not ask again"),
    el("ul", { class: "answered" }, pop.answered.map((title) => el("li", {}, icon("check"), sentence(title)))));
}

const RECORDING = /recording:([0-9a-f]{32})/g;
const players = new Map(); // recording -> its player: the same whenever the pop is drawn, so that it plays on

/** Words of a menu in which a recorded message stands: its id is of no use to people. */
export function withoutIds(words) {
  return words.replace(RECORDING, "(a recorded message)");
}

function player(recording, title) {
  const path = `/api/recordings/${recording}`;
  if (!players.has(recording)) {
    players.set(recording, el("audio", { controls: true, preload: "none", src: path, "aria-label": title, error: gone }));
  }
  return players.get(recording);
}

function gone({ target }) {
  target.replaceWith(el("span", { class: "muted" }, "This message cannot be played; it may have been deleted with age."));
}

/** The id of the recording that a slot holds. */
function recordingIn(value) {
  const [found] = value.matchAll(RECORDING);
  return found?.[0] === value ? found[1] : null;
}

function slotRows({ title, name, value, channel, at }) {
  const words = sentence(title || name), recording = recordingIn(value);
  const row = el("tr", {},
    el("th", { scope: "row" }, words), el("td", {}, recording ? "a spoken message" : value),
    el("td", { title: channel ? `by ${channelName(channel)}` : "from a back office" }, channel ? icon(channel) : "",
      el("span", { class: "hidden-visually" }, channelName(channel)), " ", time(at)));
  return recording ? [row, el("tr", {}, el("td", { colspan: 3 }, player(recording, words)))] : [row];
}

function slots(pop) {
  const rows = pop.slots.flatMap(slotRows);
  return el("section", { class: "card" }, el("h3", {}, "What we know"),
    rows.length ? el("table", { class: "slots" }, el("tbody", {}, rows)) : el("p", { class: "muted" }, "Nothing yet."));
}

const LEFT = { caller: "left", dropped: "the line was lost", ours: "we ended it", moved: "went on elsewhere" };

const PROOFS = { pin: "Proved who they are by PIN", code: "Proved who they are by a code that was sent to them" };

/** Steps and contacts in one line of time: where each channel begins, what was done there, how it ended. */
function timeline(pop) {
  const begins = pop.contacts.map(({ channel, at }) => ({ at, order: 0, line: ["begins", icon(channel), channelName(channel)] }));
  const steps = pop.path.map(({ step, at, chose }) => ({ at, order: 1, line: ["", "", sentence(chose || step.replaceAll("_", " "))] }));
  const proofs = pop.proven.map(({ by, at }) => ({ at, order: 2, line: ["proof", icon("check"), PROOFS[by] ?? "Proved who they are"] }));
  const ends = pop.contacts.flatMap((contact, index) => contact.left
    ? [{ at: pop.contacts[index + 1]?.at ?? pop.at, order: -1, quiet: true, line: [contact.left === "dropped" ? "lost" : "ended", "", `${channelName(contact.channel)}: ${LEFT[contact.left] ?? contact.left}`] }] : []);
  const all = [...begins, ...steps, ...proofs, ...ends].sort((one, other) => one.at - other.at || one.order - other.order);
  return el("section", { class: "card" }, el("h3", {}, "The journey so far"),
    el("ol", { class: "timeline" }, all.map(({ at, quiet, line: [kind, mark, words] }) =>
      el("li", { class: kind }, el("span", { class: "dot" }, mark), el("span", {}, words), quiet ? "" : time(at)))));
}

/** The whole pop; `acts` are its buttons, `talk` the conversation with the customer if there is one. */
export function popCard(pop, acts, talk) {
  return el("article", { class: "pop", "data-contact": pop.contact },
    el("div", {}, ...[head(pop, acts), candidates(pop), talk].filter(Boolean)), el("div", {}, slots(pop), timeline(pop)));
}
