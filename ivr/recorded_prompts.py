"""The recordings that menus play in place of words (`audio:`), and what is wrong with them. A caller never notices: the
words are spoken then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ivr.engine.flow import Flow
from ivr.prompts import spoken_says
from recognition import audio


def unplayable(flow: Flow, menus: Path) -> Iterator[str]:
    """Each recording of a flow once, with why it cannot be played. `menus`: the folder that they are under."""
    for name in dict.fromkeys(say.audio for say in spoken_says(flow) if say.audio):
        if why := _why_not(name, menus.resolve()):
            yield f"{flow.menu}: recording {name} {why}, so its words are spoken"


def _why_not(name: str, menus: Path) -> str:
    try:
        path = (menus / name).resolve(strict=True)
        if not path.is_relative_to(menus):
            return f"is outside {menus}"
        audio.read(path)
    except audio.NotPlayable:
        return "is no WAV file that can be played"
    except (OSError, ValueError):  # ValueError: a name that no file can have
        return f"is not in {menus}"
    return ""
