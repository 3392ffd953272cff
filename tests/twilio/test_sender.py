"""The outbox's sender: once for each key, whatever becomes of requests and answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from callbacks.outbox import NotSent, Outbox
from callbacks.retry import ATTEMPTS
from context_bridge.contract import ContextStore, EventBus
from context_bridge.live import open_bus
from context_bridge.records import ConsentRow, OutboxRow, ThreadRow
from context_bridge.store import open_store
from ivr.channels.twilio_rest import Rest
from ivr.channels.twilio_sender import SETTLE, Pool, TwilioSender, templates_of
from tests.servers import free_port
from tests.twilio.conftest import PUBLIC, SENDER, SID, TEMPLATE, TOKEN, WHATSAPP
from tests.twilio.rest import OPTED_OUT, UNREACHABLE, Standing
from tests.twilio.texting import lose_answers

TO, CHAT = "+14155550134", "whatsapp:+14155550134"
START = 1_800_000_000.0
POOL = Pool((SENDER, "+15005550007"), WHATSAPP)


@dataclass
class Clock:
    now: float = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(rest: Standing) -> Clock:
    rest.clock = clock = Clock()
    return clock


@pytest.fixture
async def store() -> AsyncIterator[ContextStore]:
    store = await open_store("sqlite://")
    yield store
    await store.close()


@pytest.fixture
async def api(rest: Standing) -> AsyncIterator[Rest]:
    async with Rest(SID, SID, TOKEN, rest.at) as api:
        yield api
    assert rest.violations == []


@pytest.fixture
def sender(api: Rest, store: ContextStore, clock: Clock) -> TwilioSender:
    return TwilioSender(api, store, POOL, PUBLIC, clock)


@pytest.fixture
async def bus() -> AsyncIterator[EventBus]:
    bus = open_bus("")
    yield bus
    await bus.close()


def bodies(rest: Standing) -> list[str]:
    return [message["body"] for message in rest.messages]


async def fails(sender: TwilioSender, key: str, text: str = "x", to: str = TO) -> NotSent:
    with pytest.raises(NotSent) as refused:
        await sender.send(key, "sms", to, text)
    return refused.value


async def test_a_message_is_sent_once_for_its_key(sender: TwilioSender, rest: Standing) -> None:
    await sender.send("j:1:0", "sms", TO, "Go on here")
    await sender.send("j:1:0", "sms", TO, "Go on here")
    await sender.send("j:1:1", "sms", TO, "Go on here")
    assert bodies(rest) == ["Go on here"] * 2


async def test_a_lost_answer_is_looked_up_before_it_is_sent_again(
    sender: TwilioSender, rest: Standing, clock: Clock
) -> None:
    lose_answers(rest)
    error = await fails(sender, "k")
    assert (error.final, error.after) == (False, SETTLE)
    assert not (await fails(sender, "k")).final, "too early: it may not be listed yet"
    clock.now += SETTLE
    await sender.send("k", "sms", TO, "x")
    assert bodies(rest) == ["x"]


async def test_what_never_arrived_is_sent_again(
    sender: TwilioSender, rest: Standing, clock: Clock, store: ContextStore
) -> None:
    """A crash before the request left."""
    await store.messages.intend("k", 0, clock(), clock() - SETTLE)
    assert not (await fails(sender, "k")).final
    clock.now += SETTLE
    await sender.send("k", "sms", TO, "x")
    assert bodies(rest) == ["x"]


async def test_equal_words_under_two_keys_are_two_messages(sender: TwilioSender, rest: Standing, clock: Clock) -> None:
    """Of two lost answers one message was made: one key finds it, the other sends."""
    lose_answers(rest, 2)
    await fails(sender, "k1")
    await fails(sender, "k2")
    del rest.messages[0]
    clock.now += SETTLE
    for key in ("k2", "k1", "k1", "k2"):
        await sender.send(key, "sms", TO, "x")
    assert bodies(rest) == ["x"] * 2


async def test_only_what_we_asked_for_and_at_that_time_is_found(
    sender: TwilioSender, rest: Standing, clock: Clock, store: ContextStore
) -> None:
    """Not the answer to a webhook, not another text, not one to somebody else, not one of long ago or after."""
    await sender.send("old", "sms", TO, "x")
    await store.messages.intend("k", 0, clock(), clock() - SETTLE)
    [old] = rest.messages
    rest.messages += [
        {**old, "sid": "SM" + "1" * 32, "direction": "outbound-reply"},
        {**old, "sid": "SM" + "2" * 32, "body": "y"},
        {**old, "sid": "SM" + "3" * 32, "to": "+14155550199"},
        {**old, "sid": "SM" + "4" * 32, "date_created": "Mon, 01 Jan 2024 00:00:00 -0000"},
        {**old, "sid": "SM" + "5" * 32, "date_created": "Mon, 01 Jan 2029 00:00:00 -0000"},
    ]
    clock.now += SETTLE
    before = len(rest.messages)
    await sender.send("k", "sms", TO, "x")
    assert len(rest.messages) == before + 1


async def test_typographic_characters_and_trial_accounts_do_not_hide_a_message(
    sender: TwilioSender, rest: Standing, clock: Clock
) -> None:
    lose_answers(rest)
    await fails(sender, "k", "Don’t wait – go on…")
    rest.messages[0]["body"] = "Sent from your Twilio trial account - Don't wait - go on..."
    clock.now += SETTLE
    await sender.send("k", "sms", TO, "Don’t wait – go on…")
    assert len(rest.messages) == 1


async def test_twilio_that_does_not_answer_the_look_up_is_asked_later(
    sender: TwilioSender, rest: Standing, clock: Clock
) -> None:
    lose_answers(rest)
    await fails(sender, "k")
    clock.now += SETTLE
    rest.fault = lambda path, _fields: 20429
    assert (await fails(sender, "k")).after == SETTLE
    rest.fault = lambda path, _fields: None
    clock.now += SETTLE
    await sender.send("k", "sms", TO, "x")
    assert len(rest.messages) == 1


async def test_a_busy_twilio_left_no_doubt(sender: TwilioSender, rest: Standing) -> None:
    rest.fault = lambda path, _fields: 20429
    error = await fails(sender, "k")
    assert (error.final, error.after) == (False, 0.0)
    rest.fault = lambda path, _fields: None
    await sender.send("k", "sms", TO, "x")
    assert bodies(rest) == ["x"]


async def test_a_twilio_that_is_not_there_took_nothing(store: ContextStore, clock: Clock) -> None:
    async with Rest(SID, SID, TOKEN, f"http://127.0.0.1:{free_port()}") as api:
        error = await fails(TwilioSender(api, store, POOL, PUBLIC, clock), "k")
    assert (error.final, error.after) == (False, 0.0)


async def test_wrong_credentials_are_mended_and_tried_again(store: ContextStore, rest: Standing, clock: Clock) -> None:
    async with Rest(SID, SID, "wrong", rest.at) as api:
        error = await fails(TwilioSender(api, store, POOL, PUBLIC, clock), "k")
    assert not error.final
    assert "IVR_TWILIO_TOKENS" in str(error)


async def test_other_refusals_are_final_and_say_why(sender: TwilioSender) -> None:
    error = await fails(sender, "k", to=UNREACHABLE)
    assert (error.final, "no phone number" in str(error)) == (True, True)
    assert (await fails(sender, "k", to="")).final


async def test_who_has_opted_out_at_twilio_is_not_tried_again(
    sender: TwilioSender, store: ContextStore, bus: EventBus, rest: Standing, clock: Clock
) -> None:
    outbox = Outbox(store, bus, sender, PUBLIC, b"0123456789abcdef", clock)
    asked: list[str] = []
    rest.fault = lambda path, _fields: asked.append(path)
    for key in ("k1", "k2"):
        await store.messages.put_outbox(OutboxRow(key, "j", "sms", {"to": OPTED_OUT, "text": "x"}, clock()))
        await outbox.send_due()
        row = await store.messages.outbox_row(key)
        assert row is not None
        assert (row.state, "no messages" in row.note) == ("failed", True)
    assert len(asked) == 1
    consent = await store.messages.consent(OPTED_OUT)
    assert consent is not None
    assert consent.wish == "stop"
    await store.messages.agree(ConsentRow("SM9", OPTED_OUT, "start", "they wrote START", clock() + 1))
    await store.messages.put_outbox(OutboxRow("k3", "j", "sms", {"to": OPTED_OUT, "text": "x"}, clock()))
    await outbox.send_due()
    assert len(asked) == 2


async def test_long_texts_are_several_messages_each_of_them_once(
    sender: TwilioSender, rest: Standing, clock: Clock
) -> None:
    text = " ".join(["word"] * 700) + f" {PUBLIC}/l/abcdefgh"
    lose = iter([False, True])
    rest.cut = lambda path, fields: "Body" in fields and next(lose, False)
    await fails(sender, "k", text)
    clock.now += SETTLE
    await sender.send("k", "sms", TO, text)
    assert [len(body) <= 1600 for body in bodies(rest)] == [True] * 3
    assert " ".join(bodies(rest)) == text
    assert f"{PUBLIC}/l/abcdefgh" in bodies(rest)[-1]


async def test_a_customer_hears_from_the_number_that_they_know(
    sender: TwilioSender, store: ContextStore, rest: Standing, clock: Clock, api: Rest
) -> None:
    for n in range(3):
        await sender.send(f"a{n}", "sms", TO, "x")
    assert len({message["from"] for message in rest.messages}) == 1
    for number in POOL.senders:
        await store.messages.hear(ThreadRow(number, number, TO, clock.now))
        clock.now += 1
        await sender.send(f"b{number}", "sms", TO, "x")
        assert rest.messages[-1]["from"] == number
    service = "MG" + "5" * 32
    await TwilioSender(api, store, Pool((service,)), PUBLIC, clock).send("c", "sms", TO, "x")
    assert (rest.messages[-1]["from"], rest.messages[-1]["messaging_service_sid"]) == (None, service)


def test_a_template_speaks_the_language_that_the_customer_chose() -> None:
    pool = Pool((SENDER,), WHATSAPP, templates_of(f"en-US={TEMPLATE}, de-DE=HX{'8' * 32}"))
    assert pool.template("") == pool.template("en-GB") == pool.template("ko") == TEMPLATE
    assert pool.template("de") == pool.template("de-DE") == "HX" + "8" * 32
    assert templates_of(TEMPLATE) == {"": TEMPLATE}


async def test_whatsapp_takes_free_words_for_a_day_and_then_a_template(
    sender: TwilioSender, store: ContextStore, rest: Standing, clock: Clock, api: Rest
) -> None:
    await store.messages.hear(ThreadRow("tm-1", f"whatsapp:{WHATSAPP}", CHAT, clock()))
    await sender.send("k1", "messenger", CHAT, "Hello\nthere")
    assert rest.messages[-1]["fields"]["Body"] == "Hello\nthere"
    assert rest.messages[-1]["from"] == f"whatsapp:{WHATSAPP}"
    clock.now += 24 * 3600
    error = await fails(sender, "k2", to=CHAT)
    assert (error.final, "63016" in str(error), len(rest.messages)) == (True, True, 1)
    templated = TwilioSender(api, store, Pool((SENDER,), WHATSAPP, {"": TEMPLATE}), PUBLIC, clock)
    lose = iter([True])
    rest.cut = lambda path, fields: "ContentSid" in fields and next(lose, False)
    await fails(templated, "k3", "Hello\nthere", CHAT)
    fields = rest.messages[-1]["fields"]
    assert (fields["ContentSid"], fields["ContentVariables"], "Body" in fields) == (
        TEMPLATE, '{"1": "Hello there"}', False,
    )  # fmt: skip
    rest.messages[-1]["body"] = "News of your order: Hello there. Your Acme"
    clock.now += SETTLE
    await templated.send("k3", "messenger", CHAT, "Hello\nthere")
    assert len(rest.messages) == 2


async def test_the_outbox_waits_as_long_as_the_sender_asks(
    sender: TwilioSender, store: ContextStore, bus: EventBus, rest: Standing, clock: Clock
) -> None:
    outbox = Outbox(store, bus, sender, PUBLIC, b"0123456789abcdef", clock)
    await store.messages.put_outbox(OutboxRow("k", "j", "sms", {"to": TO, "text": "x"}, clock()))
    lose_answers(rest)
    await outbox.send_due()
    for _ in range(ATTEMPTS):
        clock.now += SETTLE / ATTEMPTS - 0.1
        assert await outbox.send_due() == 0
    clock.now += SETTLE
    await outbox.send_due()
    row = await store.messages.outbox_row("k")
    assert row is not None
    assert (row.state, bodies(rest)) == ("sent", ["x"])
