"""`escalation`: from speech to keys to a person, when a caller is not understood."""

from __future__ import annotations

from ivr.engine.loader import values
from ivr.engine.loader.reader import Reader

KEYS_AFTER = 2


def read(top: Reader) -> int:
    """After how many misses by speech the keys are offered. Notes in the draft the step after the last try of all
    questions that name none themselves: `escalation: {person: …}`, or `exhausted` at the top of the file."""
    top.draft.exhausted = top.target("exhausted", None)
    with top.reader("escalation", top.node("escalation"), "write {keys_after: 2, person: person}") as escalation:
        person = escalation.target("person", None)
        if person and top.draft.exhausted:
            remedy = "keep one of the two, they mean the same"
            escalation.wrong(
                escalation.place("person"), "the step after the last try is named by exhausted too", remedy
            )
        top.draft.exhausted = top.draft.exhausted or person
        return escalation.get("keys_after", values.whole(1, 20), KEYS_AFTER)
