"""What Twilio reports of a message later: forward only, told to pages, and an answer to what was in doubt."""

from __future__ import annotations

import asyncio

from callbacks.outbox import delivery_of
from context_bridge.records import OutboxRow
from ivr.channels.twilio_message_wire import at_place
from ivr.server import Segue
from tests.twilio.rest import Standing
from tests.twilio.texting import Texter, lose_answers

TO = "+14155550134"


async def sent(segue: Segue, rest: Standing, key: str = "j:1:0", to: str = TO) -> tuple[str, str]:
    """Where the report of a message goes, and the message's SID."""
    async with asyncio.timeout(30), segue.bus.subscribe(None) as events:
        await segue.store.messages.put_outbox(OutboxRow(key, "j", "sms", {"to": to, "text": "x"}, segue.driver.now()))
        segue.outbox.wake()
        while (event := await anext(events)).kind != "outbox" or event.body["key"] != key:
            pass
    return rest.messages[-1]["fields"]["StatusCallback"], rest.messages[-1]["sid"]


async def delivery(segue: Segue, key: str = "j:1:0") -> str:
    return delivery_of(await segue.store.messages.deliveries(key))


async def test_reports_go_forward_only(segue: Segue, texter: Texter, rest: Standing) -> None:
    address, sid = await sent(segue, rest)
    for state, shown in (
        ("queued", "queued"), ("sent", "sent"), ("sending", "sent"), ("delivered", "delivered"), ("sent", "delivered"),
        ("undelivered", "delivered"), ("read", "read"), ("read", "read"), ("delivered", "read"),
    ):  # fmt: skip
        assert await texter.report(address, sid, state) == 204
        assert await delivery(segue) == shown
    assert await texter.report(address, sid, "lost") == 400


async def test_a_report_tells_pages_and_says_why(segue: Segue, texter: Texter, rest: Standing) -> None:
    address, sid = await sent(segue, rest)
    async with asyncio.timeout(30), segue.bus.subscribe(None) as events:
        await texter.report(address, sid, "undelivered", "30005")
        while (event := await anext(events)).kind != "outbox":
            pass
    assert event.body["delivery"] == "undelivered (30005)"
    assert event.body["state"] == "failed"
    assert "no such number" in event.body["note"]


async def test_a_refusal_that_is_reported_later_closes_the_loop_too(
    segue: Segue, texter: Texter, rest: Standing
) -> None:
    address, sid = await sent(segue, rest)
    await texter.report(address, sid, "failed", "21610")
    consent = await segue.store.messages.consent(TO)
    assert consent is not None
    assert consent.wish == "stop"


async def test_a_report_that_overtakes_our_answer_settles_the_question(
    segue: Segue, texter: Texter, rest: Standing
) -> None:
    """The answer is lost, the report is not: nothing is looked up, nothing is sent again."""
    lose_answers(rest)
    address, sid = await sent(segue, rest)
    row = await segue.store.messages.outbox_row("j:1:0")
    assert row is not None
    assert row.state == "waiting"
    assert await texter.report(address, sid, "sent") == 204
    assert at_place(address.rpartition("/")[2]) == ("j:1:0", 0)
    found = await segue.store.messages.intend("j:1:0", 0, segue.driver.now(), segue.driver.now())
    assert found is not None
    assert found.sid == sid
    assert await delivery(segue) == "sent"
