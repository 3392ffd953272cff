"""Keeping what customers say: when it is on, what comes to the disk, and when it goes."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from context_bridge.contract import ContextStore, StoreUnavailable
from context_bridge.migrate import migrate
from context_bridge.records import SpeechKeepingRow
from context_bridge.store import open_store
from ivr import utterances as files
from ivr.cli import main
from ivr.engine.data import replace
from ivr.engine.events import Alternative
from ivr.settings import SettingsError, load
from ivr.speech_keeping import AT_ONCE, HOUR, SpeechKeeping
from ivr.utterances import Utterances
from recognition import audio
from recognition.kept import Kept

NOW = 1_800_000_000.0
PCM = bytes(range(200)) * 160
KEPT = Kept("shop", "main", "en-US", "moonshine", 16_000, PCM, (Alternative("track an order", 0.9, "1"),))


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[ContextStore]:
    opened = await open_store(f"sqlite:///{tmp_path}/segue.db")
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(tmp_path: Path) -> Utterances:
    return Utterances(tmp_path / "utterances")


@pytest.fixture
def keeping(store: ContextStore, kept: Utterances, clock: Clock) -> SpeechKeeping:
    return SpeechKeeping(store, kept, clock)


async def say(keeping: SpeechKeeping, what: Kept = KEPT) -> None:
    keeping.take(what)
    await keeping.close()


async def test_by_default_nothing_is_kept(keeping: SpeechKeeping, kept: Utterances, tmp_path: Path) -> None:
    await say(keeping)
    assert await keeping.look() is None
    assert kept.all() == []
    assert not (tmp_path / "utterances").exists()


async def test_what_is_kept_tells_what_was_said_where_and_nothing_else(
    keeping: SpeechKeeping, kept: Utterances, tmp_path: Path
) -> None:
    await keeping.turn_on(2, "Eva", "orders are misheard")
    await say(keeping)
    (about,) = kept.all()
    assert about == files.About(
        about.id, NOW, "shop", "main", "en-US", "moonshine", 1.0, (Alternative("track an order", 0.9, "1"),), False
    )
    sound = kept.find(about.id)
    assert sound
    samples, rate = audio.read(sound)
    assert (audio.to_pcm(samples), rate) == (PCM, 16_000)
    folder = tmp_path / "utterances"
    assert sorted(path.name for path in folder.iterdir()) == [f"{about.id}.json", f"{about.id}.wav"]
    assert folder.stat().st_mode & 0o777 == 0o700
    (tmp_path / "outside.wav").touch()
    assert kept.find("../outside") is None


async def test_it_ends_at_its_time_and_when_it_is_stopped(
    keeping: SpeechKeeping, kept: Utterances, clock: Clock
) -> None:
    await keeping.turn_on(2, "Eva", "tests")
    clock.now += 2 * HOUR - 1
    await say(keeping)
    clock.now += 1
    await say(keeping)
    assert len(kept.all()) == 1
    await keeping.turn_on(24, "Eva", "tests")
    await keeping.stop("Tom")
    await say(keeping)
    assert len(kept.all()) == 1


async def test_a_server_that_is_restarted_keeps_to_the_end_that_was_set(
    keeping: SpeechKeeping, store: ContextStore, kept: Utterances, clock: Clock
) -> None:
    row = await keeping.turn_on(1, "Eva", "tests")
    restarted = SpeechKeeping(store, kept, clock)
    assert await restarted.look() == row == SpeechKeepingRow(NOW + HOUR, "Eva", "tests", NOW)
    await say(restarted)
    assert len(kept.all()) == 1
    clock.now += HOUR
    await say(SpeechKeeping(store, kept, clock))
    assert len(kept.all()) == 1


@pytest.mark.parametrize("hours", [0, -1, 24.1, float("nan"), float("inf")])
async def test_nobody_turns_it_on_for_longer_than_a_day(keeping: SpeechKeeping, hours: float) -> None:
    with pytest.raises(ValueError, match="at most 24"):
        await keeping.turn_on(hours, "Eva", "tests")
    assert await keeping.look() is None


async def test_while_the_database_is_away_nothing_is_kept(
    keeping: SpeechKeeping,
    store: ContextStore,
    kept: Utterances,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await keeping.turn_on(1, "Eva", "tests")

    async def away() -> None:
        raise StoreUnavailable

    monkeypatch.setattr(store, "speech_keeping", away)
    await say(keeping)
    assert kept.all() == []
    assert "not kept: StoreUnavailable" in caplog.text


async def test_a_full_folder_takes_no_more(
    keeping: SpeechKeeping, kept: Utterances, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(files, "MOST", 2)
    await keeping.turn_on(1, "Eva", "tests")
    for _ in range(3):
        await say(keeping)
    assert len(kept.all()) == 2
    assert "there are 2 utterances" in caplog.text


async def test_more_at_once_than_can_be_written_are_not_kept(keeping: SpeechKeeping, kept: Utterances) -> None:
    await keeping.turn_on(1, "Eva", "tests")
    for _ in range(AT_ONCE + 5):
        keeping.take(KEPT)
    await keeping.close()
    assert len(kept.all()) == AT_ONCE


async def test_age_removes_sound_and_words_and_leaves_the_rest(
    keeping: SpeechKeeping, kept: Utterances, tmp_path: Path
) -> None:
    await keeping.turn_on(1, "Eva", "tests")
    await say(keeping)
    await say(keeping, replace(KEPT, step="order"))
    old = next(about.id for about in kept.all() if about.step == "main")
    for path in (tmp_path / "utterances").glob(f"{old}.*"):
        os.utime(path, (NOW, NOW))
    (tmp_path / "utterances/.x.wav.1.part").touch()
    os.utime(tmp_path / "utterances/.x.wav.1.part", (NOW, NOW))
    written = kept.find(next(about.id for about in kept.all() if about.step == "order"))
    assert written
    os.utime(written, (NOW + 9, NOW + 9))
    os.utime(written.with_suffix(".json"), (NOW + 9, NOW + 9))
    assert kept.forget(NOW + 5) == 3
    assert [about.step for about in kept.all()] == ["order"]
    assert kept.find(old) is None


async def test_each_change_is_in_the_log_once(
    keeping: SpeechKeeping, store: ContextStore, kept: Utterances, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Of this server and of one that learns of it from the store."""
    other = SpeechKeeping(store, kept, clock)
    with caplog.at_level(logging.INFO, "ivr.speech_keeping"):
        await keeping.turn_on(2, "Eva\nERROR", "tests")
        for _ in range(2):
            await keeping.look()
            await other.look()
        clock.now += 2 * HOUR
        for _ in range(2):
            await other.look()
        await keeping.turn_on(1, "Eva", "more")
        await keeping.stop("Tom")
    told = [record.getMessage() for record in caplog.records]
    until = "what customers say is kept until 2027-01-15 10:00 UTC, where they agree"
    on = rf"{until}: turned on by 'Eva\nERROR', for 'tests'"
    assert told[:3] == [on, on, "what customers say is kept no more: its time is over"]
    assert "for 'more'" in told[3]
    assert told[4:] == ["what customers say is kept no more: 'Tom'"]


def test_the_command_turns_it_on_and_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    migrate(url := f"sqlite:///{tmp_path}/command.db")
    monkeypatch.setenv("IVR_DATABASE_URL", url)

    def told(*arguments: str) -> str:
        assert main(["ears", *arguments]) == 0
        return capsys.readouterr().out

    assert told() == "what customers say is not kept\n"
    assert "is kept until" in told("keep", "--hours", "2", "--by", "Eva", "--why", "tests")
    assert told().endswith("where they agree (Eva: tests)\n")

    async def row() -> SpeechKeepingRow | None:
        store = await open_store(url)
        try:
            return await store.speech_keeping()
        finally:
            await store.close()

    found = asyncio.run(row())
    assert found
    assert (found.until - found.at, found.who) == (2 * HOUR, "Eva")
    assert "Tom stopped it" in told("stop", "--by", "Tom")
    assert "is not kept" in told()


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (["keep"], "write `segue ears keep --hours 2 --why TEXT`"),
        (["keep", "--hours", "2"], "write `segue ears keep --hours 2 --why TEXT`"),
        (["stop", "--hours", "2", "--why", "x"], "write `segue ears keep --hours 2 --why TEXT`"),
        (["keep", "--hours", "25", "--why", "x"], "at most 24"),
    ],
)
def test_what_the_command_refuses(
    arguments: list[str],
    wrong: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    migrate(url := f"sqlite:///{tmp_path}/command.db")
    monkeypatch.setenv("IVR_DATABASE_URL", url)
    assert main(["ears", *arguments]) == 2
    assert wrong in capsys.readouterr().err


@pytest.mark.parametrize("days", ["0", "8"])
def test_a_week_is_the_longest(days: str) -> None:
    with pytest.raises(SettingsError, match="IVR_SPEECH_DAYS"):
        load({"IVR_SPEECH_DAYS": days})
