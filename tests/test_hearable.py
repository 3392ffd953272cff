"""What callers may say in vain: where it is told, and how often."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

import pytest

from ivr import hearable
from ivr.engine.data import replace
from ivr.engine.flow import Flow
from recognition.listen import Hints
from tests.engine.flows import SUPPORT

PATIENCE = 20.0  # seconds


def knows_no_card(hints: Hints) -> Sequence[str]:
    return [f"“{said[0]}” is unknown" for said in hints.phrases.values() if "card" in said[0]]


class Ears:
    """`asleep`: how many checks in that language are asked for before a process is ready."""

    def __init__(self, asleep: int = 0, language: str = "en-US") -> None:
        self.asleep, self.language = asleep, language
        self.asked: list[str] = []

    def hears(self, language: str) -> bool:
        return language.startswith("en")

    def check(self, hints: Hints) -> Sequence[str]:
        self.asleep -= hints.language == self.language
        if self.asleep >= 0 and hints.language == self.language:
            raise ConnectionError
        self.asked.append(hints.language)
        return knows_no_card(hints)


def test_each_thing_is_told_once_where_it_stands_first() -> None:
    (told,) = hearable.unheard(SUPPORT, knows_no_card)
    assert told == 'support (en-US), step "welcome": “change a card” is unknown'


def test_what_is_secret_is_not_looked_at() -> None:
    assert all(place != 'step "pin"' for place, _ in hearable.questions(SUPPORT))


@pytest.mark.parametrize(("asleep", "times"), [(0, 1), (3, 1)])
async def test_the_log_of_a_server_tells_each_version_once(
    asleep: int, times: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hearable, "LOOK", 0.0)
    ears, menus, looks = Ears(asleep), [SUPPORT], 0
    again = asyncio.Event()

    def now() -> list[Flow]:
        nonlocal looks
        looks += len(_told(caplog)) > 0
        if looks > 3:
            again.set()
        return menus

    watching = asyncio.create_task(hearable.watch(ears, now))  # type: ignore[arg-type]
    async with asyncio.timeout(PATIENCE):
        await again.wait()
    assert len(_told(caplog)) == times
    assert "“change a card” is unknown; segue models --check" in _told(caplog)[0]

    menus[:] = [replace(SUPPORT, version="v2")]
    async with asyncio.timeout(PATIENCE):
        while len(_told(caplog)) == times:
            again.clear()
            await again.wait()
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    assert len(_told(caplog)) == times + 1


async def test_the_log_tells_a_language_once_though_another_has_to_wait_for_its_ears(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hearable, "LOOK", 0.0)
    both = replace(SUPPORT, others={"en-GB": replace(SUPPORT, language="en-GB")})
    ears, answered = Ears(3, "en-GB"), asyncio.Event()

    def now() -> list[Flow]:
        if ears.asleep < 0:
            answered.set()
        return [both]

    watching = asyncio.create_task(hearable.watch(ears, now))  # type: ignore[arg-type]
    async with asyncio.timeout(PATIENCE):
        await answered.wait()
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    assert [told.split(",")[0] for told in _told(caplog)] == ["support (en-US)", "support (en-GB)"]


def _told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [line.getMessage() for line in caplog.records if line.levelno == logging.WARNING]
