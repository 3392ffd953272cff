"""Journeys as this process saved them last, so that the next turn of a call need not load them.

What is recalled may be old: another process may have gone on meanwhile. So it only ever serves to compute a next
revision, which the store refuses where it follows an older one. That nothing is to be done is for the store to say
(`docs/decisions/0012`).

Only calls that are on are recalled: each has one arrival. Who writes may arrive again under the same contact, at any
server and on another journey, and no revision would tell.
"""

from __future__ import annotations

from ivr.engine.journey import Journey
from ivr.engine.waits import is_on

MOST = 4096  # calls, whose journeys have some 10 KB each; one that is not among them is loaded


class Recall:
    """By the contact that they are in; those of the `most` calls that were saved last."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: dict[str, Journey] = {}  # the latest is the last

    def take(self, contact: str) -> Journey | None:
        """Once: a turn that fails, or changes nothing, leaves nothing behind."""
        return self._kept.pop(contact, None)

    def keep(self, before: Journey, saved: Journey) -> None:
        if before.contact is not None:
            self._kept.pop(before.contact.id, None)
        if saved.contact is not None and saved.contact.channel == "voice" and is_on(saved):
            self._kept.pop(saved.contact.id, None)
            self._kept[saved.contact.id] = saved
            if len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
