"""Calls that real engines listen to, in real worker processes: English by Moonshine, Korean by Vosk."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from ivr.engine.actions import Behind
from ivr.engine.data import replace
from recognition.audio import Samples
from recognition.ears import Ears, engines
from recognition.listen import Deaf, Heard, Hints, SpeechStarted, Told
from tests.recognition import sounds
from tests.recognition.korean import NO, QUESTION, REFUND, model
from tests.recognition.test_ears import BOUND, ready
from tests.waiting import eventually

MENU = Hints(
    "options",
    "en-US",
    {"orders": ("orders", "track my order"), "billing": ("billing", "pay my bill"), "agent": ("talk to a person",)},
)
TRACKED = replace(MENU, behind={"orders": (Behind("digits", ("order number {}",), 4, 10),)})
DIGITS = Hints("digits", "en-US", {}, least=4, most=4)


class Caller:
    """Who speaks on one line, and what was told of it."""

    def __init__(self, ears: Ears, rate: int) -> None:
        self._rate, self._told, self._end = rate, list[Told](), asyncio.Event()
        self._ear = ears.open(rate, self._tell)

    def _tell(self, told: Told) -> None:
        self._told.append(told)
        if isinstance(told, Heard | Deaf):
            assert not self._end.is_set()
            self._end.set()

    async def says(self, hints: Hints, *sounded: Samples, silence: float = 1.5) -> Heard | Deaf:
        """`sounded`: with a look at a card, of 1.5 s, between one and the next; then so many seconds of silence. What a
        pause may be is found out before it goes on."""
        self._told.clear()
        self._end.clear()
        self._ear.begin(hints)
        self._feed(0.5)
        for sound in sounded[:-1]:
            self._feed(sound, 0.4)
            await eventually(self._pondered)
            self._feed(1.1)
        self._feed(sounded[-1])
        for _ in range(round(silence / 0.1)):
            self._feed(0.1)
            await eventually(self._pondered)
        assert SpeechStarted() in self._told
        await self._end.wait()
        told = self._told[-1]
        assert isinstance(told, Heard | Deaf)
        return told

    def _feed(self, *pieces: Samples | float) -> None:
        """Seconds are silence."""
        whole = [sounds.silence(one, self._rate) if isinstance(one, float) else one for one in pieces]
        for frame in sounds.frames(sounds.joined(*whole), self._rate):
            self._ear.feed(frame)

    def _pondered(self) -> bool:
        """Whether what may be the end is found out, or it was."""
        utterance = self._ear._utterance
        return utterance is None or utterance.guess is None


@pytest.fixture
async def ears() -> AsyncIterator[Ears]:
    async with Ears(engines({}), 1) as ears:
        await ready(ears)
        yield ears


def noisy(sound: Samples, rate: int, decibels: float) -> Samples:
    return sound + sounds.pink(len(sound) / rate, rate, -20 - decibels)[: len(sound)]


@pytest.mark.parametrize(("voice", "rate"), [("flite:slt", 8000), ("flite:rms", 16000)])
async def test_english_is_heard_from_the_line_to_the_option(ears: Ears, voice: str, rate: int) -> None:
    caller = Caller(ears, rate)
    async with asyncio.timeout(BOUND):
        for text, option in (("track my order", "orders"), ("pay my bill", "billing"), ("talk to a person", "agent")):
            for sound in (spoken := sounds.said(text, rate, voice), noisy(spoken, rate, 15)):
                heard = await caller.says(MENU, sound)
                assert isinstance(heard, Heard)
                assert heard.alternatives[0].option == option
        number = await caller.says(DIGITS, sounds.said("four two one seven", rate, voice))
        assert isinstance(number, Heard)
        assert number.alternatives[0].text == "4217"
        both = await caller.says(TRACKED, sounds.said("track my order four two one seven", rate, voice))
        assert isinstance(both, Heard)
        assert (both.alternatives[0].option, both.alternatives[0].text) == ("orders", "Track my order 4217")


async def test_a_number_is_read_in_groups_from_a_card(ears: Ears) -> None:
    caller, groups = Caller(ears, 8000), ("four two one seven", "nine eight three five")
    spoken = [sounds.said(group, 8000, "flite:slt") for group in groups]
    async with asyncio.timeout(BOUND):
        heard = await caller.says(Hints("digits", "en-US", {}, least=8, most=8), *spoken)
        assert isinstance(heard, Heard)
        assert heard.alternatives[0].text == "42179835"


async def test_who_says_something_else_where_a_number_is_asked_for_is_not_kept_waiting(ears: Ears) -> None:
    """To the second witness it sounds like "oh six", of which more might come within 2 s."""
    hints = Hints("digits", "en-US", {"back": ("go back",)}, least=8, most=8)
    async with asyncio.timeout(BOUND):
        heard = await Caller(ears, 8000).says(hints, sounds.said("go back", 8000, "flite:slt"), silence=1.3)
        assert isinstance(heard, Heard)
        assert heard.alternatives[0].option == "back"


async def test_korean_is_heard_by_vosk() -> None:
    async with asyncio.timeout(BOUND), Ears(engines({"ko-KR": model()}), 1) as ears:
        await ready(ears)
        for text, option in ((REFUND, "refund"), (NO, "no")):
            heard = await Caller(ears, 8000).says(QUESTION, sounds.said(text, 8000, "ko"))
            assert isinstance(heard, Heard)
            assert heard.alternatives[0].option == option


async def test_workers_may_be_killed_while_ten_callers_speak() -> None:
    """Each of them is told something exactly once, and most are understood."""
    sound = sounds.said("track my order", 8000, "flite:slt")
    async with asyncio.timeout(BOUND), Ears(engines({}), 2) as ears:
        await ready(ears, 2)
        callers = [Caller(ears, 8000) for _ in range(10)]
        for _ in range(3):
            answers = asyncio.gather(*(caller.says(MENU, sound) for caller in callers))
            await eventually(lambda: bool(ears.pids))
            os.kill(ears.pids[0], signal.SIGKILL)
            ends = await answers
            assert sum(end == Deaf("failed") for end in ends) <= 1
            heard = [end.alternatives[0].option for end in ends if isinstance(end, Heard)]
            assert heard
            assert set(heard) == {"orders"}
            await ready(ears, 2)


async def test_long_silence_and_noise_cost_the_engine_nothing(ears: Ears) -> None:
    told: list[Told] = []
    ear = ears.open(8000, told.append)
    ear.begin(MENU)
    for sound in (sounds.silence(30), sounds.kitchen(30), sounds.music(16), np.concatenate([sounds.keys("12")] * 9)):
        for frame in sounds.frames(sound):
            ear.feed(frame)
    assert not told


def test_a_language_is_heard_by_vosk_where_it_has_a_model_and_english_by_moonshine() -> None:
    assert [(spec.name, spec.language) for spec in engines({})] == [("moonshine", "en")]
    german = engines({"de-DE": Path("/models/de")})
    assert [(spec.name, spec.language) for spec in german] == [("vosk", "de-DE"), ("moonshine", "en")]
    assert [spec.name for spec in engines({"en-US": Path("/models/en")})] == ["vosk"]
    assert engines({}, Path("/models/moonshine"))[0].folder == "/models/moonshine"
