// A page's ears and mouth. Works without a microphone too: then nobody hears us, and we hear everybody.

const KEY_TONES = { row: [697, 770, 852, 941], column: [1209, 1336, 1477] }; // hertz, ITU-T Q.23

export class Sound {
  muted = false;
  #context = null;
  #loaded = null; // the worklet's code
  #speaker = null;
  #meter = null;
  #stream = null;
  #asking = null;
  #voice = null;

  /** Be ready to play. To be called while a click or a key press is handled: browsers play nothing otherwise. */
  async open() {
    const context = (this.#context = new AudioContext({ latencyHint: "interactive" }));
    context.resume(); // not waited for: a browser that wants a click first answers at that click
    this.#loaded = context.audioWorklet.addModule(new URL("audio-worklet.js", import.meta.url));
    await this.#loaded;
    if (context !== this.#context) return; // closed meanwhile
    this.#speaker = new AudioWorkletNode(context, "speaker", { numberOfInputs: 0, outputChannelCount: [1] });
    this.#meter = new AnalyserNode(context, { fftSize: 2048 });
    this.#speaker.connect(this.#meter).connect(context.destination);
  }

  /** Give the microphone's frames to `heard`. False: there is none, or it was refused. */
  listen(heard) {
    this.#asking ??= this.#listen(heard);
    return this.#asking;
  }

  async #listen(heard) {
    const context = this.#context;
    try {
      const wanted = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
      // Undefined on http:// addresses other than localhost: browsers give no microphone there.
      await this.#loaded;
      const stream = await navigator.mediaDevices.getUserMedia({ audio: wanted });
      if (context !== this.#context) {
        for (const track of stream.getTracks()) track.stop();
        return false;
      }
      this.#stream = stream;
    } catch {
      return false; // refused, taken by another program, or no such device: the page says so, the call goes on
    }
    const mic = new AudioWorkletNode(context, "mic", { numberOfOutputs: 0 });
    mic.port.onmessage = ({ data }) => this.muted || heard(data);
    this.#voice = new AnalyserNode(context, { fftSize: 2048 });
    context.createMediaStreamSource(this.#stream).connect(this.#voice).connect(mic);
    return true;
  }

  /** A frame from the wire. */
  play(frame) {
    this.#speaker?.port.postMessage(frame, [frame]);
  }

  clear() {
    this.#speaker?.port.postMessage("clear");
  }

  /** How loud it is in the loudspeaker now: the root mean square, 0 to 1. */
  level() {
    return loudness(this.#meter);
  }

  /** The same of the microphone. */
  voice() {
    return this.muted ? 0 : loudness(this.#voice);
  }

  /** The sound of a key, for the one who pressed it only. */
  beep(key) {
    const at = "123456789*0#".indexOf(key);
    if (!this.#context || at < 0) return;
    const now = this.#context.currentTime;
    const quiet = new GainNode(this.#context, { gain: 0.04 });
    quiet.gain.setTargetAtTime(0, now + 0.07, 0.01);
    quiet.connect(this.#context.destination);
    for (const frequency of [KEY_TONES.row[Math.floor(at / 3)], KEY_TONES.column[at % 3]]) {
      const tone = new OscillatorNode(this.#context, { frequency });
      tone.connect(quiet);
      tone.start(now);
      tone.stop(now + 0.15);
    }
  }

  close() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#context?.close();
    this.#context = this.#loaded = this.#speaker = this.#meter = this.#stream = this.#asking = this.#voice = null;
  }
}

function loudness(meter) {
  if (!meter) return 0;
  const samples = new Float32Array(meter.fftSize);
  meter.getFloatTimeDomainData(samples);
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}
