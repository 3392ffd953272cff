"""Callers of `bench_listening.py`, who answer one question after the other, and what became of their answers."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from tests.bench.listening.lines import PERIOD, Line, Stretch
from tests.bench.listening.questions import Question

AROUND = 10  # frames of an answer before its first loud one, and after its last
LOST = 12.0  # seconds without a sound of ours
SILENT = 4.0  # seconds after which we have asked again because nothing was said
SPOKEN_ON = 1.0  # seconds that a prompt goes on beyond the answer to it, when that was not noticed
QUIET = 0.5  # seconds after a prompt until somebody patient speaks
SAID_YES = 2.0  # seconds in which we go on after a yes by key
LOOK = 0.4  # seconds between two looks at what is heard
TRIES = 4  # of somebody who was not understood, by keys


@dataclass
class Figures:
    """Times in ms. `waits`: from the last loud sample to the next prompt; `stops`: from the first loud sample that was
    spoken into a prompt to its end."""

    waits: list[float] = field(default_factory=list)
    stops: list[float] = field(default_factory=list)
    became: Counter[str] = field(default_factory=Counter)
    into: list[bool] = field(default_factory=list)  # of each answer that was begun in a prompt: was it understood?
    lost: int = 0


class Caller:
    """`said`: each answer as its frames, with `AROUND` more at both ends. `patient`: waits for a prompt's end."""

    def __init__(
        self, line: Line, question: Question, said: Sequence[Sequence[bytes]], figures: Figures, *, patient: bool
    ) -> None:
        self._line, self._question, self._said, self._figures = line, question, said, figures
        self._patient = patient
        self._clock = asyncio.get_running_loop().time

    async def run(self, until: float) -> None:
        """Until that time of the event loop."""
        try:
            async with self._line:
                heard = await self._anew(0.0)
                if self._question.agreed:
                    heard = await self._agree()
                while self._clock() < until:
                    heard = await self._answer(heard)
        except (TimeoutError, OSError):
            self._figures.lost += 1

    async def _agree(self) -> Stretch:
        """To the question before all others; raises `TimeoutError`."""
        if not await self._pressed("1", LOST):
            raise TimeoutError
        return self._line.sounds.split()

    async def _answer(self, asked: Stretch) -> Stretch:
        """The question that was heard then."""
        await self._listen(asked)
        place = random.randrange(len(self._said))
        began, ended = await self._line.say(self._said[place])
        first, last = began + AROUND * PERIOD, ended - AROUND * PERIOD
        heard = await self._next(last)
        if heard is None:
            self._figures.became["refused"] += 1
            return await self._by_keys(place)
        reply = await self._line.reply(heard.began)
        became = self._became(place, reply, heard.began - last, asked, last)
        self._figures.became[became] += 1
        if became != "not noticed":
            self._figures.waits.append(1000 * (heard.began - last))
        if asked.ends > first:
            self._figures.into.append(became == "understood")
            if became != "not noticed":
                self._figures.stops.append(1000 * (asked.ends - first))
        return heard if reply is not None else await self._by_keys(place)

    def _became(self, place: int, reply: int | None, wait: float, asked: Stretch, last: float) -> str:
        if asked.ends > last + SPOKEN_ON or wait > SILENT:
            return "not noticed"
        if reply is None:
            return "asked again"  # or asked back, or sent to keys
        return "understood" if reply == place + 1 else "misunderstood"

    async def _listen(self, asked: Stretch) -> None:
        await asyncio.sleep(max(0.0, asked.began + random.uniform(1.0, 2.5) - self._clock()))
        while self._patient and (rest := asked.ends + QUIET - self._clock()) > 0:  # noqa: ASYNC110 - sound comes meanwhile
            await asyncio.sleep(rest)

    async def _by_keys(self, place: int) -> Stretch:
        """Yes, or the first option; else the answer's own keys."""
        for _ in range(TRIES):
            await asyncio.sleep(random.uniform(1.0, 2.5))
            if await self._pressed("1", SAID_YES) or await self._pressed(self._question.rest[place], SILENT):
                return self._line.sounds.split()
        raise TimeoutError

    async def _pressed(self, keys: str, within: float) -> bool:
        """Whether these keys were an answer."""
        until = self._clock() + within
        await self._line.press(keys)
        while self._clock() < until:
            await asyncio.sleep(LOOK)
            if self._line.replied():
                return True
        return False

    async def _next(self, last: float) -> Stretch | None:
        """What is heard after an answer. None: we were told while we spoke that nobody can listen, which may go on
        without a pause. Raises `TimeoutError`; not while a prompt goes on because nobody noticed the answer."""
        sounds = self._line.sounds
        while not self._line.refused():
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    return await sounds.after(last)
            if self._clock() - max(last, sounds.last.ends if sounds.last else last) > LOST:
                raise TimeoutError
        return None

    async def _anew(self, since: float) -> Stretch:
        """Raises `TimeoutError`."""
        async with asyncio.timeout(LOST):
            return await self._line.sounds.after(since)
