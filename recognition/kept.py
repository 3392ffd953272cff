"""What was said, for whoever keeps it: where customers have agreed, and ops have it on (`ivr.speech_keeping`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ivr.engine.events import Alternative


@dataclass(frozen=True, slots=True)
class Kept:
    """An utterance and what was recognized, and nothing about who said it. `pcm`: 16-bit, at `rate`; see `Heard` for
    `alternatives` and `cut`."""

    menu: str
    step: str
    language: str
    engine: str
    rate: int
    pcm: bytes = field(repr=False)
    alternatives: tuple[Alternative, ...] = field(repr=False)
    cut: bool = False


Keeper = Callable[[Kept], None]
"""Gets it in the event loop, and must not wait or raise."""
