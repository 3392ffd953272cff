// The screen-pop: a journey as an agent sees it (docs/api.md). Data in, elements out; no state here.

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
    el("span", { class: "why" }, pop.why || pop.summary || channelName(pop.channel))));
}

function trust({ trust: tier, trust_words: words }) {
  const kind = tier <= 0 ? "none" : tier >= 3 ? "sure" : "";
  return el("span", { class: `trust ${kind}` }, icon(tier >= 2 ? "check" : "person"), sentence(words));
}

function head(pop, acts) {
  const where = [channelName(pop.channel), pop.queue && `queue ${pop.queue}`, pop.title].filter(Boolean).join(" · ");
  return el("section", { class: "card head arrive" },
    el("div", { class: "who" }, el("h1", {}, nameOf(pop)), trust(pop)),
    el("p", { class: "muted small" }, icon(pop.channel), ` ${where}`, pop.customer.name && pop.identifier ? ` · ${phone(pop.identifier)}` : ""),
    pop.why && el("p", { class: "why" }, sentence(pop.why)),
    pop.summary && pop.summary !== pop.why && el("p", { class: "muted" }, pop.summary),
    answered(pop),
    el("div", { class: "acts" }, acts));
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

function slots(pop) {
  const rows = pop.slots.map(({ title, name, value, channel, at }) => el("tr", {},
    el("th", { scope: "row" }, sentence(title || name)), el("td", {}, value),
    el("td", { title: channel ? `by ${channelName(channel)}` : "from a back office" }, channel ? icon(channel) : "",
      el("span", { class: "hidden-visually" }, channelName(channel)), " ", time(at))));
  return el("section", { class: "card" }, el("h3", {}, "What we know"),
    rows.length ? el("table", { class: "slots" }, el("tbody", {}, rows)) : el("p", { class: "muted" }, "Nothing yet."));
}

const LEFT = { caller: "left", dropped: "the line was lost", ours: "we ended it", moved: "went on elsewhere" };

/** Steps and contacts in one line of time: where each channel begins, what was done there, how it ended. */
function timeline(pop) {
  const begins = pop.contacts.map(({ channel, at }) => ({ at, order: 0, line: ["begins", icon(channel), channelName(channel)] }));
  const steps = pop.path.map(({ step, at, chose }) => ({ at, order: 1, line: ["", "", sentence(chose || step.replaceAll("_", " "))] }));
  const ends = pop.contacts.flatMap((contact, index) => contact.left
    ? [{ at: pop.contacts[index + 1]?.at ?? pop.at, order: -1, quiet: true, line: [contact.left === "dropped" ? "lost" : "ended", "", `${channelName(contact.channel)}: ${LEFT[contact.left] ?? contact.left}`] }] : []);
  const all = [...begins, ...steps, ...ends].sort((one, other) => one.at - other.at || one.order - other.order);
  return el("section", { class: "card" }, el("h3", {}, "The journey so far"),
    el("ol", { class: "timeline" }, all.map(({ at, quiet, line: [kind, mark, words] }) =>
      el("li", { class: kind }, el("span", { class: "dot" }, mark), el("span", {}, words), quiet ? "" : time(at)))));
}

/** The whole pop; `acts` are its buttons, `talk` the conversation with the customer if there is one. */
export function popCard(pop, acts, talk) {
  return el("article", { class: "pop", "data-contact": pop.contact },
    el("div", {}, ...[head(pop, acts), candidates(pop), talk].filter(Boolean)), el("div", {}, slots(pop), timeline(pop)));
}
