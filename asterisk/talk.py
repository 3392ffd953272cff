"""The dialogue on a call leg that is in our hands: prompts out, keys in. Knows no journey."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path

from asterisk.adoption import LONGEST, Found
from asterisk.ami import AMILost
from asterisk.leg import Leg
from asterisk.reads import Reads
from asterisk.signals import Finished, HangupRequested, HungUp, LinkLost, Moved, Pressed, Signal, TakenBack
from ivr.engine.actions import Collect, Record, Say
from ivr.prompts import ENGLISH
from recognition.keys import Answer
from recognition.speak import Clip, Speaker, SpeakFailed

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

    def __init__(self, leg: Leg, speaker: Speaker) -> None:
        self.leg = leg
        self.requested = False
        self.clock = asyncio.get_running_loop().time
        self.reads = Reads(leg, self.clock)
        self._speaker = speaker
        self._filler = ""
        self.language = ENGLISH  # of the last words

    def begin(self, found: Found | None = None) -> None:
        """On a leg that comes to us, or that was `found` in the hands of another process of ours."""
        self.reads = Reads(self.leg, self.clock, found)

    async def ask(self, says: tuple[Say, ...], collect: Collect) -> Answer:
        await self._until_over(self._filler)
        clip = await self.render(says)
        while not self.leg.inbox.empty():  # keys that came while the prompt was made
            await self._hear(None)
        answer = self._open(collect, clip.seconds if clip else 0.0)
        if answer is None:
            self.reads.ask(collect.turn, None if self.reads.pad.barged else clip)
        return answer or await self._answer()

    async def listen_on(self, prompt: float, collect: Collect) -> Answer:
        """The question is being heard; how much of it is left we do not know, so all of it is allowed for."""
        return self._open(collect, prompt) or await self._answer()

    def _open(self, collect: Collect, prompt: float) -> Answer | None:
        now = self.clock()
        return self.reads.pad.begin(collect.keys, collect.timeout, collect.interdigit, now + prompt, now)

    async def _answer(self) -> Answer:
        while not (answer := await self._hear(self.reads.pad.deadline)):
            pass
        return answer

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

        self.reads.pad.clear()
        await self._until_over(self.reads.record(begin), wait.longest + wait.silence)
        self.reads.pad.clear()

    async def recorded(self, longest: float) -> None:
        """The end of the recording that another process of ours has begun."""
        deadline = self.clock() + longest + GRACE
        while (signal := await self.next(deadline)) and not isinstance(signal, Finished):
            if isinstance(signal, TakenBack):
                raise LegTakenBack
            if isinstance(signal, Moved):
                raise MovedAway

    async def _until_over(self, name: str, seconds: float = LONGEST) -> None:
        deadline = self.clock() + seconds + GRACE
        while self.reads.is_running(name) and self.clock() < deadline:
            await self._hear(deadline)

    async def render(self, says: tuple[Say, ...]) -> Clip | None:
        if not says:
            return None
        self.language = says[-1].language
        try:
            return await self._speaker.joined(says, 8000)
        except SpeakFailed as error:
            log.error("%s: a prompt was left out: %s", self.leg.contact, error)
        for say in says:  # with a full disk the parts may be there and their sum not: better the first than silence
            with contextlib.suppress(SpeakFailed):
                return await self._speaker.say(say, 8000)
        return None

    async def _hear(self, deadline: float | None) -> Answer | None:
        """One signal, or the end of the time."""
        match await self.next(deadline):
            case None:
                return self.reads.pad.tick(self.clock())
            case Pressed(key, at):
                return self.reads.press(key, at)
            case Finished(name):
                self.reads.finished(name)
            case TakenBack():
                raise LegTakenBack
            case Moved():
                raise MovedAway
        return None

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
