"""What Twilio's recognizer heard is taken for what it means, and not for more."""

from __future__ import annotations

from ivr.engine.journey import Journey
from ivr.server import Segue
from tests.twilio.carrier import Call, Carrier

NUMBER = "+14155550134"


async def journey(segue: Segue, call: Call) -> Journey:
    found = await segue.store.by_contact(f"tw-{call.sid}")
    assert found is not None
    return found


async def test_a_misheard_phrase_leads_where_it_was_meant_to(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    await call.say("um track an odor please", 0.95)
    assert (await journey(segue, call)).step == "order"


async def test_what_is_hardly_meant_is_asked_first(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    await call.say("track an odor", 0.6)
    assert (await journey(segue, call)).step == "welcome"
    assert "track an order?" in call.heard[-1]
    await call.say("yes", 0.9)
    assert (await journey(segue, call)).step == "order"


async def test_what_means_nothing_here_is_asked_again(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    await call.say("two eggs and a slice of toast", 0.95)
    assert (await journey(segue, call)).step == "welcome"
    assert "Sorry, I did not get that." in call.heard


async def test_a_number_stays_a_number(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    await call.press("1")
    await call.say("four two one seven", 0.95)
    assert (await journey(segue, call)).slots["order_number"].value == "4217"
