// What an agent hears when somebody new waits.

const audio = globalThis.AudioContext ? new AudioContext() : null;

/** Two soft tones. Browsers allow sound only after the first click on a page; until then the pop is silent. */
export function ring() {
  if (audio?.state !== "running") return void audio?.resume().catch(() => {});
  for (const [pitch, from] of [[660, 0], [880, 0.16]]) {
    const tone = new OscillatorNode(audio, { frequency: pitch }), volume = new GainNode(audio, { gain: 0.08 });
    tone.connect(volume).connect(audio.destination);
    volume.gain.setTargetAtTime(0, audio.currentTime + from + 0.1, 0.04);
    tone.start(audio.currentTime + from);
    tone.stop(audio.currentTime + from + 0.35);
  }
}
