"""Agents who take calls on a phone: a whisper, then 1; everything else is no answer."""

from __future__ import annotations

import pytest

from ivr.channels.twilio_agent_twiml import identity
from ivr.server import Segue
from tests.twilio.carrier import Call, Carrier, Habits
from tests.twilio.conftest import SENDER
from tests.twilio.office import Office
from tests.twilio.test_agents import waiting
from tests.twilio.test_voice import NUMBER, journey


async def ringing(segue: Segue, carrier: Carrier, office: Office, agent: str = "Ben", number: str = NUMBER) -> Call:
    call = await waiting(carrier, number)
    assert await segue.driver.join(f"tw-{call.sid}", agent)
    await office.follow(call)
    assert call.waiting is not None
    assert call.waiting.tag == "Dial"
    return call


async def test_a_phone_is_put_through_when_1_was_pressed(segue: Segue, carrier: Carrier, office: Office) -> None:
    call = await ringing(segue, carrier, office)
    leg = await office.answer(call)
    assert leg is not None
    assert leg.to == "+14155550177"
    whisper, take = leg.heard
    assert "4217" in whisper
    assert take == "Press 1 to take the call."
    assert not set(leg.heard) & set(call.heard)
    await office.hang_up(leg)
    assert (await journey(segue, call)).status == "finished"
    assert (call.over, call.wrong) == ("document", [])


@pytest.mark.parametrize("key", [None, "2", "#"])
async def test_a_mailbox_or_a_no_is_no_agent(segue: Segue, carrier: Carrier, office: Office, key: str | None) -> None:
    call = await ringing(segue, carrier, office)
    assert await office.answer(call, key) is None
    await call.dial_result("completed")  # so Twilio calls a phone that was picked up
    assert call.waiting is not None
    assert call.waiting.tag == "Enqueue"
    found = await journey(segue, call)
    assert (found.status, found.agent) == ("queued", "")
    assert call.wrong == []


async def test_a_sip_phone_gets_the_context_in_a_header(segue: Segue, carrier: Carrier, office: Office) -> None:
    call = await ringing(segue, carrier, office, "Cora")
    leg = await office.answer(call)
    assert leg is not None
    assert leg.to == f"sip:cora@pbx.example?X-Context-Id=tw-{call.sid}"


@pytest.mark.parametrize(
    ("number", "agent", "shown"),
    [(NUMBER, "Ben", None), ("anonymous", "Ben", SENDER), ("client:zoe", "Ben", SENDER), ("anonymous", "Cora", None)],
)
async def test_a_phone_is_rung_from_our_number_for_who_has_none(
    segue: Segue, carrier: Carrier, office: Office, number: str, agent: str, shown: str | None
) -> None:
    call = await ringing(segue, carrier, office, agent, number)
    assert call.waiting is not None
    assert call.waiting.get("callerId") == shown
    assert call.wrong == []


async def test_one_who_presses_1_too_late_hears_nobody(segue: Segue, carrier: Carrier, office: Office) -> None:
    call = await ringing(segue, carrier, office)
    await call.dial_result("no-answer")
    await segue.driver.join(f"tw-{call.sid}", "Anna")
    late = carrier.stranger("CA" + "9" * 32, "+14155550177")
    turn = (await journey(segue, call)).turn - 1
    answer = await late.ask(f"/twilio/taken/tw-{call.sid}/1.{turn}", {"Digits": "1"})
    assert b"<Hangup" in answer.body
    await office.follow(call)
    await call.dial_result("completed")  # of Anna, in her browser
    assert (await journey(segue, call)).status == "finished"


@pytest.mark.parametrize("habits", [Habits(twice=True), Habits(lost=True)])
async def test_all_of_it_happens_once_however_often_it_is_told(
    segue: Segue, carrier: Carrier, office: Office, habits: Habits
) -> None:
    carrier.habits = habits
    call = await ringing(segue, carrier, office)
    assert await office.answer(call, "2") is None
    await call.dial_result("completed")
    assert await segue.driver.join(f"tw-{call.sid}", "Ben")
    await office.follow(call)
    leg = await office.answer(call)
    assert leg is not None
    await office.hang_up(leg)
    history = [row.kind for row in await segue.store.history((await journey(segue, call)).id)]
    assert [history.count(kind) for kind in ("AgentJoined", "Requeued", "QueueLeft")] == [2, 1, 1]
    assert (call.over, call.wrong) == ("document", [])


def test_no_two_agents_have_one_identity() -> None:
    names = ["Zoë", "Zoé", "Zo_", "김민수", "이영희", "Anna B.", "Anna_B_", "a" * 200, "a" * 201, "🙂"]
    assert len({identity(name) for name in names}) == len(names)
    assert all(identity(name).replace("_", "a").isalnum() and identity(name).isascii() for name in names)
