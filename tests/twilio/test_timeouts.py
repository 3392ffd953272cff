"""Twilio waits 15 seconds for an answer. What comes later is dropped, and the fallback is asked for a document."""

from __future__ import annotations

import asyncio

import pytest

from ivr.channels import twilio_fallback
from ivr.driver import Driver
from ivr.engine.actions import Action
from ivr.server import Segue
from tests.twilio.carrier import FALLBACK, Call, Carrier, Habits
from tests.twilio.test_voice import NUMBER, journey

TOO_LATE = {"ErrorCode": "11200", "ErrorUrl": "https://segue.example/twilio/voice", "CallStatus": "in-progress"}


async def test_a_call_whose_every_answer_comes_too_late_goes_on_by_the_fallback(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER, Habits(slow=True))
    await call.press("1")
    await call.press("4217#")
    await call.press("4")
    assert call.wrong == []
    assert "Order 4 2 1 7 is with our carrier." in " ".join(call.heard)
    asked = [request for request in call.requests if request.path == FALLBACK]
    assert len(asked) == 4
    assert all(request.form["ErrorCode"] == "11200" and request.form["ErrorUrl"] for request in asked)
    assert (await journey(segue, call)).status == "finished"


async def test_the_fallback_says_what_the_turn_has_said(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    await call.press("1")
    told, before = call.requests[-1], await journey(segue, call)
    for _ in range(2):
        answer = await call.ask(FALLBACK, TOO_LATE)
        assert (answer.status, answer.body) == (200, told.body)
    assert await journey(segue, call) == before


class Stuck:
    """A server that is at a turn and does not come to its end until told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()
        real = getattr(Driver, what)

        async def waits(*told: object, **more: object) -> tuple[Action, ...]:
            self.begun.set()
            await self.go_on.wait()
            found: tuple[Action, ...] = await real(*told, **more)
            return found

        monkeypatch.setattr(Driver, what, waits)


async def late(call: Call, stuck: Stuck, acting: asyncio.Task[None]) -> bytes:
    """What the fallback says before the turn is taken, which ends thereafter, unheard."""
    async with asyncio.timeout(60):
        await stuck.begun.wait()
        answer = await call.ask(FALLBACK, TOO_LATE)
        stuck.go_on.set()
        await acting
    return answer.body


async def test_a_turn_that_ends_after_the_fallback_was_asked_is_taken_once(
    segue: Segue, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await carrier.call(NUMBER)
    place, question = call.waiting, call.requests[-1].body
    stuck = Stuck(monkeypatch, "advance")
    assert await late(call, stuck, asyncio.create_task(call.press("1"))) == question
    heard = call.requests[-1].body
    call.waiting = place  # that answer was dropped: the caller was asked the same again, and presses the same key
    await call.press("1")
    assert call.requests[-1].body == heard
    found = await journey(segue, call)
    assert found.step == "order"
    assert [row.kind for row in await segue.store.history(found.id)] == ["Arrived", "Input"]


async def test_a_call_that_is_given_up_before_its_first_turn_ends_is_dropped(
    segue: Segue, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio_fallback, "WITHIN", 0.1)
    stuck = Stuck(monkeypatch, "arrive")
    call = carrier.stranger("CA" + "f" * 32, NUMBER)
    assert b"One moment please." in await late(call, stuck, asyncio.create_task(call.begin()))
    await call.tell("completed")
    found = await journey(segue, call)
    assert (found.status, found.step) == ("dropped", "welcome")
