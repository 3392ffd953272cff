"""What is kept of customers goes when its time is over, and not later: IVR_JOURNEY_DAYS after the last turn."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ivr.driver import Arrival
from ivr.engine.events import Input, Left
from ivr.server import build
from ivr.server.jobs import serving, sweep
from ivr.settings import Settings
from tests.publishing.menus import menu
from tests.publishing.site import NOW
from tests.waiting import eventually

DAY, HOUR = 86400.0, 3600.0


@pytest.mark.parametrize("how", ["finished", "left"])
async def test_a_journey_is_kept_for_its_days_and_no_longer(how: str, tmp_path: Path) -> None:
    """That somebody left it alone until then is no reason to keep it for as long again."""
    (folder := tmp_path / "menus").mkdir()
    (folder / "support.yaml").write_text(menu(("next: welcome\n  hours", "next: bye\n  hours")).source)
    now = NOW
    settings = Settings(data_dir=tmp_path, menus=folder, ears=0, journey_days=3)
    async with build(settings, clock=lambda: now) as segue:
        driver, store = segue.driver, segue.store
        await driver.arrive(Arrival("call", "voice", "webphone", "support", number="+14155550134"))
        if how == "finished":
            for n, keys in enumerate(("1", "4217")):
                await driver.advance(Input(id=f"i{n}", at=now, contact="call", text=keys, mode="keys"))
        else:
            await driver.advance(Left(id="left", at=now, contact="call", reason="caller"))
        (journey,) = await store.recent(10)
        assert journey.status == ("finished" if how == "finished" else "paused")
        now += 3 * DAY - HOUR
        await sweep(segue)
        assert await store.row(journey.id)
        now += 2 * HOUR
        await sweep(segue)
        assert await store.row(journey.id) is None
        assert await store.history(journey.id) == []


async def test_what_cannot_be_removed_ends_no_removing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told, and tried again."""
    (folder := tmp_path / "menus").mkdir()
    (folder / "support.yaml").write_text(menu().source)
    monkeypatch.setattr("ivr.server.jobs.SWEEP", 0.05)
    settings = Settings(data_dir=tmp_path, menus=folder, ears=0)
    stray = settings.recordings_dir / "stray.wav"
    stray.mkdir(parents=True)  # which is no file
    os.utime(stray, (0, 0))
    async with build(settings) as segue:
        running = serving(segue)
        await anext(running)
        await eventually(lambda: caplog.text.count("could not be removed") > 1)
        assert "stopped" not in caplog.text
        with pytest.raises(StopAsyncIteration):
            await anext(running)
