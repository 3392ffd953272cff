"""A directory with a Vosk model: whether it is one, and what it can do. No native code runs here.

Layout: https://alphacephei.com/vosk/models, "Model structure". A bad directory makes Vosk raise an exception that says
nothing, and a damaged one may end the process, so it is looked at first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = "https://alphacephei.com/vosk/models"
ACOUSTIC, FEATURES = "am/final.mdl", "conf/mfcc.conf"
DYNAMIC, FIXED = ("graph/HCLr.fst", "graph/Gr.fst"), "graph/HCLG.fst"
OPTION = re.compile(r"^\s*--sample-frequency=([0-9.]+)", re.MULTILINE)
USUAL = 16000  # what Kaldi takes where the file says nothing
RATES = {8000, 16000}  # what a call's sound can be given as


class NotAModel(Exception):
    """The directory cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class VoskModel:
    """`rate`: of the sound it wants; `grammars`: whether it can be held to what a question may be answered with."""

    folder: Path
    rate: int
    grammars: bool


def look(folder: Path) -> VoskModel:
    """Raises `NotAModel`."""
    if not folder.is_dir():
        raise NotAModel(f"{folder} is no directory; get a model from {PAGE}, unpack it, and name its directory")
    if missing := [name for name in (ACOUSTIC, FEATURES) if not _filled(folder / name)]:
        raise NotAModel(f"{folder} has no {' and no '.join(missing)}; {_remedy(folder)}")
    grammars = all(_filled(folder / name) for name in DYNAMIC)
    if not grammars and not _filled(folder / FIXED):
        raise NotAModel(f"{folder} has no {FIXED}, and not both of {' and '.join(DYNAMIC)}; {_remedy(folder)}")
    rate = _rate(folder / FEATURES)
    if rate not in RATES:
        raise NotAModel(f"{folder} wants sound of {rate} Hz, which no call has; get one of 8,000 or 16,000 Hz")
    return VoskModel(folder, rate, grammars)


def _remedy(folder: Path) -> str:
    """An archive unpacks into a directory of its own, which is easily one too many."""
    inner = next((path for path in sorted(folder.glob("*")) if _filled(path / ACOUSTIC)), None)
    return f"name {inner} instead" if inner else f"unpack the model from {PAGE} again"


def _filled(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_size > 0
    except OSError:
        return False


def _rate(file: Path) -> int:
    found = OPTION.search(file.read_text("utf-8", errors="replace"))
    return int(float(found[1])) if found else USUAL
