"""A message that a caller speaks: frames of their microphone to a recording, and how it ends."""

from __future__ import annotations

import asyncio
import logging

from ivr.channels import webphone_wire as wire
from ivr.channels.line import Line
from ivr.engine.actions import Record
from ivr.recordings import Message, Recordings, Take
from recognition.gate import Gate

log = logging.getLogger(__name__)

STALL = 1.5  # seconds without a frame beyond a silence: a muted page sends none, a stalled network sends them later
WRITE = 32_000  # bytes: a second


class Recorder:
    """Of one wait. Silence and length are measured in the sound itself, so a late frame costs nobody a word; the
    line's time counts where no sound comes at all."""

    def __init__(self, line: Line, wait: Record, take: Take, contact: str) -> None:
        self._line, self._wait, self._take, self._contact = line, wait, take, contact
        self._gate, self._seconds = Gate(), 0.0
        self._unwritten = bytearray()
        self._written: asyncio.Future[None] | None = None
        self._came = line.now()  # the last frame
        self._woken = asyncio.Event()
        self._failed = False
        self._listening = False

    @classmethod
    async def of(cls, line: Line, wait: Record, recordings: Recordings, contact: str) -> Recorder | None:
        """With what was said to a former process of ours. None when nothing can be written: the log says why."""
        try:
            take = await asyncio.to_thread(recordings.take, f"{contact}-{wait.turn}", wire.RATE)
            said = await asyncio.to_thread(take.pcm)
        except OSError as error:
            _complain(contact, error)
            return None
        recorder = cls(line, wait, take, contact)
        for start in range(0, len(said), wire.FRAME):
            recorder._measure(said[start : start + wire.FRAME])
        return recorder

    @property
    def begun(self) -> bool:
        return self._seconds > 0

    def heard(self, frame: bytes) -> None:
        """A frame of the microphone; what comes before the beep is dropped."""
        if self._listening and not self._over():
            self._measure(frame)
            self._unwritten += frame
            self._woken.set()

    def wake(self) -> None:
        """The line is back: its time goes on."""
        self._woken.set()

    async def listen(self) -> None:
        """Until the message is over, by silence or by its length."""
        self._listening, self._came = True, self._line.now()
        while not self._over() and (rest := self._patience - (self._line.now() - self._came)) > 0:
            self._woken.clear()
            try:
                async with asyncio.timeout(rest if self._line.there else None):
                    await self._woken.wait()
            except TimeoutError:
                continue
            if len(self._unwritten) >= WRITE:
                await self._write()

    async def message(self) -> Message | None:
        """What was said so far; None when it is no message, or could not be kept."""
        self._listening = False
        await self._write()
        if self._failed:
            return None
        try:
            return await asyncio.to_thread(self._take.keep)
        except OSError as error:
            _complain(self._contact, error)
            return None

    async def forget(self) -> None:
        """The journey has the message, or nobody wants it."""
        self._listening = False
        try:
            await asyncio.to_thread(self._take.remove)
        except OSError as error:
            log.warning("call %s: what it recorded by the way was not removed: %s", self._contact, error)

    @property
    def _allowed(self) -> float:
        """Seconds of silence."""
        return self._wait.silence if self._gate.spoken else self._wait.timeout

    @property
    def _patience(self) -> float:
        return self._allowed - self._gate.quiet + STALL

    def _over(self) -> bool:
        return self._failed or self._gate.quiet >= self._allowed or self._seconds >= self._wait.longest

    def _measure(self, frame: bytes) -> None:
        self._gate.take(frame)
        self._seconds += len(frame) / 2 / wire.RATE
        self._came = self._line.now()

    async def _write(self) -> None:
        """What is written is written in its order, even if nobody waits for it any more: a key may end the message."""
        pcm, self._unwritten = bytes(self._unwritten), bytearray()
        self._written = asyncio.ensure_future(self._append(pcm, self._written))
        await asyncio.shield(self._written)

    async def _append(self, pcm: bytes, before: asyncio.Future[None] | None) -> None:
        if before is not None:
            await before
        try:
            await asyncio.to_thread(self._take.write, pcm)
        except OSError as error:
            self._failed = True
            _complain(self._contact, error)


def _complain(contact: str, error: OSError) -> None:
    log.error("call %s: a message cannot be kept: %s; make room for recordings, or let us write there", contact, error)
