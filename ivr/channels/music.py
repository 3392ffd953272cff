"""Hold music: four slow, soft chords that go round without a seam. Synthesized, so it comes with nobody's licence."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ivr.channels import webphone_wire as wire
from ivr.channels.playout import read

CHORD_SECONDS, NOTE_SECONDS = 4.0, 5.5  # a note rings into the next chord
LEVEL = 0.05  # of full scale, RMS: some 10 dB below a prompt, so that waiting is not tiring
CHORDS = (  # equal temperament, A4 = 440 Hz: Cmaj7, Am7, Fmaj7, G6
    (130.8, 196.0, 246.9, 329.6),
    (110.0, 196.0, 261.6, 329.6),
    (87.3, 174.6, 220.0, 329.6),
    (98.0, 196.0, 246.9, 329.6),
)
PARTIALS = ((1, 1.0), (2, 0.28), (3, 0.08))  # (multiple of the note, strength): near to a flute


def hold_music(path: Path) -> bytes:
    """The samples of one round as PCM16 at the wire's rate, kept at `path`."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(".half")
        with wave.open(str(half), "wb") as file:
            file.setparams((1, 2, wire.RATE, 0, "NONE", ""))
            file.writeframes(_round().tobytes())
        half.replace(path)
    return read(path)


def _round() -> NDArray[np.int16]:
    step = int(CHORD_SECONDS * wire.RATE)
    sound = np.zeros(step * len(CHORDS))
    for nth, chord in enumerate(CHORDS):
        for voice, hertz in enumerate(chord):
            note = _note(hertz) / (1 + 0.3 * voice)
            begins = nth * step + int(0.22 * voice * wire.RATE)  # one voice after another: a slow arpeggio
            sound[(begins + np.arange(note.size)) % sound.size] += note  # the last chord rings into the first
    return np.asarray(sound * LEVEL * 32767 / np.sqrt(np.mean(sound**2)), dtype="<i2")


def _note(hertz: float) -> NDArray[np.float64]:
    at = np.arange(int(NOTE_SECONDS * wire.RATE)) / wire.RATE
    swell = np.minimum(1, at / 0.6) * np.minimum(1, (NOTE_SECONDS - at) / 2.5)
    tone = sum(strength * np.sin(2 * np.pi * hertz * multiple * at) for multiple, strength in PARTIALS)
    return np.asarray(tone * np.sin(swell * np.pi / 2) ** 2)
