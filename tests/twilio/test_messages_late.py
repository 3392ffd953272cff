"""Answers that take long, outlive their server, or could not be saved, sent or taken at first."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from context_bridge.contract import StoreUnavailable
from ivr.backoffice import HttpBackOffice
from ivr.channels import twilio_messages
from ivr.channels.twilio_reply import NOT_TAKEN
from ivr.driver import Driver
from ivr.server import Segue
from ivr.settings import Settings
from tests.twilio.carrier import Account
from tests.twilio.conftest import PUBLIC, SENDER, SID, TOKEN, serving
from tests.twilio.rest import Standing
from tests.twilio.texting import ASKS, TOLD, Texter, journey, new_sid, texts, until

NUMBER = "+14155550134"


@dataclass
class Slow:
    """A back office that answers when told to; meanwhile webhooks wait for nothing."""

    monkeypatch: pytest.MonkeyPatch
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    async def asked(self, texter: Texter, sid: str) -> None:
        """The customer is where it is asked, and the webhook had no answer."""
        assert await texter.write("Where is my order?") == [ASKS]
        self.monkeypatch.setattr(twilio_messages, "PATIENCE", 0.0)
        assert await texter.write("4217", sid) == []


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    office, ask = Slow(monkeypatch), HttpBackOffice.ask

    async def slowly(self: HttpBackOffice, *question: Any) -> Mapping[str, str]:
        await office.answers.wait()
        return await ask(self, *question)

    monkeypatch.setattr(HttpBackOffice, "ask", slowly)
    return office


async def test_an_answer_that_takes_long_follows_by_itself(
    segue: Segue, texter: Texter, rest: Standing, slow: Slow
) -> None:
    await slow.asked(texter, sid := new_sid())
    assert await texter.write("4217", sid) == []
    slow.answers.set()
    (said,) = await until(segue, 1, rest)
    assert TOLD in said
    assert await texter.write("4217", sid) == []
    assert len(rest.messages) == 1


async def test_an_answer_outlives_the_server_that_owes_it(settings: Settings, rest: Standing, slow: Slow) -> None:
    """It dies while a back office is asked, and another one does the errand."""
    account = Account(SID, TOKEN, f"http://127.0.0.1:{settings.port}", PUBLIC)
    async with Texter(account, NUMBER) as texter:
        async with serving(settings):
            await slow.asked(texter, new_sid())
            for task in asyncio.all_tasks():
                if "TwilioMessages._taken" in repr(task.get_coro()):
                    task.cancel()  # as a kill does
        slow.answers.set()
        async with serving(settings) as second:
            for _ in range(2):  # an errand that is done again does nothing
                await errands(second)
            (said,) = await until(second, 1, rest)
            assert TOLD in said
            assert (await journey(second)).step == "what_next"


async def test_a_message_is_not_taken_for_delivered_before_its_words_are_saved(
    segue: Segue, texter: Texter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a server that dies then takes them with it."""
    assert await texter.write("Where is my order?") == [ASKS]
    free, advance = asyncio.Event(), Driver.advance

    async def held(driver: Driver, *event: Any) -> Any:
        await free.wait()
        return await advance(driver, *event)

    monkeypatch.setattr(Driver, "advance", held)
    monkeypatch.setattr(twilio_messages, "PATIENCE", 0.0)
    monkeypatch.setattr(twilio_messages, "SAVING", 0.3)
    form = {"MessageSid": new_sid(), "From": texter.number, "To": SENDER, "Body": "4217"}
    assert (await texter.post("/twilio/message", form))[0] == 503
    free.set()
    monkeypatch.setattr(twilio_messages, "PATIENCE", 8.0)
    status, said = await texter.post("/twilio/message-fallback", form)
    assert (status, TOLD in said.decode()) == (200, True)


async def test_an_answer_that_was_saved_but_not_sent_is_sent(settings: Settings, rest: Standing, slow: Slow) -> None:
    account = Account(SID, TOKEN, f"http://127.0.0.1:{settings.port}", PUBLIC)
    async with serving(settings) as segue, Texter(account, NUMBER) as texter:
        assert segue.messages is not None
        say = segue.messages.late._say
        segue.messages.late._say = never  # it dies between the turn and the message
        async with asyncio.timeout(30), segue.bus.subscribe(None) as events:
            await slow.asked(texter, sid := new_sid())
            slow.answers.set()
            while await segue.store.answer(sid, 0, 1) is None:
                await anext(events)
        segue.messages.late._say = say
        await errands(segue)
        (said,) = await until(segue, 1, rest)
        assert TOLD in said


async def never(*_: object) -> None:
    """Says nothing."""


async def errands(segue: Segue) -> None:
    """Do what is owed, though its time has not come."""
    for row in await segue.store.outbox(10):
        if row.kind == "late":
            await segue.store.settle_outbox(row.key, "waiting", "", 0.0)
    await segue.outbox.send_due()


async def test_a_message_that_could_not_be_taken_is_taken_at_the_fallback(
    segue: Segue, texter: Texter, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {"MessageSid": new_sid(), "From": texter.number, "To": SENDER, "Body": "Where is my order?"}
    failed = {"ErrorCode": "11200", "ErrorUrl": f"{PUBLIC}/twilio/message"}

    async def away(*_: object) -> None:
        raise StoreUnavailable

    with monkeypatch.context() as outage:
        outage.setattr(segue.store, "last_answer", away)
        assert (await texter.post("/twilio/message", form))[0] == 503
        status, body = await texter.post("/twilio/message-fallback", form | failed)
        assert (status, texts(body)) == (200, [NOT_TAKEN["en"]])
        status, body = await texter.post("/twilio/message-fallback?language=de", form | failed)
        assert (status, texts(body)) == (200, [NOT_TAKEN["de"]])
    status, body = await texter.post("/twilio/message-fallback", form | failed)
    assert (status, texts(body)) == (200, [ASKS])
    assert await texter.write("Where is my order?", form["MessageSid"]) == [ASKS], "told again: the same"
    assert (await texter.post("/twilio/message-fallback", form, signature="forged"))[0] == 403
