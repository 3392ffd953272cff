"""An agent takes a caller out of a queue of Twilio's; the call is led to the agent's browser, and back to the menu."""

from __future__ import annotations

import asyncio
from xml.etree import ElementTree as ET

from ivr.server import Segue
from tests.twilio.carrier import Call, Carrier, Habits
from tests.twilio.rest import Standing
from tests.twilio.test_voice import NUMBER, journey


async def waiting(carrier: Carrier, number: str = NUMBER) -> Call:
    call = await carrier.call(number)
    await call.press("1")
    await call.press("4217#")
    await call.press("3")
    assert call.waiting is not None
    assert (call.waiting.tag, call.waiting.text) == ("Enqueue", "support")
    return call


async def test_the_call_rings_the_agent_who_took_it_with_its_context(
    segue: Segue, carrier: Carrier, rest: Standing
) -> None:
    call = await waiting(carrier)
    assert await segue.driver.join(f"tw-{call.sid}", "Anna")
    [(sid, fields)] = rest.updates
    assert sid == call.sid
    await call.replaced(url=fields["Url"])
    assert call.waiting is not None
    assert call.waiting.tag == "Dial"
    [client] = call.waiting
    assert [child.text or child.get("value") for child in client] == ["Anna", f"tw-{call.sid}"]
    await call.dial_result("completed")
    assert call.over == "document"
    assert (await journey(segue, call)).status == "finished"
    assert call.wrong == []
    assert rest.violations == []


async def test_an_agent_who_does_not_answer_is_nobody(segue: Segue, carrier: Carrier, rest: Standing) -> None:
    call = await waiting(carrier)
    await segue.driver.join(f"tw-{call.sid}", "Anna")
    await call.replaced(url=rest.updates[-1][1]["Url"])
    await call.dial_result("no-answer")
    assert call.waiting is not None
    assert call.waiting.tag == "Enqueue"
    found = await journey(segue, call)
    assert (found.status, found.agent) == ("queued", "")
    assert await segue.driver.join(f"tw-{call.sid}", "Dora")
    await call.replaced(url=rest.updates[-1][1]["Url"])
    await call.dial_result("completed")
    assert (await journey(segue, call)).status == "finished"
    assert call.wrong == []


async def test_who_hangs_up_while_an_agent_is_rung_is_lost_and_not_done(
    segue: Segue, carrier: Carrier, rest: Standing
) -> None:
    call = await waiting(carrier)
    await segue.driver.join(f"tw-{call.sid}", "Anna")
    await call.replaced(url=rest.updates[-1][1]["Url"])
    await call.dial_result("no-answer", CallStatus="completed")
    assert (await journey(segue, call)).status == "dropped"


async def test_without_the_api_the_call_is_led_at_the_next_word_of_the_queue(
    segue: Segue, carrier: Carrier, rest: Standing
) -> None:
    rest.fault = lambda _path, _fields: 20429
    call = await waiting(carrier)
    assert await segue.driver.join(f"tw-{call.sid}", "Anna")
    assert not await call.queue_music()
    assert call.waiting is not None
    assert call.waiting.tag == "Dial"
    assert (await journey(segue, call)).status == "with_agent"
    assert call.wrong == []


async def test_the_desk_sends_the_caller_back_into_the_menu(segue: Segue, carrier: Carrier, rest: Standing) -> None:
    call = await waiting(carrier)
    await segue.driver.release(f"tw-{call.sid}", "unavailable")
    await call.replaced(url=rest.updates[-1][1]["Url"])
    assert "I am sorry, nobody is free at the moment." in call.heard
    await call.press("2")
    assert call.over == "document"
    assert call.wrong == []


async def test_who_goes_on_elsewhere_is_told_so(segue: Segue, carrier: Carrier, rest: Standing) -> None:
    """Phoned again while the first call was believed to be on."""
    call = await waiting(carrier)
    other = await carrier.call(NUMBER)
    await call.replaced(url=rest.updates[-1][1]["Url"])
    assert call.heard[-1] == "Thank you. We go on in your other conversation. Goodbye."
    assert (call.over, other.over) == ("document", "")
    assert (await journey(segue, other)).contact is not None


async def test_a_call_that_is_led_twice_at_once_ends_where_it_was_led_last(
    segue: Segue, carrier: Carrier, rest: Standing
) -> None:
    """By two instances, say; and Twilio asks in the other order."""
    call = await waiting(carrier)
    contact = f"tw-{call.sid}"
    leg = segue.driver._legs.of((await journey(segue, call)).contact)
    assert leg is not None
    before = len(rest.updates)
    await asyncio.gather(leg.joined("Anna"), leg.joined("Dora"))
    urls = [fields["Url"] for sid, fields in rest.updates[before:] if sid == call.sid]
    assert len(set(urls)) == 2
    rows = [await segue.store.answer(contact, epoch, 0) for epoch in (1, 2)]
    rung = [name for row in rows for name in ("Anna", "Dora") if row is not None and f">{name}<" in row.body]
    assert sorted(rung) == ["Anna", "Dora"]
    await call.replaced(url=max(urls))
    ringing = ET.tostring(call.waiting) if call.waiting is not None else b""
    await call.replaced(url=min(urls))
    assert call.waiting is not None
    assert ET.tostring(call.waiting) == ringing
    assert call.wrong == []


async def test_a_lead_that_is_told_twice_is_one(segue: Segue, carrier: Carrier, rest: Standing) -> None:
    """What Twilio asks for twice, at once or later, is the same; its action is one turn."""
    call = await waiting(carrier)
    await segue.driver.join(f"tw-{call.sid}", "Anna")
    call._habits = Habits(twice=True)
    await call.replaced(url=rest.updates[-1][1]["Url"])
    await call.dial_result("completed")
    history = [row.kind for row in await segue.store.history((await journey(segue, call)).id)]
    assert (history.count("AgentJoined"), history.count("QueueLeft")) == (1, 1)
    assert call.wrong == []
