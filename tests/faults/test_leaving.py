"""Who leaves while the database is away has left when it is back: no agent waits for a ghost."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path
from typing import Any

import pytest

from context_bridge.contract import StoreUnavailable
from ivr.channels import patience
from ivr.channels.webphone import WebPhone
from ivr.engine.events import Left
from ivr.settings import Settings
from tests.channels.fake_driver import FakeDriver, Records
from tests.channels.far_end import ToneSpeaker, serving
from tests.faults.lab import PATIENCE
from tests.waiting import eventually
from tests.web.conftest import client_of  # noqa: F401 - a fixture
from tests.web.desk import Desk
from tests.web.test_chat import begin


async def test_from_a_chat(client_of: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:  # noqa: F811
    desk = Desk(grace=0.05)
    advance, failed = desk.driver.advance, 0

    async def away_twice(event: Any, say: Any = None) -> Any:
        nonlocal failed
        if isinstance(event, Left) and failed < 2:
            failed += 1
            raise StoreUnavailable
        return await advance(event, say)

    monkeypatch.setattr(desk.driver, "advance", away_twice)
    await begin(await client_of(desk))
    async with asyncio.timeout(PATIENCE):
        await desk.driver.told.wait()
    gc.collect()  # a task that failed unseen is told of when it goes
    assert failed == 2
    assert [event.reason for event in desk.driver.events if isinstance(event, Left)] == ["dropped"]
    assert "never retrieved" not in caplog.text


async def test_from_a_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSES", (0.01,))
    records = Records()
    driver: Any = FakeDriver(records)
    speaker: Any = ToneSpeaker(tmp_path)
    phones = WebPhone(driver, speaker, Settings(data_dir=tmp_path))
    async with serving(phones) as exchange:
        phone = await exchange.call()
        await phone.until("collect")
        driver.away = 3
        await phone.ws.send_json({"event": "hangup"})
        assert await phone.closed() == 1000
        await eventually(lambda: records.left() == [(f"web-{phone.call}", "caller")])
