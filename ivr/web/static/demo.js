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

/** Which of the menus is phoned and written to. The story is that of the first one. */
async function offerLines() {
  const line = byId("line");
  const menus = await (await fetch("/api/menus")).json();
  for (const { menu, title } of menus) line.add(new Option(title, menu, menu === FIRST, menu === FIRST));
  line.addEventListener("change", () => {
    byId("story").hidden = line.value !== FIRST;
    byId("phone").src = `/phone?menu=${encodeURIComponent(line.value)}`;
    byId("chat").hidden = true;
    byId("no-chat").hidden = false;
  });
}

const outbox = new Outbox(byId("outbox"), openChat);
byId("fresh-chat").addEventListener("click", () => openChat(`/chat?menu=${encodeURIComponent(byId("line").value)}`));
offerLines();
tick("");
listen("/api/events", {
  turn: turned,
  contact: changed,
  outbox: (row) => outbox.put(row),
  reset: () => outbox.load(),
}, { state: (on) => on && outbox.load() });
