// The customer's chat. The server holds the conversation; this page holds only what could not be sent yet.

import { byId, el, icon } from "./dom.js";
import { ask, listen, Refused } from "./wire.js";

const LONGEST = 1000; // characters; the server refuses more
const AGAIN = 2000; // milliseconds until an unsent message is tried again
const UNSENT = "segue.unsent";

const log = byId("log"), text = byId("text");
const chat = {
  turn: null, // the question that an answer answers
  unsent: JSON.parse(sessionStorage.getItem(UNSENT) ?? "[]"),
  secrets: new Set(), // ids of unsent messages that must not be stored
  sending: false,
  stop: () => {},
};

// What is shown

function bubble(message, id) {
  const own = message.from === "customer";
  const item = el("p", { class: `bubble arrive ${own ? "own" : message.from}`, "data-id": id });
  if (message.from === "agent") item.append(el("span", { class: "who" }, message.name || message.sender || "Agent"));
  else item.append(el("span", { class: "hidden-visually" }, own ? "You: " : "Answer: "));
  item.append(el("span", { lang: message.language }, message.text));
  log.append(item);
  toEnd();
  return item;
}

function note(words) {
  log.append(el("p", { class: "note" }, words));
  toEnd();
}

/** Not scrollIntoView: in a frame that would scroll the page around it too. */
function toEnd() {
  log.parentElement.scrollTop = log.parentElement.scrollHeight;
}

function wrong(words = "") {
  byId("wrong").textContent = words;
  byId("wrong").hidden = !words;
}

/** The second click of a double click may come down on a button of the next question: it is none. */
function buttons(group, options, quiet) {
  const had = group.contains(document.activeElement);
  group.replaceChildren(...options.map(({ id, label }) =>
    el("button", { type: "button", class: quiet, click: ({ detail }) => detail > 1 || say(id, label) }, quiet ? icon("person") : "", quiet ? " " : "", label)));
  if (had) (group.firstChild ?? text).focus();
}

const WITH = { queued: "Waiting for a person…", live: "", with_agent: "You are talking to a person" };

function reply({ messages, options, always, turn, ended, status, secret, language }) {
  for (const message of messages) bubble(message);
  chat.turn = turn;
  const person = status === "queued" || status === "with_agent";
  buttons(byId("options"), person ? [] : options, "");
  buttons(byId("always"), person ? [] : always, "plain");
  for (const group of ["options", "always"]) byId(group).toggleAttribute("lang", Boolean(language));
  if (language) for (const group of ["options", "always"]) byId(group).lang = language;
  text.type = secret ? "password" : "text";
  byId("with").textContent = WITH[status] ?? "";
  if (ended) over(status);
  toEnd();
}

const OVER = {
  none: ["Chat with us", "We answer at once. You can ask for a person at any time.", "Start chat"],
  left: ["Welcome back", "You were away for a while. Nothing is lost: go on where you were.", "Go on"],
  ended: ["You have ended this chat", "It is kept: come back and it goes on where you were.", "Go on"],
  finished: ["That is all for now", "Thank you. This conversation is finished.", "Start a new chat"],
  moved: ["It goes on elsewhere", "You have taken this conversation to another channel.", "Start a new chat"],
  broken: ["We are sorry", "This conversation could not go on. You can phone us, or start again.", "Start a new chat"],
  over: ["This conversation is over", "You can phone us, or start a new chat.", "Start a new chat"],
};

function over(status) {
  const [title, words, button] = OVER[status] ?? OVER.over;
  byId("begin-title").textContent = title;
  byId("begin-words").textContent = words;
  byId("begin-button").textContent = button;
  byId("begin").hidden = false;
  byId("answer").hidden = byId("end").hidden = true;
  byId("with").textContent = "";
  chat.unsent = [];
  keep();
  toEnd();
  if (status !== "none") byId("begin-button").focus({ preventScroll: true });
}

// What is sent

function keep() {
  sessionStorage.setItem(UNSENT, JSON.stringify(chat.unsent.filter(({ id }) => !chat.secrets.has(id))));
}

/** Say something: shown at once, kept until the server has it. `label` is set for a pressed button. */
function say(words, label) {
  if (chat.unsent.some(({ button }) => button)) return; // a second click on an answer that is on its way
  const secret = text.type === "password" && !label;
  const message = { id: newId(), text: words, turn: chat.turn, button: Boolean(label) };
  bubble({ from: "customer", text: secret ? "••••" : label ?? words }, message.id);
  if (secret) chat.secrets.add(message.id);
  chat.unsent.push(message);
  keep();
  deliver();
}

/** crypto.randomUUID exists on https and localhost only. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function deliver() {
  if (chat.sending || !chat.unsent.length) return;
  chat.sending = true;
  const [first] = chat.unsent;
  try {
    const answer = await ask("/chat/messages", first);
    done(first);
    reply(answer);
  } catch (error) {
    failed(first, error);
  }
  chat.sending = false;
  if (chat.unsent.length && navigator.onLine) setTimeout(deliver, byId("offline").hidden ? 0 : AGAIN);
}

function done(message) {
  chat.unsent = chat.unsent.filter(({ id }) => id !== message.id);
  keep();
  byId("offline").hidden = true;
  log.querySelector(`[data-id="${message.id}"]`)?.classList.remove("unsent");
}

function failed(message, error) {
  if (!(error instanceof Refused) || error.status >= 500 || error.status === 429) {
    byId("offline").hidden = false;
    log.querySelector(`[data-id="${message.id}"]`)?.classList.add("unsent");
    return;
  }
  done(message);
  if (error.status === 409) return load();
  log.querySelector(`[data-id="${message.id}"]`)?.remove();
  if (!message.button) text.value = message.text;
  wrong(error.message);
}

// What happens without our asking

function follow(after) {
  chat.stop();
  chat.stop = listen(`/chat/events?after=${encodeURIComponent(after)}`, {
    message: (message) => bubble(message),
    joined: ({ agent }) => {
      byId("with").textContent = agent ? `You are talking to ${agent}` : WITH.with_agent;
      note(agent ? `${agent} is here and knows your conversation.` : "A person is here and knows your conversation.");
    },
    turn: reply,
    moved: () => over("moved"),
    reset: load,
  }, { closed: () => byId("begin").hidden && load() });
}

async function load() {
  const { reply: all, agent, after } = await ask("/chat/state");
  if (!(all.ended && log.children.length)) log.replaceChildren();
  wrong();
  byId("begin").hidden = true;
  byId("answer").hidden = byId("end").hidden = all.ended;
  reply(all);
  if (all.ended) return chat.stop();
  if (agent) byId("with").textContent = `You are talking to ${agent}`;
  follow(after);
  for (const { id, text: words } of chat.unsent) bubble({ from: "customer", text: words }, id).classList.add("unsent");
  deliver();
  text.focus();
}

byId("write").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = text.value.trim();
  wrong(words.length > LONGEST ? `Write at most ${LONGEST.toLocaleString()} characters; this has ${words.length.toLocaleString()}. Split it into several messages.` : "");
  if (!words || words.length > LONGEST) return;
  text.value = "";
  say(words);
});

byId("end").addEventListener("click", async () => {
  chat.stop();
  await ask("/chat/end", {}).catch(() => {});
  over("ended");
});

byId("begin").addEventListener("submit", () => setTimeout(() => (byId("begin-button").disabled = true)));
addEventListener("online", deliver);
addEventListener("offline", () => (byId("offline").hidden = false));
load().catch((error) => {
  byId("answer").hidden = false;
  wrong(error instanceof Refused ? error.message : "We cannot be reached just now. Load this page again in a moment.");
});
