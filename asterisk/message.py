"""Messages that callers speak: Asterisk records them to a file that we can read, with its own ends.

The recording belongs to the leg. It goes on when we die; whoever comes next waits for its end, or takes what is there.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path

from asterisk.talk import Talk
from ivr.engine.actions import Record, Say
from ivr.recordings import Message, Recordings
from recognition import audio

RECORD = "Record"  # the application, as a channel names it

log = logging.getLogger(__name__)


class Messages:
    """Of one call. What waits raises what `Talk` does."""

    def __init__(self, talk: Talk, recordings: Recordings) -> None:
        self._talk, self._recordings = talk, recordings

    async def take(self, says: tuple[Say, ...], wait: Record) -> Message | None:
        """Prompt, beep, words. None: nothing was said, or it could not be kept; the log has the reason."""
        try:
            await asyncio.to_thread(self._recordings.prepare)
        except OSError as error:
            self._complain(str(error))
            return None
        place = self._place(wait)
        await self._talk.play(says)
        began, beep = self._talk.clock(), True
        while True:
            await self._talk.record(place, wait, beep=beep)
            if not await asyncio.to_thread(place.exists):
                self._complain(f"Asterisk made no file {place}")
                return None
            beep, message = False, await self.left(wait)
            # Asterisk knows one silence only: who has not begun yet is given the time that the menu gives them.
            if message or self._talk.clock() - began >= wait.timeout or not await self._ended_by_silence():
                return message

    async def over(self, wait: Record) -> None:
        """The end of what another process of ours has let Asterisk record."""
        await self._talk.recorded(wait.longest)

    async def left(self, wait: Record) -> Message | None:
        """What is recorded for this wait so far; the caller may be gone."""
        try:
            return await asyncio.to_thread(self._read, wait)
        except (OSError, audio.NotPlayable) as error:
            self._complain(str(error))
            return None

    async def forget(self, wait: Record) -> None:
        """The journey has the message."""
        with contextlib.suppress(OSError):  # then it goes with age
            await asyncio.to_thread(self._place(wait).unlink, missing_ok=True)

    async def _ended_by_silence(self) -> bool:
        return await self._talk.leg.get("RECORD_STATUS") == "SILENCE"

    def _place(self, wait: Record) -> Path:
        return self._recordings.place(f"{self._talk.leg.contact}-{wait.turn}.wav")

    def _read(self, wait: Record) -> Message | None:
        place = self._place(wait)
        if not place.exists() or place.stat().st_size <= audio.HEADER:
            return None
        return self._recordings.keep(*audio.read(place))

    def _complain(self, why: str) -> None:
        remedy = "load app_record and format_wav there, and let Asterisk and us write to that folder"
        log.error("%s: a message cannot be kept: %s; %s", self._talk.leg.contact, why, remedy)
