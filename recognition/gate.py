"""An energy gate: whether somebody speaks, frame by frame. Pure.

With hysteresis: speech begins at one loudness and goes on down to half of it, and a pause between words is speech as
well. Steady noise above the first is taken for speech; a recording then ends by key or length.
"""

from __future__ import annotations

import numpy as np

from recognition.audio import FULL

FRAME_SECONDS = 0.02
OPENS = 0.012  # RMS, of full scale: -38 dBFS, below a soft voice and above the noise of a line
CLOSES = 0.006
CLICK = 2  # frames: what is no longer than this is a click and not a voice
HANG = 15  # frames (0.3 s): the pause between two words


class Gate:
    """`spoken`: seconds of speech so far; `quiet`: seconds without, since the last of it or since the beginning."""

    def __init__(self) -> None:
        self.spoken = self.quiet = 0.0
        self._loud = self._soft = 0  # frames on end
        self._open = False

    def take(self, frame: bytes) -> bool:
        """20 ms of 16-bit PCM: whether they are speech."""
        loudness = _rms(frame)
        self._loud = self._loud + 1 if loudness > OPENS else 0
        self._soft = 0 if loudness > CLOSES else self._soft + 1
        self._open = self._loud > CLICK or (self._open and self._soft <= HANG)
        if self._open:
            self.spoken, self.quiet = self.spoken + FRAME_SECONDS, 0.0
        else:
            self.quiet += FRAME_SECONDS
        return self._open


def _rms(frame: bytes) -> float:
    samples = np.frombuffer(frame, "<i2").astype(np.float32)
    return float(np.sqrt(np.mean(samples**2))) / FULL if samples.size else 0.0
