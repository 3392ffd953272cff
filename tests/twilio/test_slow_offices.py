"""A back office that is slower than a webhook may be, with the same webhook at one server twice, and at two."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ivr.backoffice import FIRST, Attempt
from ivr.channels import twilio_turns
from ivr.channels.twilio_turns import Turns
from ivr.engine.data import replace
from ivr.server import Segue
from ivr.settings import Settings
from tests.servers import free_port
from tests.twilio.carrier import Call, Carrier
from tests.twilio.conftest import PUBLIC, SID, phoning, serving
from tests.twilio.test_voice import NUMBER, journey
from tests.waiting import eventually

PATIENCE = 2.0  # seconds: enough to ask the office on a busy machine
FOUND = {"status": "on its way", "eta": "tomorrow"}


class SlowOffice:
    """Answers when told to. `questions`: how often it was asked."""

    def __init__(self) -> None:
        self.questions, self.changed, self.answers = 0, asyncio.Condition(), asyncio.Event()
        self.attempts: list[Attempt] = []

    async def ask(
        self, service: str, arguments: Mapping[str, str], within: float, attempt: Attempt = FIRST
    ) -> Mapping[str, str]:
        async with self.changed:
            self.questions += 1
            self.attempts.append(attempt)
            self.changed.notify_all()
        await self.answers.wait()
        return FOUND

    async def asked(self, times: int) -> None:
        async with asyncio.timeout(30), self.changed:
            await self.changed.wait_for(lambda: self.questions >= times)


@dataclass(frozen=True, slots=True)
class Other:
    """A second server: what it is phoned by, and its own back office."""

    carrier: Carrier
    office: SlowOffice

    async def hears_of(self, call: Call) -> Call:
        """The same call, whose webhooks come to this server."""
        theirs = await self.carrier.call("+14155550199")
        theirs.sid = call.sid
        return theirs


@pytest.fixture
def slow(segue: Segue, monkeypatch: pytest.MonkeyPatch) -> SlowOffice:
    monkeypatch.setattr(twilio_turns, "PATIENCE", PATIENCE)
    office = SlowOffice()
    monkeypatch.setattr(segue.driver._asking, "_back_office", office)
    return office


@pytest.fixture
async def other(settings: Settings, slow: SlowOffice, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Other]:
    """A second server on the same database, and the same Twilio."""
    async with serving(replace(settings, port=free_port())) as segue, phoning(segue) as carrier:
        office = SlowOffice()
        monkeypatch.setattr(segue.driver._asking, "_back_office", office)
        yield Other(carrier, office)


async def at_the_number(segue: Segue, carrier: Carrier) -> tuple[Call, str]:
    """A call that is asked for its order, and the place of that question."""
    call = await carrier.call(NUMBER)
    await call.press("1")
    return call, f"0.{(await journey(segue, call)).turn}"


async def webhook(call: Call, path: str, **form: str) -> bytes:
    fields = {"CallSid": call.sid, "AccountSid": SID, "CallStatus": "in-progress", "From": NUMBER, **form}
    answer = await call._send(f"{PUBLIC}{path}", fields, "token")
    assert answer.status == 200
    return answer.body


async def test_who_asks_twice_at_once_is_told_the_same_while_an_office_is_slow(
    segue: Segue, carrier: Carrier, slow: SlowOffice
) -> None:
    call, place = await at_the_number(segue, carrier)
    one, two = await asyncio.gather(*(webhook(call, f"/twilio/voice/{place}", Digits="4217") for _ in range(2)))
    assert one == two
    assert b"<Say" in one
    assert f"/twilio/again/{place}</Redirect>".encode() in one
    again = await webhook(call, f"/twilio/again/{place}")
    assert b"<Say" not in again  # once is enough
    slow.answers.set()
    found = await webhook(call, f"/twilio/again/{place}")
    assert b"4 2 1 7" in found
    assert slow.questions == 1


async def test_another_server_gives_the_answer_that_was_saved_meanwhile(
    segue: Segue, carrier: Carrier, slow: SlowOffice, other: Other
) -> None:
    call, place = await at_the_number(segue, carrier)
    theirs = await other.hears_of(call)
    assert b"<Redirect" in await webhook(call, f"/twilio/voice/{place}", Digits="4217")
    waiting = asyncio.create_task(webhook(theirs, f"/twilio/again/{place}"))
    await other.office.asked(1)
    slow.answers.set()
    found = await webhook(call, f"/twilio/again/{place}")
    assert b"4 2 1 7" in found
    [first], [second] = slow.attempts, other.office.attempts
    assert first.key
    assert (second.key, first.again, second.again) == (first.key, False, True)  # the office can do it once
    other.office.answers.set()
    assert b"<Redirect" in (early := await waiting) or early == found
    assert await webhook(theirs, f"/twilio/again/{place}") == found


async def test_a_webhook_that_was_lost_with_its_server_is_asked_for_again_by_the_next(
    segue: Segue, carrier: Carrier, slow: SlowOffice, other: Other
) -> None:
    """The turn is saved, the office was asked, and nobody has heard of it: Twilio sends the same webhook elsewhere."""
    call, place = await at_the_number(segue, carrier)
    theirs = await other.hears_of(call)
    assert b"<Redirect" in await webhook(call, f"/twilio/voice/{place}", Digits="4217")
    other.office.answers.set()
    assert b"4 2 1 7" in await webhook(theirs, f"/twilio/voice/{place}", Digits="4217")
    [first], [second] = slow.attempts, other.office.attempts
    assert second == replace(first, again=True)
    assert not first.again


async def test_another_server_is_patient_too_and_saves_what_it_was_told(
    segue: Segue, carrier: Carrier, slow: SlowOffice, other: Other
) -> None:
    call, place = await at_the_number(segue, carrier)
    theirs = await other.hears_of(call)
    assert b"<Redirect" in await webhook(call, f"/twilio/voice/{place}", Digits="4217")
    assert b"<Redirect" in await webhook(theirs, f"/twilio/again/{place}")
    other.office.answers.set()
    found = await webhook(theirs, f"/twilio/again/{place}")
    assert b"4 2 1 7" in found
    slow.answers.set()
    assert await webhook(call, f"/twilio/again/{place}") == found


MENU = """
menu: support
title: Acme
language: en-US
channels: [voice]
start: look
slots: {status: {type: text, title: the status}}
steps:
  look:
    invoke: {service: orders.status, with: {order: "4217"}, filler: One moment., save: [status]}
    done: bye
    failed: bye
  bye: {end: "It is {status}."}
"""
SERVICES = "services: {orders.status: {url: 'demo:/orders/{order}', answer: [status]}}"


async def test_a_call_whose_beginning_is_slow_is_waited_for_by_all_webhooks_at_once(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by one after another: Twilio gives up after less than two patiences."""
    menus, waiting, office, patiently = tmp_path / "menus", list[bool](), SlowOffice(), Turns._patiently
    menus.mkdir()
    (menus / "support.yaml").write_text(MENU)
    (menus / "services.yaml").write_text(SERVICES)

    async def noted(*args: Any) -> bytes:
        waiting.append(True)
        return await patiently(*args)

    monkeypatch.setattr(Turns, "_patiently", noted)
    monkeypatch.setattr(twilio_turns, "PATIENCE", 600.0)
    async with serving(replace(settings, menus=menus)) as segue, phoning(segue) as carrier:
        monkeypatch.setattr(segue.driver._asking, "_back_office", office)
        call = carrier.stranger("CA" + "7" * 32, NUMBER)
        first = asyncio.create_task(webhook(call, "/twilio/voice"))
        await office.asked(1)
        second = asyncio.create_task(webhook(call, "/twilio/voice"))
        await eventually(lambda: len(waiting) == 2)
        office.answers.set()
        assert await first == await second
        assert b"It is on its way." in await first
    assert office.questions == 1


async def test_an_epoch_that_never_was_is_led_to_the_one_that_is_on(segue: Segue, carrier: Carrier) -> None:
    call, place = await at_the_number(segue, carrier)
    assert b"<Redirect" in await webhook(call, "/twilio/again/7.2")
    assert f"/twilio/voice/{place}".encode() in await webhook(call, f"/twilio/again/{place}")


async def test_who_is_gone_is_not_taken_for_silent(segue: Segue, carrier: Carrier) -> None:
    call, place = await at_the_number(segue, carrier)
    await webhook(call, f"/twilio/voice/{place}", CallStatus="completed")
    left = await journey(segue, call)
    assert (left.status, left.step, left.noinputs) == ("dropped", "order", 0)
