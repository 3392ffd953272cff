"""Text messages and WhatsApp: each is a turn of a journey, once however often it is told."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from context_bridge.records import AnswerRow
from ivr.channels import twilio_messages
from ivr.channels.twilio_reply import NO_MEDIA
from ivr.engine.data import replace
from ivr.server import Segue, application, build
from tests.servers import free_port
from tests.twilio.carrier import Account, Carrier
from tests.twilio.conftest import PUBLIC, SENDER, SID, TOKEN
from tests.twilio.rest import Standing
from tests.twilio.texting import ASKS, Texter, contact, journey, new_sid, until


async def test_a_greeting_is_answered_with_the_menu_and_then_it_is_a_conversation(segue: Segue, texter: Texter) -> None:
    [welcome] = await texter.write("Hello there")
    assert welcome.startswith("Welcome to Acme support. What can we do for you?")
    assert "1" in welcome
    assert "rack an order" in welcome
    assert await texter.write("1") == [ASKS]
    [told] = await texter.write("4217")
    assert "Order 4217" in told
    found = await journey(segue)
    assert (found.step, found.contact and found.contact.channel) == ("what_next", "sms")
    await texter.write("finish")
    assert (await journey(segue)).status == "finished"
    assert (await texter.write("Hi again"))[0].startswith("Welcome to Acme support.")


async def test_a_first_message_that_says_what_it_wants_is_taken_at_its_word(texter: Texter) -> None:
    assert await texter.write("Where is my order?") == [ASKS]


async def test_a_message_that_is_told_again_gets_the_same_words_and_does_nothing(segue: Segue, texter: Texter) -> None:
    sids = [new_sid() for _ in range(3)]
    said = []
    for sid, text in zip(sids, ("Hello", "1", "4217"), strict=True):
        both = await asyncio.gather(texter.write(text, sid), texter.write(text, sid))
        assert both[0] == both[1]
        said.append(both[0])
    before = await journey(segue)
    assert [await texter.write(text, sid) for sid, text in zip(sids, ("Hello", "1", "4217"), strict=True)] == said
    assert await journey(segue) == before
    assert before.nomatches == 0


async def test_two_that_come_at_once_are_two(segue: Segue, texter: Texter) -> None:
    await texter.write("Hello")
    await asyncio.gather(texter.write("nonsense"), texter.write("more nonsense"))
    assert (await journey(segue)).nomatches == 2


async def test_who_was_cut_off_on_the_phone_goes_on_in_writing(segue: Segue, carrier: Carrier, texter: Texter) -> None:
    call = await carrier.call(texter.number)
    await call.press("1")
    await call.hang_up()
    [said] = await texter.write("4217")
    assert "Order 4217" in said
    assert (await journey(segue)).slots["order_number"].value == "4217"


async def test_the_answer_to_a_message_with_a_link_goes_on_in_the_journey(
    segue: Segue, carrier: Carrier, texter: Texter, rest: Standing
) -> None:
    call = await carrier.call(texter.number)
    await call.press("1")
    await call.press("4217#")
    await call.press("1")
    [link] = await until(segue, 1, rest)
    assert f"{PUBLIC}/l/" in link
    await call.hang_up()
    [said] = await texter.write("2")
    assert said.startswith("Shall we leave it with a neighbor")


async def test_media_is_refused_politely(segue: Segue, texter: Texter) -> None:
    media = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/x", "MediaContentType0": "image/jpeg"}
    [said] = await texter.write("", **media)
    assert said.startswith(NO_MEDIA["en"] + "\nWelcome to Acme support.")
    [said] = await texter.write("", **media)
    assert NO_MEDIA["en"] in said
    assert "rack an order" in said
    assert (await journey(segue)).nomatches == 0
    [said] = await texter.write("1", **media)
    assert said == f"{NO_MEDIA['en']}\n{ASKS}"


async def test_an_agent_and_a_customer_write_to_each_other(segue: Segue, texter: Texter, rest: Standing) -> None:
    await texter.write("talk to a person")
    who = await contact(segue)
    assert [pop["contact"] for pop in await segue.driver.waiting()] == [who]
    assert await segue.driver.join(who, "Robin")
    async with segue.bus.subscribe(None) as events:
        sid = new_sid()
        assert await texter.write("My parcel is wet", sid) == []
        assert await texter.write("My parcel is wet", sid) == []
        async with asyncio.timeout(30):
            while (event := await anext(events)).kind != "message":
                pass
        assert event.body["text"] == "My parcel is wet"
    await segue.driver.tell(who, "I am sorry to hear that.", "Robin")
    assert await until(segue, 1, rest) == ["Robin: I am sorry to hear that."]
    assert (rest.messages[0]["to"], rest.messages[0]["from"]) == (texter.number, SENDER)
    rows = [row for row in await segue.store.history((await journey(segue)).id) if row.kind == "Message"]
    assert [row.body["text"] for row in rows] == ["My parcel is wet", "I am sorry to hear that."]


@pytest.mark.parametrize("word", ["cancel", "end", "remove", "beenden", "cancelar", "baja", "stop it"])
async def test_a_word_to_an_agent_is_for_the_agent(segue: Segue, whatsapp: Texter, word: str) -> None:
    await whatsapp.write("talk to a person")
    assert await segue.driver.join(await contact(segue), "Robin")
    assert await whatsapp.write(word) == []
    assert (await journey(segue)).status == "with_agent"
    assert await segue.store.messages.consent(whatsapp.number) is None
    rows = [row for row in await segue.store.history((await journey(segue)).id) if row.kind == "Message"]
    assert [row.body["text"] for row in rows] == [word]
    assert len(await whatsapp.write("STOP")) == 1
    assert (await journey(segue)).status == "finished"


async def test_whatsapp_lists_its_answers_and_knows_the_number(
    segue: Segue, carrier: Carrier, whatsapp: Texter
) -> None:
    [said] = await whatsapp.write("Hello")
    assert "rack an order" in said
    found = await journey(segue)
    assert found.contact is not None
    assert (found.contact.channel, found.contact.reach) == ("messenger", {"sms": "+14155550134"})


async def test_who_writes_no_more_is_gone_after_a_while(
    segue: Segue, texter: Texter, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert segue.messages is not None
    await texter.write("1")
    await texter.write("Where is my order?")
    await segue.messages.sweep()
    assert (await journey(segue)).status == "live"
    monkeypatch.setattr(twilio_messages, "GONE", -1.0)
    await segue.messages.sweep()
    assert (await journey(segue)).status == "dropped"


async def test_nothing_that_twilio_did_not_sign(segue: Segue, texter: Texter) -> None:
    form = {"MessageSid": new_sid(), "From": texter.number, "To": SENDER, "Body": "STOP"}
    for path in ("/twilio/message", "/twilio/message-status/azE.0"):
        assert await texter.post(path, form, "wrong") == (403, b"")
    assert await segue.store.messages.consent(texter.number) is None
    assert (await texter.post("/twilio/message", {**form, "MessageSid": "x"}))[0] == 400
    assert (await texter.post("/twilio/message-status/azE.0", form))[0] == 400


async def test_two_instances_that_are_told_at_once_are_one(segue: Segue, texter: Texter) -> None:
    port = free_port()
    async with build(replace(segue.settings, port=port)) as second:
        runner = web.AppRunner(application(second), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        account = Account(SID, TOKEN, f"http://127.0.0.1:{port}", PUBLIC)
        try:
            async with Texter(account, texter.number) as other:
                for text in ("Where is my order?", "4217", "talk to a person", "Is somebody there?", "Hello?"):
                    sid = new_sid()
                    said, same = await asyncio.gather(texter.write(text, sid), other.write(text, sid))
                    assert said == same
        finally:
            await runner.cleanup()
    found = await journey(segue)
    assert (found.status, found.nomatches) == ("queued", 0)
    kinds = [row.kind for row in await segue.store.history(found.id)]
    assert (kinds.count("Arrived"), kinds.count("Input"), kinds.count("Message")) == (1, 3, 2)


async def test_words_for_an_agent_are_noted_once_for_their_answer(segue: Segue, texter: Texter) -> None:
    await texter.write("talk to a person")
    row = AnswerRow(new_sid(), 0, 1, "", "<Response/>", 0.0)
    for _ in range(2):
        await segue.driver.tell(await contact(segue), "My parcel is wet", "customer", row)
    kinds = [row.kind for row in await segue.store.history((await journey(segue)).id)]
    assert kinds.count("Message") == 1


async def test_an_answer_to_who_went_on_elsewhere_is_not_ours(
    segue: Segue, texter: Texter, carrier: Carrier, rest: Standing
) -> None:
    """They phone while they write: the call has the journey, and no message says so. Then they write again."""
    await texter.write("Where is my order?")
    call = await carrier.call(texter.number)
    await call.press("4217#")
    assert (await journey(segue)).slots["order_number"].value == "4217"
    assert rest.messages == []
    [said] = await texter.write("finish")
    assert "Goodbye" in said
    assert (await journey(segue)).status == "finished"
