"""Ends of calls that Twilio did not get told to us: the sweep asks it."""

from __future__ import annotations

import pytest

from ivr.channels import twilio_lost
from ivr.server import Segue
from tests.twilio.carrier import Carrier
from tests.twilio.rest import Standing
from tests.twilio.test_voice import NUMBER, journey


async def test_a_call_whose_end_was_lost_or_came_early_is_ended(
    segue: Segue, carrier: Carrier, rest: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert segue.twilio is not None
    early = carrier.stranger("CA" + "e" * 32, NUMBER)
    await early.ask("/twilio/status", {"CallStatus": "completed"})
    await early.begin()
    on = await carrier.call("+14155550199")
    await segue.twilio.sweep()
    assert (await journey(segue, early)).status == "live"  # it may be on: a turn was just taken

    monkeypatch.setattr(twilio_lost, "QUIET", -60.0)
    rest.states[early.sid] = "completed"
    await segue.twilio.sweep()
    assert (await journey(segue, early)).status == "dropped"
    assert (await journey(segue, on)).status == "live"

    rest.fault = lambda _path, _fields: 20429
    await segue.twilio.sweep()
    assert (await journey(segue, on)).status == "live"
