"""Spoken messages on Twilio: fetched from there once, kept with us, removed there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from ivr.channels.twilio_recordings import Fetcher
from ivr.channels.twilio_rest import Rest
from ivr.engine.data import replace
from ivr.recordings import Recordings, id_in
from ivr.server import Segue
from ivr.settings import Settings
from recognition import audio
from tests.twilio.carrier import Call, Carrier, Habits
from tests.twilio.conftest import SID, TOKEN, phoning, serving
from tests.twilio.rest import Standing, wav
from tests.twilio.test_voice import journey

NUMBER = "+14155550134"
MENU = """
menu: support
title: Acme
language: en-US
channels: [voice]
start: message
exhausted: bye
slots:
  words: {type: text, title: your message}
steps:
  message:
    record: {slot: words, prompt: Please leave a message., longest: 60s}
    next: bye
    failed: message
  bye: {end: Thank you.}
"""


@pytest.fixture
async def segue(settings: Settings, tmp_path: Path) -> AsyncIterator[Segue]:
    menus = tmp_path / "menus"
    menus.mkdir()
    (menus / "support.yaml").write_text(MENU)
    async with serving(replace(settings, menus=menus)) as segue:
        yield segue


@pytest.fixture
async def carrier(segue: Segue) -> AsyncIterator[Carrier]:
    async with phoning(segue) as carrier:
        yield carrier


async def kept(segue: Segue, call: Call) -> Path:
    """The file of the message, once it is there."""
    found = await journey(segue, call)
    name = id_in(found.slots["words"].value)
    assert name is not None
    recordings = Recordings(segue.settings.recordings_dir)
    await settled(segue)
    path = recordings.find(name)
    assert path is not None
    return path


async def settled(segue: Segue) -> None:
    """All effects are carried out, as the clock that the test gives the outbox has it."""
    async with asyncio.timeout(60):
        while any(row.state in {"waiting", "sending"} for row in await segue.store.outbox(100)):
            for row in await segue.store.outbox(100):
                if row.state == "waiting":
                    await segue.store.settle_outbox(row.key, "waiting", row.note, 0.0)
            await segue.outbox.send_due()


async def test_a_message_is_fetched_kept_and_removed_at_twilio(segue: Segue, carrier: Carrier, rest: Standing) -> None:
    call = await carrier.call(NUMBER)
    assert call.heard == ["Please leave a message."]
    await call.record(7)
    assert call.heard[-1] == "Thank you."
    samples, rate = audio.read(await kept(segue, call))
    assert (len(samples), rate) == (16_000, 8000)
    assert call.wrong == rest.violations == []
    assert rest.removed == rest.fetched
    assert len(rest.removed) == 1


@pytest.mark.parametrize("habits", [Habits(twice=True), Habits(lost=True), Habits(twice=True, lost=True)])
async def test_a_message_that_is_told_again_is_fetched_once(
    segue: Segue, carrier: Carrier, rest: Standing, habits: Habits
) -> None:
    call = await carrier.call(NUMBER, habits)
    await call.record(7)
    await kept(segue, call)
    assert call.wrong == []
    assert len(rest.fetched) == len(rest.removed) == 1
    assert len([row for row in await segue.store.outbox(100) if row.kind == "recording"]) == 1


async def test_a_message_that_is_not_ready_is_asked_for_again(segue: Segue, carrier: Carrier, rest: Standing) -> None:
    rest.unready = 3
    call = await carrier.call(NUMBER)
    await call.record(7)
    await kept(segue, call)
    assert len(rest.fetched) == 1


async def test_a_message_outlives_twilio_being_away(segue: Segue, carrier: Carrier, rest: Standing) -> None:
    asked: list[str] = []

    def fault(path: str, _fields: object) -> int | None:
        asked.append(path)
        return 20429 if len(asked) < 4 else None

    rest.fault = fault
    call = await carrier.call(NUMBER)
    await call.record(7)
    await kept(segue, call)
    assert len(rest.fetched) == len(rest.removed) == 1


async def test_a_message_that_twilio_does_not_remove_at_once_is_not_fetched_again(
    segue: Segue, carrier: Carrier, rest: Standing
) -> None:
    refusals = [20429, 20429]
    rest.fault = lambda path, _fields: refusals.pop() if path.endswith(".json") and refusals else None
    call = await carrier.call(NUMBER)
    await call.record(7)
    await kept(segue, call)
    assert refusals == []
    assert len(rest.fetched) == len(rest.removed) == 1


async def test_who_hangs_up_after_the_message_has_left_it(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    await call.record(7, then="hangup")
    await call.hang_up()
    assert (await kept(segue, call)).stat().st_size > 8000


async def test_silence_and_a_key_at_once_are_no_message(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    await call.record(0)
    assert (await journey(segue, call)).slots == {}
    assert call.waiting is not None
    assert call.waiting.tag == "Record"
    await call.silence()
    assert (await journey(segue, call)).slots == {}
    assert call.wrong == []


async def test_a_site_may_leave_its_recordings_at_twilio(rest: Standing, tmp_path: Path) -> None:
    sid = "RE" + "7" * 32
    recordings = Recordings(tmp_path / "kept")
    async with Rest(SID, SID, TOKEN, rest.at) as client:
        await Fetcher(client, recordings, keeps=True).send(f"recording:{sid}", "recording", "", "")
    assert recordings.find("7" * 32) is not None
    assert rest.removed == []


async def test_what_is_no_sound_is_no_recording(segue: Segue, carrier: Carrier, rest: Standing) -> None:
    rest.sound = b"<html>not what was asked for</html>"
    call = await carrier.call(NUMBER)
    await call.record(7)
    await settled(segue)
    [row] = [row for row in await segue.store.outbox(100) if row.kind == "recording"]
    assert row.state == "failed"
    assert "cannot be played" in row.note
    assert rest.removed == []
    rest.sound = wav(1.0)


async def test_messages_to_fetch_are_on_no_page_of_messages_to_send(
    segue: Segue, carrier: Carrier, rest: Standing
) -> None:
    call = await carrier.call(NUMBER)
    await call.record(7)
    await kept(segue, call)
    async with (
        aiohttp.ClientSession(f"http://127.0.0.1:{segue.settings.port}") as http,
        http.get("/api/outbox") as response,
    ):
        assert (response.status, await response.json()) == (200, [])
