// The web phone: one WebSocket, binary messages are sound, text messages are events. docs/webphone.md describes it.
//
// Both phones dispatch every event of the server under its own name (`say`, `collect`, `agent`…) with its fields as
// `detail`, and three of their own: `state` (calling, talking, lost, idle), `microphone` (detail true or false) and
// `ended` (detail: the reason; the server's, or `dropped`, `busy`, `unreachable`, `replaced`).

import { Sound } from "./phone-sound.js";

const TRY_EVERY = 500; // ms between attempts to find a lost line again
const GIVE_UP = 60_000; // ms
const DROPPED = 4000; // close codes: see docs/webphone.md
const TRY_LATER = 1013;
const FINAL = { 1000: "finished", 1008: "refused", [DROPPED]: "dropped", 4001: "replaced" };
const MOST_KEYS = 64;
const LISTENS = { queued: true, agent: true, record: true, recording: true, recorded: false }; // `collect` says it itself

/** A socket that is found again when it is lost, with sound. */
class Phone extends EventTarget {
  sound = new Sound();
  state = "idle";
  _listening = true; // somebody, or a recorder, is at the other end
  #url;
  #socket = null;
  #begun = false; // what `_opened` sends goes before everything else
  #lostAt = 0;
  #again = 0;

  constructor(url) {
    super();
    this.#url = new URL(url, location.href.replace(/^http/, "ws"));
    addEventListener("offline", () => this.state === "talking" && this.#lose());
    addEventListener("online", () => this.state === "lost" && this.#connect());
  }

  get muted() {
    return this.sound.muted;
  }

  set muted(muted) {
    this.sound.muted = muted;
  }

  async _begin() {
    this.#lostAt = performance.now();
    this.#become("calling");
    const opened = this.sound.open();
    this.#connect();
    await opened;
  }

  _send(message) {
    if (this.#begun) this.#socket?.send(JSON.stringify(message));
  }

  /** Ask for the microphone, once a call. */
  async _speak() {
    const heard = await this.sound.listen((frame) => this.#begun && this._listening && this.#socket?.send(frame));
    if (this._listening) this.#tell("microphone", heard);
  }

  _end(reason, code = 1000) {
    if (this.state === "idle") return;
    clearTimeout(this.#again);
    const socket = this.#socket;
    this.#socket = null;
    this.#begun = false;
    socket?.close(code);
    this.sound.close();
    this.#become("idle");
    this.#tell("ended", reason);
  }

  /** For those who extend: the first thing to send on a socket; what to do at an event of the server. */
  _opened() {}
  _heard(_message) {}

  #connect() {
    clearTimeout(this.#again);
    this.#socket?.close();
    const socket = (this.#socket = new WebSocket(this.#url));
    this.#begun = false;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      if (socket !== this.#socket) return;
      this.#begun = true;
      this._opened();
    };
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      if (typeof data === "string") this.#event(JSON.parse(data));
      else this.sound.play(data);
    };
    socket.onclose = ({ code }) => socket === this.#socket && this.#closed(code);
  }

  /** The browser knows that the network is gone long before the socket does. */
  #lose() {
    const socket = this.#socket;
    this.#closed(1006);
    socket?.close();
  }

  #event(message) {
    if (message.event === "answer") this.#become("talking");
    if (message.event === "clear") this.sound.clear();
    this._heard(message);
    this.#tell(message.event, message);
    if (message.event === "hangup") this._end(message.reason);
  }

  #closed(code) {
    this.#socket = null;
    this.#begun = false;
    if (this.state === "talking") {
      this.#lostAt = performance.now();
      this.#become("lost");
    }
    if (code in FINAL) this._end(FINAL[code]);
    else if (code === TRY_LATER && this.state === "calling") this._end("busy");
    else if (performance.now() - this.#lostAt > GIVE_UP) this._end("unreachable");
    else this.#again = setTimeout(() => this.#connect(), TRY_EVERY);
  }

  #become(state) {
    this.state = state;
    this.#tell("state", state);
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** The caller's end. */
export class WebPhone extends Phone {
  #start = null;
  #answered = false;
  #seq = 0;
  #unused = []; // [seq, key] that the server has not acknowledged: sent again when a lost line is found

  constructor(url = "/phone/ws") {
    super(url);
  }

  /**
   * `number` may be null; `menu` names another menu than the server's first, `language` one that it speaks. Call it from
   * a click or key press.
   */
  async call({ number = null, withheld = false, menu, language } = {}) {
    if (this.state !== "idle") return;
    this.#start = { event: "start", call: randomId(), number, withheld, ...(menu && { menu }), ...(language && { language }) };
    this.#answered = false;
    this.#seq = 0;
    this.#unused = [];
    this._listening = false;
    await this._begin();
  }

  /** False: not pressed, because nobody is there or too many keys wait. */
  press(key) {
    if (this.state === "idle" || this.#unused.length >= MOST_KEYS) return false;
    this.#unused.push([++this.#seq, key]);
    this.sound.beep(key);
    this._send({ event: "key", key, seq: this.#seq });
    return true;
  }

  hangup() {
    this._send({ event: "hangup" });
    this._end("caller");
  }

  /** Let go of the line as a dead network would. */
  drop() {
    this._end("dropped", DROPPED);
  }

  _opened() {
    this._send({ ...this.#start, resume: this.#answered, keys: this.#unused });
  }

  _heard({ event, seq, speech }) {
    if (event === "answer") this.#answered = true;
    if (event === "ack") this.#unused = this.#unused.filter(([number]) => number > seq);
    const listens = event === "collect" ? speech : LISTENS[event];
    if (listens === undefined) return;
    this._listening = listens;
    if (listens) this._speak(); // until then nobody would hear us
  }
}

/** The agent's end of a call that the agent has accepted. */
export class AgentPhone extends Phone {
  /** Resolves when sound can be heard; the microphone may still wait for the browser's question. */
  async start() {
    await this._begin();
    this._speak();
  }

  /** The talk is over; the caller goes on with the menu. */
  finish() {
    this._send({ event: "finish" });
  }

  /** Leave without a word: the caller waits a moment for us to come back. */
  leave() {
    this._end("left");
  }
}

function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
