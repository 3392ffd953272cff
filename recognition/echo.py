"""Whether what seems to be speech is the echo of our own prompt.

The prompt comes back within half a second, softer and coloured by rooms and lines. So: find the delay at which prompt
and microphone agree best, fit a short filter from one to the other, and see how much of the microphone it explains. An
echo is explained; somebody who speaks, on top of it or not, is not. Nothing adapts, so nothing has to be learnt first
and speech cannot spoil it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from recognition.audio import Samples

RATE: Final = 8000  # what is compared
SEEN: Final = 0.32  # seconds of microphone that are explained
REACH: Final = 0.6  # seconds: a network, two jitter buffers, and that sound is sent ahead of its time
TAPS: Final = 128  # 16 ms: a handset and the nearest walls
EARLY: Final = 32  # of them before the best delay
EXPLAINED: Final = 0.72  # of the energy: echoes are by 0.75 and more, speech 10 dB above one by 0.7 at most
CERTAIN: Final = 0.9
FLOOR: Final = 1e-3  # of the prompt's energy: what it does not hold, no filter finds
ROUNDS, CLOSE = 20, 1e-4  # of the solver: at most, and what is left of the square of the error
LEAST: Final = 0.001  # RMS of a prompt that can be heard back
GAP: Final = 0.3  # seconds: a sound that is told before the last one has ended follows it

Floats = NDArray[np.float64]


class Echo:
    """For one call of 8,000 or 16,000 Hz. Its clock is the sound that `hear` is given."""

    def __init__(self, rate: int) -> None:
        self._every = rate // RATE
        self._now = 0  # samples heard, at RATE
        self._heard: Floats = np.zeros(int(SEEN * RATE))
        self._played: Floats = np.zeros(0)
        self._from = 0  # when `_played` began
        self._delay: int | None = None  # at which we came back before

    def playing(self, pcm: bytes) -> None:
        """See `Ear.playing`."""
        ended = self._from + len(self._played)
        if pcm and self._now < ended < self._now + GAP * RATE:
            gap = np.zeros(0)
        else:
            self._played = self._played[: max(0, self._now - self._from)]
            gap = np.zeros(max(0, self._now - self._from - len(self._played)))
        self._played = np.concatenate([self._played, gap, self._fewer(np.frombuffer(pcm, "<i2") / 32768)])
        self._forget()

    def hear(self, samples: Samples) -> None:
        """What the microphone gave since the last time."""
        fewer = self._fewer(samples.astype(np.float64))
        self._now += len(fewer)
        self._heard = np.concatenate([self._heard, fewer])[-len(self._heard) :]

    @property
    def possible(self) -> bool:
        """Whether a prompt is being played, or was so lately that its echo may still come."""
        return len(self._played) > 0 and self._now < self._from + len(self._played) + REACH * RATE

    def explains(self) -> bool:
        """Whether the last `SEEN` seconds are an echo. 1 ms; ask when they seem to be speech."""
        if not self.possible:
            return False
        played, heard = self._reference(), self._heard
        if float(np.mean(played**2)) < LEAST**2:
            return False
        share, delay = explained(played, heard, self._delay)
        if share > CERTAIN:
            self._delay = delay
        return share > EXPLAINED

    def _reference(self) -> Floats:
        """What was played from `REACH` before the first sample of `_heard` to the last one, filled with silence."""
        start = self._now - len(self._heard) - int(REACH * RATE) - self._from
        stop = self._now - self._from
        inside = self._played[max(0, start) : max(0, stop)]
        before = max(0, min(-start, stop - start))
        return np.pad(inside, (before, stop - start - before - len(inside)))

    def _forget(self) -> None:
        """Only the end of what was played can come back."""
        old = self._now - self._from - int((REACH + SEEN) * RATE)
        if old > 0:
            self._played, self._from = self._played[old:], self._from + old

    def _fewer(self, samples: Floats) -> Floats:
        """At RATE, by averages: what folds back does so on both sides alike."""
        whole = len(samples) // self._every * self._every
        fewer: Floats = samples[:whole].reshape(-1, self._every).mean(axis=1)
        return fewer


def explained(played: Floats, heard: Floats, known: int | None = None) -> tuple[float, int]:
    """The share of the energy of `heard`, 0 to 1, that a filter of TAPS makes of `played`, which begins earlier and
    ends with it; and its delay in samples. `known`: a delay to try as well, since a short sound may fit at several."""
    size = 1 << len(played).bit_length()  # no delay that is looked at wraps around
    reach = len(played) - len(heard)
    spectrum = np.fft.rfft(heard, size).conj() * np.fft.rfft(played, size)
    cross = np.fft.irfft(spectrum, size)[reach::-1]  # by delay
    likely = np.abs(np.fft.irfft(spectrum / (np.sqrt(np.abs(spectrum)) + 1e-9), size)[reach::-1])
    delays = {int(likely.argmax())} | ({known} if known is not None else set())
    energy = float(heard @ heard) + 1e-9
    return max(
        (_filtered(played[reach - delay : len(played) - delay], cross, delay) / energy, delay) for delay in delays
    )


def _filtered(source: Floats, cross: Floats, delay: int) -> float:
    """The energy that Wiener's filter around a delay makes of what was played then."""
    size = 1 << (len(source) + TAPS).bit_length()
    own = np.fft.irfft(np.abs(np.fft.rfft(source, size)) ** 2, size)[:TAPS]
    own[0] = own[0] * (1 + FLOOR) + 1e-9
    wanted = cross[max(0, delay - EARLY) :][:TAPS]
    return float(wanted @ _solved(own[: len(wanted)], wanted))


def _solved(row: Floats, wanted: Floats) -> Floats:
    """The filter: x of A x = wanted, A symmetric and Toeplitz with this first row. By conjugate gradients, since a
    solver of matrices wakes all cores for it and takes ten times as long in a server that is busy."""
    circle = np.fft.rfft(np.concatenate([row, row[:1], row[:0:-1]]))
    found, rest = np.zeros_like(wanted), wanted.copy()
    step, size = rest.copy(), float(rest @ rest)
    enough = size * CLOSE
    for _ in range(ROUNDS):
        if size <= enough:
            break
        product = np.fft.irfft(circle * np.fft.rfft(step, 2 * len(row)))[: len(row)]
        share = size / float(step @ product)
        found, rest = found + share * step, rest - share * product
        size, before = float(rest @ rest), size
        step = rest + size / before * step
    return found
