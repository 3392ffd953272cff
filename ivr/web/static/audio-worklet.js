// Microphone and loudspeaker of the web phone, on the audio thread. The wire's sound is mono PCM16, 16 kHz, in frames
// of 20 ms; a browser's own rate is mostly 44.1 or 48 kHz. It is converted here, because Firefox connects no
// microphone to an AudioContext of another rate (Mozilla bugs 1674892 and 1725336).

const RATE = 16000;
const FRAME = 320; // samples
const START = 0.06 * RATE; // samples to have before playing: rides out the jitter of a network
const SPARE = 0.12 * RATE; // kept at most, once the network has been calm for a second; the server sends 100 ms ahead
const MOST = 0.6 * RATE; // kept at all: what is older than this is dropped

/** Microphone to frames. Each sample of the wire is the mean of those it stands for. */
class Mic extends AudioWorkletProcessor {
  #frame = new Int16Array(FRAME);
  #filled = 0;
  #sum = 0;
  #weight = 0;

  process([[channel]]) {
    if (!channel) return true;
    const step = sampleRate / RATE;
    for (const sample of channel) {
      let rest = 1;
      while (rest > 0) {
        const part = Math.min(rest, step - this.#weight);
        this.#sum += sample * part;
        this.#weight += part;
        rest -= part;
        if (this.#weight >= step - 1e-9) this.#put(this.#sum / this.#weight);
      }
    }
    return true;
  }

  #put(sample) {
    this.#sum = this.#weight = 0;
    this.#frame[this.#filled++] = Math.max(-1, Math.min(1, sample)) * 32767;
    if (this.#filled < FRAME) return;
    const sent = this.#frame.buffer;
    this.#frame = new Int16Array(FRAME);
    this.#filled = 0;
    this.port.postMessage(sent, [sent]);
  }
}

/** Frames to loudspeaker, through a jitter buffer. The message "clear" drops what is buffered. */
class Speaker extends AudioWorkletProcessor {
  #ring = new Float32Array(RATE);
  #read = 0;
  #length = 0;
  #between = 0; // 0 to 1: how far we are from one sample to the next
  #playing = false;
  #least = Infinity; // samples that were buffered during this second
  #blocks = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => (data === "clear" ? this.#clear() : this.#take(new Int16Array(data)));
  }

  process(_inputs, [[output]]) {
    this.#playing ||= this.#length >= START;
    for (let i = 0; i < output.length && this.#playing; i++) output[i] = this.#next();
    this.#catchUp(output.length);
    return true;
  }

  #take(samples) {
    for (const sample of samples) this.#ring[(this.#read + this.#length++) % this.#ring.length] = sample / 32768;
    if (this.#length > MOST) this.#drop(this.#length - MOST);
  }

  #next() {
    if (this.#length < 2) {
      this.#clear();
      return 0;
    }
    const a = this.#ring[this.#read];
    const b = this.#ring[(this.#read + 1) % this.#ring.length];
    const value = a + (b - a) * this.#between;
    this.#between += RATE / sampleRate;
    if (this.#between >= 1) {
      this.#between -= 1;
      this.#drop(1);
    }
    return value;
  }

  /** A burst after a stalled network must not leave its delay behind for the rest of the call. */
  #catchUp(block) {
    this.#least = Math.min(this.#least, this.#length);
    if (++this.#blocks * block < sampleRate) return;
    if (this.#playing && this.#least > SPARE) this.#drop(Math.floor(this.#least - SPARE));
    this.#least = Infinity;
    this.#blocks = 0;
  }

  #drop(count) {
    this.#read = (this.#read + count) % this.#ring.length;
    this.#length -= count;
  }

  #clear() {
    this.#length = 0;
    this.#playing = false;
  }
}

registerProcessor("mic", Mic);
registerProcessor("speaker", Speaker);
