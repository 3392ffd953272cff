"""Words that came as text, from a recognizer that knows nothing of the question, to what they mean at it."""

from __future__ import annotations

from ivr.engine.actions import Collect
from ivr.engine.data import replace
from ivr.engine.events import Alternative, Input
from recognition.listen import hints_of
from recognition.meaning.question import understand


def saying(event: Input, wait: Collect) -> Input:
    """The same event, with the options that its words mean. Blocking, see `recognition.meaning.question`."""
    hints = hints_of(wait)
    if hints is None or event.mode != "speech" or event.option is not None:
        return event
    heard = (Alternative(event.text, event.confidence), *event.others)
    best, *others = understand(heard, hints) or heard
    return replace(event, text=best.text, confidence=best.confidence, option=best.option, others=tuple(others))
