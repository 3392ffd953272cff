"""Ends of calls that Twilio tells too early, twice, at another server, or never: each call ends, and ends once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from context_bridge.records import AnswerRow
from ivr.channels import twilio_lost
from ivr.channels.twilio_ends import Ends
from ivr.channels.twilio_rest import Rest
from ivr.engine.data import replace
from ivr.engine.journey import Journey
from ivr.server import Segue
from ivr.settings import Settings
from tests.servers import free_port
from tests.twilio.carrier import Call, Carrier
from tests.twilio.conftest import SID, TOKEN, phoning, serving
from tests.twilio.rest import Standing
from tests.twilio.test_voice import NUMBER, journey


@pytest.fixture
async def other(settings: Settings, segue: Segue) -> AsyncIterator[tuple[Segue, Carrier]]:
    """A second server on the same database, and the same Twilio."""
    async with serving(replace(settings, port=free_port())) as theirs, phoning(theirs) as carrier:
        yield theirs, carrier


def to_come(carrier: Carrier, other: Carrier) -> tuple[Call, Call]:
    """A call that has not begun, as either server is told of it."""
    return carrier.stranger("CA" + "e" * 32, NUMBER), other.stranger("CA" + "e" * 32, NUMBER)


async def ended(segue: Segue, call: Call) -> Journey:
    """It left once."""
    found = await journey(segue, call)
    assert [row.kind for row in await segue.store.history(found.id)].count("Left") == 1
    return found


@pytest.mark.parametrize("elsewhere", [False, True], ids=["one server", "two servers"])
@pytest.mark.parametrize("times", [1, 3])
async def test_an_end_that_is_told_before_the_beginning(
    segue: Segue, carrier: Carrier, other: tuple[Segue, Carrier], elsewhere: bool, times: int
) -> None:
    call, theirs = to_come(carrier, other[1] if elsewhere else carrier)
    await asyncio.gather(*(theirs.tell("completed") for _ in range(times)))
    await call.begin()
    assert (await ended(segue, call)).status == "dropped"
    await theirs.tell("completed")
    assert (await ended(segue, call)).status == "dropped"
    again = await carrier.call(NUMBER)
    assert (await journey(segue, again)).id == (await journey(segue, call)).id


async def test_an_end_that_is_told_while_the_first_turn_is_saved(
    segue: Segue, carrier: Carrier, other: tuple[Segue, Carrier], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looked for the call before that was there, and writes itself down when the call has looked already."""
    call, theirs = to_come(carrier, other[1])
    put = other[0].store.put_answer

    async def late(row: AnswerRow) -> None:
        await call.begin()
        await put(row)

    monkeypatch.setattr(other[0].store, "put_answer", late)
    await theirs.tell("completed")
    assert call.waiting is not None
    assert (await ended(segue, call)).status == "dropped"


async def test_an_end_that_is_told_again_is_nothing_new(segue: Segue, carrier: Carrier) -> None:
    dropped, finished = await carrier.call(NUMBER), await carrier.call("+14155550199")
    await dropped.hang_up()
    await finished.press("2")
    await finished.press("2")
    for call in (dropped, finished):
        before = await journey(segue, call)
        await call.tell("completed")
        assert await journey(segue, call) == before
        assert await segue.store.answer(f"tw-{call.sid}:early", 0, 0) is None


async def test_a_call_whose_end_was_lost_is_ended(
    segue: Segue, carrier: Carrier, rest: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert segue.twilio is not None
    lost, on = await carrier.call(NUMBER), await carrier.call("+14155550199")
    rest.states[lost.sid] = "completed"
    await segue.twilio.sweep()
    assert (await journey(segue, lost)).status == "live"  # it may be on: a turn was just taken

    monkeypatch.setattr(twilio_lost, "QUIET", -60.0)
    await segue.twilio.sweep()
    assert (await ended(segue, lost)).status == "dropped"
    assert (await journey(segue, on)).status == "live"


@pytest.mark.parametrize(("code", "asked"), [(20429, 1), (20404, 3)], ids=["busy", "not known"])
async def test_a_twilio_that_is_busy_is_left_alone_until_the_next_sweep(
    segue: Segue, carrier: Carrier, rest: Standing, monkeypatch: pytest.MonkeyPatch, code: int, asked: int
) -> None:
    assert segue.twilio is not None
    calls = [await carrier.call(f"+1415555019{n}") for n in range(3)]
    paths: list[str] = []

    def refused(path: str, _fields: object) -> int:
        paths.append(path)
        return code

    rest.fault = refused
    monkeypatch.setattr(twilio_lost, "QUIET", -60.0)
    await segue.twilio.sweep()
    assert len(paths) == asked
    assert {(await journey(segue, call)).status for call in calls} == {"live"}


async def test_a_twilio_that_cannot_be_reached_is_asked_once_in_a_sweep(
    segue: Segue, carrier: Carrier, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for n in range(3):
        await carrier.call(f"+1415555019{n}")
    monkeypatch.setattr(twilio_lost, "QUIET", -60.0)
    async with Rest(SID, SID, TOKEN, f"http://127.0.0.1:{free_port()}") as nowhere:
        await twilio_lost.end_lost(segue.driver, segue.store, nowhere, Ends(segue.driver, segue.store))
    assert caplog.text.count("is over is not known") == 1
