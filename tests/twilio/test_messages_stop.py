"""Who writes STOP gets no more messages, until they write START; which words mean it, and where one is an answer."""

from __future__ import annotations

import asyncio

from ivr.server import Segue
from tests.twilio.rest import Standing
from tests.twilio.texting import Texter, journey


async def test_stop_ends_all_and_start_begins_again(segue: Segue, texter: Texter, rest: Standing) -> None:
    await texter.write("Hello")
    assert await texter.write("STOP") == [], "Twilio answers that itself"
    assert (await journey(segue)).status == "paused"
    assert await texter.write("Where is my order?") == []
    assert segue.messages is not None
    async with asyncio.timeout(30), segue.bus.subscribe(None) as events:
        await segue.messages.say(await thread(segue, texter), "An offer", "k1")
        while (event := await anext(events)).kind != "outbox":
            pass
    assert (event.body["state"], "STOP" in event.body["note"]) == ("failed", True)
    assert rest.messages == []
    assert await texter.write("yes") == [], "which means START now"
    assert await texter.write("Hello") != []


async def thread(segue: Segue, texter: Texter) -> str:
    found = await segue.store.messages.thread_with(texter.number)
    assert found is not None
    return found.contact


async def test_words_that_twilio_does_not_know_are_answered_once_by_us(segue: Segue, whatsapp: Texter) -> None:
    assert await whatsapp.write("Bitte abbestellen!") == [
        "Sie erhalten keine Nachrichten mehr von uns. Mit START erhalten Sie sie wieder."
    ]
    assert await whatsapp.write("abbestellen") == [
        "Sie erhalten keine Nachrichten mehr von uns. Mit START erhalten Sie sie wieder."
    ]
    assert len(await whatsapp.write("start")) == 1
    consent = await segue.store.messages.consent(whatsapp.number)
    assert consent is not None
    assert consent.wish == "start"


async def test_what_advanced_opt_out_took_is_not_answered_again(segue: Segue, texter: Texter) -> None:
    assert await texter.write("Basta", OptOutType="STOP") == []
    consent = await segue.store.messages.consent(texter.number)
    assert consent is not None
    assert consent.wish == "stop"


async def test_a_word_of_refusal_that_the_question_offers_is_an_answer(segue: Segue, whatsapp: Texter) -> None:
    """0: "talk to a person"; its phrases have "agent"; "help" is none of them."""
    await whatsapp.write("Hello")
    [said] = await whatsapp.write("help")
    assert said.startswith("Write to us in your own words")
    assert (await journey(segue)).nomatches == 0
