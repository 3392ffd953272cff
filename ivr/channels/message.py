"""Taking messages in one call: prompt, beep, words, and what becomes of them when the call ends on the way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from ivr.channels import webphone_wire as wire
from ivr.channels.ending import Ending, Gone
from ivr.channels.line import Line
from ivr.channels.playout import Playout, Sound
from ivr.channels.presses import Presses
from ivr.channels.recorder import Recorder
from ivr.engine.actions import Record
from ivr.recordings import Message, Recordings
from recognition.audio import to_pcm
from recognition.keys import KEYS
from recognition.music import beep

Show = Callable[[wire.ToPhone], Awaitable[None]]


class Messages:
    """`show` tells the page a state of the call."""

    def __init__(
        self, contact: str, line: Line, presses: Presses, playout: Playout, recordings: Recordings, show: Show
    ) -> None:
        self._contact, self._line, self._presses, self._playout = contact, line, presses, playout
        self._recordings, self._show = recordings, show
        self._recorder: Recorder | None = None

    @property
    def taking(self) -> bool:
        """What the caller says is for the message."""
        return self._recorder is not None

    def heard(self, frame: bytes) -> None:
        if self._recorder is not None:
            self._recorder.heard(frame)

    def wake(self) -> None:
        """The line is back."""
        if self._recorder is not None:
            self._recorder.wake()

    async def take(self, sounds: Sequence[Sound], wait: Record, ending: Ending) -> tuple[Message | None, int | None]:
        """The message (None: nothing that could be kept) and the number of the key that ended it. Raises `Gone`."""
        self._presses.forget()
        self._recorder = recorder = await Recorder.of(self._line, wait, self._recordings, self._contact)
        if recorder is None:
            return None, None
        key = await ending.unless(self._until_over(recorder, sounds, wait))
        message = await recorder.message()
        await self._show(wire.Recorded(seconds=message.seconds if message else 0))
        return message, key

    async def last_words(self, gone: Gone) -> Message | None:
        """What was said before the caller hung up or was lost. After a restart the next process goes on with it."""
        if self._recorder is None or gone.why not in ("caller", "dropped"):
            return None
        return await self._recorder.message()

    async def forget(self) -> None:
        """The journey has the message, or nobody wants it."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            await recorder.forget()

    async def _until_over(self, recorder: Recorder, sounds: Sequence[Sound], wait: Record) -> int | None:
        if not recorder.begun:  # else they were speaking when we restarted
            await self._show(wire.Record(turn=wait.turn))
            self._playout.queue(*sounds)
            if await self._presses.unless_one_of(KEYS, self._playout.finished()) is not None:
                await self._playout.clear()
            self._playout.queue(Sound(to_pcm(beep(wire.RATE))))
            await self._playout.finished()
        await self._show(wire.Recording(turn=wait.turn, longest=wait.longest, ends=wait.terminators))
        return await self._presses.unless_one_of(wait.terminators, recorder.listen())
