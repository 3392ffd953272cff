"""Keeping what customers say, to find out why they are misunderstood: off, unless ops turned it on, and never for long.

An utterance is kept if all of this holds: it is on now; the customer agreed, and nothing private was asked
(`ivr.engine.keeping` decides that); our own ears heard it, and understood it or not. While the database is away nothing
is kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from context_bridge.contract import ContextStore, StoreUnavailable
from context_bridge.records import SpeechKeepingRow
from ivr.utterances import Utterances
from recognition.kept import Kept

HOUR: Final = 3600.0
LONGEST: Final = 24  # hours; who needs longer turns it on again, and says why again
AT_ONCE: Final = 20  # utterances on their way to the disk; more are not kept

log = logging.getLogger(__name__)


class SpeechKeeping:
    """What ops want is in the store, so it is the same for all servers, and ends at its time whoever is restarted.
    `clock`: Unix seconds."""

    def __init__(self, store: ContextStore, utterances: Utterances, clock: Callable[[], float]) -> None:
        self._store, self._utterances, self._clock = store, utterances, clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._noted: SpeechKeepingRow | None = None  # what the log knows of
        self._ended = True  # and whether it knows of its end

    async def turn_on(self, hours: float, who: str, why: str) -> SpeechKeepingRow:
        """From now on, for more than 0 and at most `LONGEST` hours. Raises `ValueError`, `StoreUnavailable`."""
        if not 0 < hours <= LONGEST:
            raise ValueError(f"{hours:g} hours: choose more than 0 and at most {LONGEST}")
        now = self._clock()
        return await self._want(SpeechKeepingRow(now + hours * HOUR, who, why, now))

    async def stop(self, who: str) -> SpeechKeepingRow:
        """From now on nothing is kept. What was kept stays until its time."""
        return await self._want(SpeechKeepingRow(0.0, who, "", self._clock()))

    async def look(self) -> SpeechKeepingRow | None:
        """What ops want; a change that the log does not know yet is noted there. None: nobody ever wanted it."""
        row = await self._store.speech_keeping()
        if row:
            self._note(row)
        return row

    def is_on(self, row: SpeechKeepingRow | None) -> bool:
        return row is not None and self._clock() < row.until

    def take(self, kept: Kept) -> None:
        """A `recognition.kept.Keeper`."""
        if len(self._tasks) < AT_ONCE:
            task = asyncio.create_task(self._keep(kept))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """What is on its way is kept."""
        await asyncio.gather(*self._tasks)

    async def _keep(self, kept: Kept) -> None:
        try:
            if self.is_on(await self.look()):
                await asyncio.to_thread(self._utterances.keep, kept, self._clock())
        except (StoreUnavailable, OSError) as error:
            log.warning("an utterance is not kept: %s", str(error) or type(error).__name__)

    async def _want(self, row: SpeechKeepingRow) -> SpeechKeepingRow:
        await self._store.keep_speech(row)
        self._note(row)
        return row

    def _note(self, row: SpeechKeepingRow) -> None:
        """Each change once, and its end."""
        on = self.is_on(row)
        if on and row != self._noted:
            until = datetime.fromtimestamp(row.until, UTC)
            log.warning(
                "what customers say is kept until %s, where they agree: turned on by %r, for %r",
                f"{until:%Y-%m-%d %H:%M} UTC",
                row.who,
                row.why,
            )
        elif not on and not self._ended:
            log.warning("what customers say is kept no more: %s", "its time is over" if row.until else f"{row.who!r}")
        self._noted, self._ended = row, not on
