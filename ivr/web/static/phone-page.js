// The phone's page: what is shown and pressed. The phone itself is in phone.js.

import { byId, el } from "./dom.js";
import { WebPhone } from "./phone.js";

const LETTERS = { 2: "ABC", 3: "DEF", 4: "GHI", 5: "JKL", 6: "MNO", 7: "PQRS", 8: "TUV", 9: "WXYZ", 0: "+" };
const NAMES = { "*": "star", "#": "hash", 0: "0" };
const MOST_SAID = 40; // captions kept on the page
const STATES = {
  idle: "Ready",
  calling: "Calling…",
  talking: "Connected",
  lost: "Line lost. Finding it again…",
};
const ENDS = {
  caller: "You hung up. Call again at any time: you go on where you were.",
  dropped: "The line was dropped. Call again, and you go on where you were.",
  lost: "The line was away for too long. Call again, and you go on where you were.",
  moved: "Your conversation goes on elsewhere.",
  broken: "We could not go on. Please call again in a few minutes.",
  busy: "All lines are busy. Please call again in a moment.",
  refused: "The call was refused. Reload this page and try again.",
  replaced: "This call goes on in another window.",
  unreachable: "We cannot be reached now. Check your connection and call again.",
};
const BAD = new Set(["broken", "busy", "refused", "unreachable"]);

const phone = new WebPhone();
const asked = new URLSearchParams(location.search);
let since = 0;
let secret = false;
let person = "";
let message = null; // the one that is recorded: its turn, and when it began
let listens = false; // the question that is open may be answered by voice
let noted = false; // that there is no microphone, in this call

const LISTENING = byId("hearing").textContent;

// Calling

byId("dial").addEventListener("submit", (event) => {
  event.preventDefault();
  const number = byId("number").value.replace(/[^+0-9]/g, "");
  const withheld = byId("withheld").checked || !number;
  keep("number", byId("number").value);
  byId("said").replaceChildren();
  note("");
  const [menu, language] = [asked.get("menu") ?? undefined, asked.get("language") ?? undefined];
  phone.call({ number: withheld ? null : number, withheld, menu, language });
  byId("said").focus(); // not a button: a key that is held down would press it
});
byId("withheld").addEventListener("change", () => (byId("number").disabled = byId("withheld").checked));
byId("hangup").addEventListener("click", () => phone.hangup());
byId("drop").addEventListener("click", () => phone.drop());
byId("mute").addEventListener("click", () => {
  phone.muted = !phone.muted;
  byId("mute").setAttribute("aria-pressed", phone.muted);
  ear(listens);
});

phone.addEventListener("state", ({ detail }) => {
  const idle = detail === "idle";
  document.body.dataset.state = detail;
  for (const id of ["dial", "call"]) byId(id).hidden = !idle;
  for (const id of ["talk", "hangup", "drop", "timer"]) byId(id).hidden = idle;
  for (const key of byId("keys").children) key.disabled = idle;
  byId("mute").hidden ||= idle;
  show(detail === "talking" && person ? person : STATES[detail]);
  if (detail === "calling") start();
  if (idle) noted = false;
});
phone.addEventListener("ended", ({ detail }) => {
  show("Call ended");
  person = "";
  note(ENDS[detail] ?? "", BAD.has(detail));
  byId("options").replaceChildren();
  quiet();
  ear(false);
  byId("call").focus();
});

// Hearing

phone.addEventListener("say", ({ detail }) => caption(detail.text));
phone.addEventListener("collect", ({ detail }) => {
  secret = detail.secret;
  listens = detail.speech;
  typed("");
  note("");
  person = "";
  show(STATES.talking);
  byId("mute").hidden ||= !listens;
  ear(listens);
  byId("options").replaceChildren(...detail.options.map(choice));
});
phone.addEventListener("hearing", ({ detail }) => speaking(detail.text || "…"));
phone.addEventListener("heard", ({ detail }) => {
  speaking("");
  if (detail.text) caption(detail.text, "you");
});
phone.addEventListener("record", () => {
  waiting("Get ready to speak");
  note("After the beep, say your message. Any key skips to the beep.");
});
phone.addEventListener("recording", ({ detail }) => recording(detail));
phone.addEventListener("recorded", ({ detail }) => {
  quiet();
  note("");
  caption(detail.seconds ? `Your message of ${words(detail.seconds)} is recorded.` : "No message was recorded.");
});
phone.addEventListener("queued", () => waiting("Waiting for a person…"));
phone.addEventListener("agent", ({ detail }) => waiting(`Talking to ${detail.name}`));
phone.addEventListener("microphone", ({ detail }) => {
  byId("mute").hidden = !detail;
  ear(listens);
  if (!detail && !listens) note("Without a microphone you hear the other side, but are not heard. Allow it in your browser.", true);
  if (!detail && listens && !noted) note("Answer by keys. To say your answers, allow the microphone in your browser.");
  noted ||= !detail;
});
phone.addEventListener("error", ({ detail }) => note(detail.message, true));

function caption(text, who = "us") {
  const said = byId("said");
  said.querySelector(".now")?.classList.remove("now");
  said.append(el("p", { class: `now ${who}` }, text));
  while (said.children.length > MOST_SAID) said.firstElementChild.remove();
  said.scrollTop = said.scrollHeight;
}

function waiting(words) {
  person = words;
  listens = false;
  ear(false);
  typed("");
  byId("options").replaceChildren();
  show(words);
}

// Listening

/** Show whether we listen: not without a microphone, and not to one that is muted. */
function ear(open) {
  byId("ear").hidden = !open || phone.muted || byId("mute").hidden;
  speaking("");
}

/** What somebody's words sound like so far; nothing: nobody speaks. */
function speaking(words) {
  byId("ear").classList.toggle("speaking", Boolean(words));
  byId("hearing").textContent = words || LISTENING;
}

// Recording

byId("done").addEventListener("click", () => press(message.ends[0]));

/** A message is taken; after a lost line this is told again. */
function recording({ turn, longest, ends }) {
  waiting("Recording: speak now");
  note("");
  message = { turn, longest, ends, since: message?.turn === turn ? message.since : performance.now() };
  byId("recorder").hidden = false;
  byId("done").hidden = !ends;
  byId("done").textContent = `Done (${ends[0]})`;
  byId("done").setAttribute("aria-label", `Done, or press ${NAMES[ends[0]] ?? ends[0]}`);
  if (ends) byId("done").focus();
}

function quiet() {
  if (byId("recorder").contains(document.activeElement)) byId("said").focus();
  byId("recorder").hidden = true;
  message = null;
}

/** What the recorder and the ear show now. */
function meters() {
  if (!byId("ear").hidden) byId("loud").value = Math.min(1, phone.sound.voice() * 5);
  if (!message) return;
  const seconds = Math.min(message.longest, (performance.now() - message.since) / 1000);
  byId("spoken").textContent = `${clock(seconds)} of ${clock(message.longest)}`;
  byId("voice").value = Math.min(1, phone.sound.voice() * 5);
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function words(seconds) {
  const whole = Math.max(1, Math.round(seconds));
  return whole < 60 ? `${whole} seconds` : `${clock(whole)} minutes`;
}

// Pressing

for (const key of "123456789*0#") {
  byId("keys").append(
    el("button", { type: "button", disabled: true, "data-key": key, "aria-label": NAMES[key], click: () => press(key) },
      key, " ", el("small", {}, LETTERS[key] ?? "")),
  );
}

addEventListener("keydown", (event) => {
  const writing = event.target === byId("number");
  if (writing || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  const button = byId("keys").querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!button || button.disabled) return;
  event.preventDefault(); // Firefox begins a search at some of them
  button.classList.add("down");
  setTimeout(() => button.classList.remove("down"), 120);
  press(event.key);
});

function press(key) {
  if (phone.press(key)) typed(byId("typed").textContent + (secret ? "•" : key));
}

function choice({ key, label }) {
  return el("button", { type: "button", click: () => press(key) }, el("b", {}, key), label);
}

// Showing

function typed(text) {
  byId("typed").textContent = text.slice(-20);
}

function show(status) {
  byId("status").textContent = status;
}

function note(text, bad = false) {
  byId("note").textContent = text;
  byId("note").hidden = !text;
  byId("note").classList.toggle("bad", bad);
}

function start() {
  since = performance.now();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  requestAnimationFrame(function tick() {
    if (phone.state === "idle") return;
    byId("timer").textContent = clock((performance.now() - since) / 1000);
    meters();
    const level = calm ? 0 : Math.min(1, phone.sound.level() * 4);
    byId("light").style.setProperty("--level", level.toFixed(2));
    requestAnimationFrame(tick);
  });
}

function keep(name, value) {
  try {
    localStorage.setItem(`phone.${name}`, value);
  } catch {
    // storage may be forbidden: the number is then typed again
  }
}

function kept(name) {
  try {
    return localStorage.getItem(`phone.${name}`);
  } catch {
    return null;
  }
}

byId("number").value = asked.get("number") ?? kept("number") ?? byId("number").value;
