"""A phone line: 300 to 3400 Hz, 8 kHz, mu-law, with pink noise and lost packets. All arithmetic, all seeded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recognition import audio
from recognition.audio import Samples

RATE = 8000
FRAME = 160  # samples in 20 ms


@dataclass(frozen=True, slots=True)
class Line:
    """`snr` in dB while there is speech, `quieter` dB below the usual level, `loss` of all packets is lost."""

    name: str
    snr: float
    quieter: float = 0
    loss: float = 0


CLEAN = Line("clean", 40)
NOISY = Line("noisy", 12, quieter=4)
LOSSY = Line("lossy", 40, loss=0.035)
LINES = (CLEAN, NOISY, LOSSY)


def through(line: Line, samples: Samples, rate: int, seed: int, before: float = 0.3, after: float = 0.5) -> Samples:
    """What arrives of a sound at 8,000 Hz, with seconds of the line's noise around it."""
    random = np.random.default_rng(seed)
    speech = audio.level(_band(audio.resample(samples, rate, RATE)), RATE) * np.float32(10 ** (-line.quieter / 20))
    speech = np.concatenate([audio.silence(before, RATE), speech, audio.silence(after, RATE)])
    loud = audio.LEVEL * 10 ** (-(line.quieter + line.snr) / 20)
    mixed = mu_law(speech + pink(len(speech), random) * np.float32(loud))
    lost = random.random(len(mixed) // FRAME + 1) < line.loss
    return np.where(np.repeat(lost, FRAME)[: len(mixed)], np.float32(0), mixed)


def pink(count: int, random: np.random.Generator) -> Samples:
    """Noise with equal power in each octave, of RMS 1, between 100 and 3,800 Hz."""
    hertz = np.fft.rfftfreq(count, 1 / RATE)
    shape = np.where((hertz > 100) & (hertz < 3800), 1 / np.sqrt(np.maximum(hertz, 1)), 0)
    noise = np.fft.irfft(np.fft.rfft(random.standard_normal(count)) * shape, count)
    return (noise / np.sqrt(np.mean(noise**2))).astype(np.float32)


def mu_law(samples: Samples) -> Samples:
    """There and back (ITU-T G.711, the continuous curve in 256 steps)."""
    pressed = np.sign(samples) * np.log1p(255 * np.minimum(np.abs(samples), 1)) / np.log(256)
    pressed = np.round(pressed * 127) / 127
    return (np.sign(pressed) * (256 ** np.abs(pressed) - 1) / 255).astype(np.float32)


def _band(samples: Samples) -> Samples:
    """300 to 3,400 Hz with soft edges, as the telephone has had since it was invented."""
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    gain = np.clip((hertz - 200) / 100, 0, 1) * np.clip((3600 - hertz) / 200, 0, 1)
    return np.fft.irfft(np.fft.rfft(samples) * gain, len(samples)).astype(np.float32)
