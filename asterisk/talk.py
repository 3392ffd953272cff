"""The dialogue on a call leg that is in our hands: prompts out, keys and words in. Knows no journey."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import Literal

from asterisk.adoption import LONGEST, Found
from asterisk.ami import AMILost
from asterisk.leg import Leg
from asterisk.reads import Reads
from asterisk.signals import Finished, HangupRequested, HungUp, LinkLost, Listened, Moved, Pressed, Signal, TakenBack
from asterisk.tap import Tap, Taps
from ivr.engine.actions import Collect, Record, Say
from ivr.prompts import ENGLISH
from recognition import audio
from recognition.hearing import Hearing
from recognition.keys import Answer
from recognition.listen import Deaf, Heard, Listener, SpeechStarted
from recognition.speak import Clip, Speaker, SpeakFailed

RATE: Literal[8000] = 8000  # of telephone lines
GRACE = 5.0  # seconds in which Asterisk tells the end of a leg, or of a prompt beyond its length

log = logging.getLogger(__name__)


class Gone(Exception):
    """The leg has ended; `last` says how."""

    def __init__(self, last: HungUp) -> None:
        self.last = last


class LegTakenBack(Exception):
    """The leg is not in AsyncAGI any more."""


class MovedAway(Exception):
    """The journey goes on elsewhere."""


class Talk:
    """All that waits raises `Gone`, `LegTakenBack`, `MovedAway` and `AMILost`. `requested`: the far end asked to hang
    up."""

    def __init__(self, leg: Leg, speaker: Speaker, listener: Listener | None, taps: Taps) -> None:
        self.leg = leg
        self.requested = False
        self.clock = asyncio.get_running_loop().time
        self._speaker, self._listener = speaker, listener
        self._tap = Tap(taps, leg.channel, lambda frame: self._hearing.feed(frame))
        self._hearing = self._ears()
        self._sound = b""  # of the question's prompt, where ears may hear its echo
        self.reads = Reads(leg, self.clock, self._playing)
        self._filler = ""
        self.language = ENGLISH  # of the last words

    def begin(self, found: Found | None = None) -> None:
        """On a leg that comes to us, or that was `found` in the hands of another process of ours."""
        self.reads = Reads(self.leg, self.clock, self._playing, found)

    def deafen(self) -> None:
        """What is said from now on is not said to us, until the next question."""
        self._tap.close()
        self._hearing.close()
        self._hearing = self._ears()

    def _ears(self) -> Hearing:
        return Hearing(self._listener, RATE, self.clock, lambda: self.leg.inbox.put_nowait(Listened()))

    async def ask(self, says: tuple[Say, ...], collect: Collect) -> Answer | Heard | Deaf:
        await self._until_over(self._filler)
        clip = await self.render(says)
        self._sound = await asyncio.to_thread(_pcm, clip) if clip and self._hearing.can(collect) else b""
        while not self.leg.inbox.empty():  # keys that came while the prompt was made
            await self._hear(None)
        answer = self._open(collect, clip.seconds if clip else 0.0)
        if answer is None:
            self.reads.ask(collect.turn, None if self.reads.pad.barged else clip)
        return answer or await self._answer()

    async def listen_on(self, prompt: float, collect: Collect) -> Answer | Heard | Deaf:
        """The question is being heard; how much of it is left we do not know, so all of it is allowed for."""
        return self._open(collect, prompt) or await self._answer()

    def _open(self, collect: Collect, prompt: float) -> Answer | None:
        now, pad = self.clock(), self.reads.pad
        answer = pad.begin(collect.keys, collect.timeout, collect.interdigit, now + prompt, now)
        if answer is None and not pad.barged and self._hearing.can(collect) and self._tap.open():
            self._hearing.begin(collect)
        return answer

    async def _answer(self) -> Answer | Heard | Deaf:
        try:
            while not (answer := await self._hear(self._hearing.deadline or self.reads.pad.deadline)):
                pass
            return answer
        finally:
            self._hearing.end()
            self._sound = b""
            self.reads.pad.end()

    async def fill(self, says: tuple[Say, ...]) -> None:
        """While a back office is asked. Where two are asked in a row, the second waits for the first words to be over:
        to end a Read that has another one behind it would leave the caller in that one's silence."""
        await self._until_over(self._filler)
        if clip := await self.render(says):
            self._filler = self.reads.fill(clip)

    async def play(self, says: tuple[Say, ...]) -> None:
        """To the end, whatever is pressed."""
        await self._until_over(self._filler)
        if clip := await self.render(says):
            path = clip.path
            await self._until_over(self.reads.queue(lambda name: self.leg.play(name, path)), clip.seconds)

    async def record(self, file: Path, wait: Record, *, beep: bool) -> None:
        """Until the message is over. Keys mean nothing meanwhile, but that Asterisk ends it by #."""

        def begin(name: str) -> None:
            self.leg.record(name, file, wait.silence, wait.longest, beep=beep)

        self.deafen()
        self.reads.pad.clear()
        await self._until_over(self.reads.record(begin), wait.longest + wait.silence)
        self.reads.pad.clear()

    async def recorded(self, longest: float) -> None:
        """The end of the recording that another process of ours has begun."""
        deadline = self.clock() + longest + GRACE
        while (signal := await self.here(deadline)) and not isinstance(signal, Finished):
            pass

    async def _until_over(self, name: str, seconds: float = LONGEST) -> None:
        deadline = self.clock() + seconds + GRACE
        while self.reads.is_running(name) and self.clock() < deadline:
            await self._hear(deadline)

    async def render(self, says: tuple[Say, ...]) -> Clip | None:
        if not says:
            return None
        self.language = says[-1].language
        try:
            return await self._speaker.joined(says, RATE)
        except SpeakFailed as error:
            log.error("%s: a prompt was left out: %s", self.leg.contact, error)
        for say in says:  # with a full disk the parts may be there and their sum not: better the first than silence
            with contextlib.suppress(SpeakFailed):
                return await self._speaker.say(say, RATE)
        return None

    async def _hear(self, deadline: float | None) -> Answer | Heard | Deaf | None:
        """One signal, or the end of the time."""
        match await self.here(deadline):
            case None:
                return self._time_is_up()
            case Pressed(key, at):
                answer = self.reads.press(key, at)
                if self.reads.pad.barged:
                    self._hearing.end()
                return answer
            case Listened():
                return self._listened()
            case Finished(name):
                self.reads.finished(name)
        return None

    def _time_is_up(self) -> Answer | None:
        """Of the question, or of somebody who speaks: then nothing else ends it."""
        if self._hearing.deadline is None:
            return self.reads.pad.tick(self.clock())
        self._hearing.tick()
        return None

    def _listened(self) -> Heard | Deaf | None:
        """What the ear has told meanwhile."""
        while told := self._hearing.told():
            match told:
                case Heard() | Deaf():
                    return told
                case SpeechStarted():
                    self.reads.hush()
        return None

    def _playing(self, clip: Clip | None) -> None:
        self._hearing.playing(self._sound if clip else b"")

    async def here(self, deadline: float | None) -> Signal | None:
        """The next signal of a leg in our hands; None when the time has come."""
        match signal := await self.next(deadline):
            case TakenBack():
                raise LegTakenBack
            case Moved():
                raise MovedAway
        return signal

    async def next(self, deadline: float | None) -> Signal | None:
        """Any signal of the leg, in our hands or not; None when the time has come. Raises `Gone`, `AMILost`."""
        try:
            async with asyncio.timeout_at(deadline):
                signal = await self.leg.inbox.get()
        except TimeoutError:
            return None
        match signal:
            case HungUp():
                raise Gone(signal)
            case LinkLost():
                raise AMILost("the link to Asterisk broke")
            case HangupRequested():
                self.requested = True
        return signal


def _pcm(clip: Clip) -> bytes:
    return audio.to_pcm(audio.read(clip.path)[0])
