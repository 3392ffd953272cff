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


async def unkept(recordings: Recordings, contact: str) -> dict[int, Message]:
    """What a caller who is gone has spoken, by the turn of its wait, where the journey was not told: the hang-up was
    its end, or we were away."""
    try:
        return await asyncio.to_thread(_unkept, recordings, contact)
    except (OSError, audio.NotPlayable) as error:
        _complain(contact, str(error))
        return {}


def _unkept(recordings: Recordings, contact: str) -> dict[int, Message]:
    found = {}
    pattern = _place(recordings, contact, "*")
    for place in pattern.parent.glob(pattern.name):
        if message := _read(recordings, place):
            found[int(place.stem.rpartition("-")[2])] = message
    return found


async def forget(recordings: Recordings, contact: str, turn: int) -> None:
    """The journey has the message."""
    with contextlib.suppress(OSError):  # then it goes with age
        await asyncio.to_thread(_place(recordings, contact, turn).unlink, missing_ok=True)


def _place(recordings: Recordings, contact: str, turn: object) -> Path:
    return recordings.place(f"{contact}-{turn}.wav")


def _read(recordings: Recordings, place: Path) -> Message | None:
    if not place.exists() or place.stat().st_size <= audio.HEADER:
        return None
    return recordings.keep(place.stem.removeprefix("."), *audio.read(place))


def _complain(contact: str, why: str) -> None:
    remedy = "load app_record and format_wav there, and let Asterisk and us write to that folder"
    log.error("%s: a message cannot be kept: %s; %s", contact, why, remedy)


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
        """What is recorded for this wait so far."""
        try:
            return await asyncio.to_thread(_read, self._recordings, self._place(wait))
        except (OSError, audio.NotPlayable) as error:
            self._complain(str(error))
            return None

    async def forget(self, wait: Record) -> None:
        """The journey has the message."""
        await forget(self._recordings, self._talk.leg.contact, wait.turn)

    async def _ended_by_silence(self) -> bool:
        return await self._talk.leg.get("RECORD_STATUS") == "SILENCE"

    def _place(self, wait: Record) -> Path:
        return _place(self._recordings, self._talk.leg.contact, wait.turn)

    def _complain(self, why: str) -> None:
        _complain(self._talk.leg.contact, why)
