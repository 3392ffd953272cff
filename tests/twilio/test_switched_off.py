"""What keeps a call right, switched off one by one: each time the tests of this folder would see the harm.

A check that nobody would miss is either not needed or not tested; so the harm itself is asserted here.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from ivr.channels import twilio, twilio_door
from ivr.channels.twilio_call import Call as Webhook
from ivr.channels.twilio_call import event_of
from ivr.channels.twilio_form import fields_of
from ivr.engine.data import replace
from ivr.engine.events import Event
from ivr.server import Segue
from tests.twilio.carrier import Carrier, Habits
from tests.twilio.conftest import SID
from tests.twilio.test_voice import NUMBER, journey, post


async def harm(segue: Segue, carrier: Carrier) -> set[str]:
    """A call on a network that loses answers, which asks for a text message once; and a webhook that is forged."""
    call = await carrier.call(NUMBER, Habits(lost=True, twice=True))
    for keys in ("1", "4217#", "1", "4"):
        if not call.over:
            await call.press(keys)
    found = {"other words" for wrong in call.wrong if "another answer" in wrong or "two answers" in wrong}
    messages = len(await segue.store.outbox(10))
    found |= {f"{messages} messages"} if messages != 1 else set()
    if call.over != "document" or (await journey(segue, call)).status != "finished":
        found.add("not finished")
    form = {"CallSid": "CA" + "1" * 32, "AccountSid": SID, "From": NUMBER, "CallStatus": "ringing"}
    if (await post(segue, "/twilio/voice", form, "forged"))[0] != 403:
        found.add("forged")
    return found


async def test_nothing_is_switched_off(segue: Segue, carrier: Carrier) -> None:
    assert await harm(segue, carrier) == set()


async def test_without_turns_things_happen_twice(
    segue: Segue, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one writes it first: what comes is what the caller does now."""
    numbers = itertools.count()

    def naive(call: Webhook, at: float) -> Event:
        event: Any = replace(event_of(call, at), id=f"event {next(numbers)}")
        return replace(event, turn=None)

    monkeypatch.setattr(twilio, "event_of", naive)
    assert await harm(segue, carrier) & {"other words", "2 messages", "not finished"}


async def test_without_signatures_anybody_is_twilio(
    segue: Segue, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio_door, "signed_fields", lambda _s, _u, _h, _t, body: fields_of(body))
    assert await harm(segue, carrier) == {"forged"}


async def test_without_stored_answers_a_lost_one_is_another(
    segue: Segue, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forgets(*_: object) -> None:
        return None

    monkeypatch.setattr(segue.store, "answer", forgets)
    assert "other words" in await harm(segue, carrier)
