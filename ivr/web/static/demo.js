// The demo: the four places side by side, and a story that ticks itself off as it happens.

import { byId } from "./dom.js";
import { Outbox } from "./outbox.js";
import { listen } from "./wire.js";

const steps = [...document.querySelectorAll("#story li")];
const done = new Set();
const FIRST = "support";
let dropped = false;

function tick(step) {
  done.add(step);
  let next = true;
  for (const item of steps) {
    const isDone = done.has(item.dataset.step);
    item.classList.toggle("done", isDone);
    item.classList.toggle("next", next && !isDone);
    if (next && !isDone) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
    next &&= isDone;
  }
}

function turned({ channel, event }) {
  if (channel === "voice" && event === "Invoked") tick("asked"); // the order was looked up
}

function changed({ status, channel }) {
  if (status === "dropped") dropped = true;
  if (status === "dropped") tick("dropped");
  if (status === "live" && channel === "voice" && dropped) tick("again");
  if (status === "live" && channel === "chat") tick("linked");
  if (status === "queued") tick("person");
  if (status === "with_agent") tick("accepted");
}

function openChat(path) {
  byId("no-chat").hidden = true;
  byId("chat").hidden = false;
  byId("chat").src = path;
}

/** Which of the menus is phoned and written to, and in which of its languages a conversation begins. */
async function offerLines() {
  const line = byId("line");
  const menus = await (await fetch("/api/menus")).json();
  for (const { menu, title } of menus) line.add(new Option(title, menu, menu === FIRST, menu === FIRST));
  const offerLanguages = () => {
    const spoken = menus.find(({ menu }) => menu === line.value)?.languages ?? [];
    byId("language").replaceChildren(...spoken.map((tag) => new Option(nameOf(tag), tag)));
  };
  const taken = () => {
    byId("phone").src = `/phone?${chosen()}`;
    byId("chat").hidden = true;
    byId("no-chat").hidden = false;
  };
  line.addEventListener("change", () => {
    byId("story").hidden = line.value !== FIRST; // it is that of the first line
    offerLanguages();
    taken();
  });
  byId("language").addEventListener("change", taken);
  offerLanguages();
}

/** Deutsch, for those who read it. */
function nameOf(tag) {
  return new Intl.DisplayNames([tag], { type: "language" }).of(tag.split("-")[0]);
}

function chosen() {
  return new URLSearchParams({ menu: byId("line").value, language: byId("language").value });
}

const outbox = new Outbox(byId("outbox"), openChat);
byId("fresh-chat").addEventListener("click", () => openChat(`/chat?${chosen()}`));
offerLines();
tick("");
listen("/api/events", {
  turn: turned,
  contact: changed,
  outbox: (row) => outbox.put(row),
  reset: () => outbox.load(),
}, { seen: true, state: (on) => on && outbox.load() });
