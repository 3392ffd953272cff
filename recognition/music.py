"""Hold music, four slow, soft chords that go round without a seam, and the beep before a recording. Synthesized, so
they come with nobody's licence."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from recognition.audio import Samples

CHORD_SECONDS, NOTE_SECONDS = 4.0, 5.5  # a note rings into the next chord
LEVEL = 0.05  # of full scale, RMS: some 6 dB below a prompt, so that waiting is not tiring
BEEP_SECONDS, BEEP_LEVEL = 0.3, 0.2
CHORDS = (  # equal temperament, A4 = 440 Hz: Cmaj7, Am7, Fmaj7, G6
    (130.8, 196.0, 246.9, 329.6),
    (110.0, 196.0, 261.6, 329.6),
    (87.3, 174.6, 220.0, 329.6),
    (98.0, 196.0, 246.9, 329.6),
)
PARTIALS = ((1, 1.0), (2, 0.28), (3, 0.08))  # (multiple of the note, strength): near to a flute


@functools.cache
def hold_music(rate: int) -> Samples:
    """One round, made at the first call of each rate (a tenth of a second of work)."""
    step = int(CHORD_SECONDS * rate)
    sound = np.zeros(step * len(CHORDS))
    for nth, chord in enumerate(CHORDS):
        for voice, hertz in enumerate(chord):
            note = _note(hertz, rate) / (1 + 0.3 * voice)
            begins = nth * step + int(0.22 * voice * rate)  # one voice after another: a slow arpeggio
            sound[(begins + np.arange(note.size)) % sound.size] += note  # the last chord rings into the first
    samples: Samples = (sound * LEVEL / np.sqrt(np.mean(sound**2))).astype(np.float32)
    return samples


@functools.cache
def beep(rate: int) -> Samples:
    """After which a message is recorded: 1,000 Hz, as answering machines have it."""
    at = np.arange(int(BEEP_SECONDS * rate)) / rate
    edge = np.minimum(1, np.minimum(at, BEEP_SECONDS - at) / 0.01)
    samples: Samples = (BEEP_LEVEL * edge * np.sin(2 * np.pi * 1000 * at)).astype(np.float32)
    return samples


def _note(hertz: float, rate: int) -> NDArray[np.float64]:
    at = np.arange(int(NOTE_SECONDS * rate)) / rate
    swell = np.minimum(1, at / 0.6) * np.minimum(1, (NOTE_SECONDS - at) / 2.5)
    tone = sum(strength * np.sin(2 * np.pi * hertz * multiple * at) for multiple, strength in PARTIALS)
    return np.asarray(tone * np.sin(swell * np.pi / 2) ** 2)
