"""Callers of Twilio's who are put through to somebody outside, and are back when nobody answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ivr.engine.data import replace
from ivr.server import Segue
from ivr.settings import Settings
from tests.twilio.carrier import Call, Carrier, Habits
from tests.twilio.conftest import SENDER, phoning, serving
from tests.twilio.office import Office
from tests.twilio.test_voice import journey

NUMBER = "+14155550134"
MENU = """
menu: support
title: Acme
channels: [voice]
start: hello
exhausted: bye
slots:
  order: {type: digits, length: 4, title: your order number}
steps:
  hello:
    ask: {slot: order, prompt: Your order number?}
    next: whom
  whom:
    menu:
      prompt: Whom do you want?
      choices:
        - {key: 1, label: the pharmacy, goto: pharmacy}
        - {key: 2, label: the lab, goto: lab}
        - {key: 3, label: the shop, goto: shop}
  pharmacy:
    transfer:
      to: "+44 20 7946 0018"
      prompt: I put you through.
      caller_id: ours
      whisper: "Order {order}."
      timeout: 20s
    unanswered: nobody
    done: anything
  lab:
    transfer: {to: "sip:lab@pbx.example;transport=tls", headers: {X-Order: "{order}", X-From: Acme & Co.}}
    unanswered: nobody
  shop:
    transfer: {to: "client:shop", caller_id: "+44 20 7946 0019"}
    unanswered: nobody
  nobody: {say: Nobody answers., next: whom}
  anything: {say: You are back., next: whom}
  bye: {end: Goodbye.}
"""


@pytest.fixture
async def segue(settings: Settings, tmp_path: Path) -> AsyncIterator[Segue]:
    menus = tmp_path / "menus"
    menus.mkdir()
    (menus / "support.yaml").write_text(MENU)
    async with serving(replace(settings, menus=menus)) as segue:
        yield segue


async def asks_for(carrier: Carrier, key: str) -> Call:
    call = await carrier.call(NUMBER)
    await call.press("4217")
    await call.press(key)
    assert call.waiting is not None
    assert call.waiting.tag == "Dial"
    return call


async def test_the_other_end_hears_the_whisper_and_the_two_talk(segue: Segue, carrier: Carrier, office: Office) -> None:
    call = await asks_for(carrier, "1")
    assert call.heard[-1] == "I put you through."
    assert call.waiting is not None
    assert (call.waiting.get("timeout"), call.waiting.get("callerId")) == ("20", SENDER)
    assert (await journey(segue, call)).status == "live"
    leg = await office.answer(call)
    assert leg is not None
    assert (leg.to, leg.heard) == ("+442079460018", ["Order 4217."])
    assert (await journey(segue, call)).status == "transferred"
    await office.hang_up(leg)
    assert call.heard[call.heard.index("I put you through.") + 1] == "You are back."
    found = await journey(segue, call)
    assert (found.status, found.step, call.wrong) == ("live", "whom", [])
    rows = await segue.store.history(found.id)
    assert [row.body["outcome"] for row in rows if row.kind == "TransferEnded"] == ["answered"]
    assert [row.body["seconds"] for row in rows if row.kind == "TransferEnded"] == [20.0]


async def test_a_sip_address_gets_its_headers_and_no_whisper(segue: Segue, carrier: Carrier, office: Office) -> None:
    call = await asks_for(carrier, "2")
    assert call.waiting is not None
    assert call.waiting.get("callerId") is None  # then Twilio shows the caller's
    leg = await office.answer(call)
    assert leg is not None
    assert leg.to == "sip:lab@pbx.example;transport=tls?X-Order=4217&X-From=Acme%20%26%20Co."
    assert leg.heard == []
    await office.hang_up(leg)
    assert (await journey(segue, call)).status == "finished"
    assert (call.over, call.wrong) == ("document", [])


async def test_a_client_is_called_with_the_number_that_the_menu_names(carrier: Carrier, office: Office) -> None:
    call = await asks_for(carrier, "3")
    assert call.waiting is not None
    assert call.waiting.get("callerId") == "+442079460019"
    leg = await office.answer(call)
    assert leg is not None
    assert (leg.to, call.wrong) == ("shop", [])


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
async def test_when_nobody_answers_the_caller_is_back(segue: Segue, carrier: Carrier, status: str) -> None:
    call = await asks_for(carrier, "1")
    await call.dial_result(status, 0)
    assert "Nobody answers." in call.heard
    assert ((await journey(segue, call)).step, call.wrong) == ("whom", [])


async def test_who_hangs_up_on_the_whisper_has_not_talked(segue: Segue, carrier: Carrier, office: Office) -> None:
    call = await asks_for(carrier, "1")
    await office.answer(call)
    await call.dial_result("completed", DialBridged="false")
    assert "Nobody answers." in call.heard


async def test_a_caller_who_hangs_up_while_it_rings_is_put_through_again(segue: Segue, carrier: Carrier) -> None:
    call = await asks_for(carrier, "2")
    carrier.habits.dial_tells_hang_up = False
    await call.hang_up()
    found = await journey(segue, call)
    assert (found.status, found.step) == ("dropped", "lab")


@pytest.mark.parametrize(("key", "status"), [("1", "dropped"), ("2", "finished")])
async def test_a_caller_who_hangs_up_on_the_talk(
    segue: Segue, carrier: Carrier, office: Office, key: str, status: str
) -> None:
    call = await asks_for(carrier, key)
    await office.answer(call)
    await call.hang_up()
    assert (await journey(segue, call)).status == status
    assert call.wrong == []


@pytest.mark.parametrize("habits", [Habits(twice=True), Habits(lost=True)])
async def test_all_of_it_happens_once_however_often_it_is_told(
    segue: Segue, carrier: Carrier, office: Office, habits: Habits
) -> None:
    carrier.habits = habits
    call = await asks_for(carrier, "1")
    leg = await office.answer(call)
    assert leg is not None
    await office.hang_up(leg)
    rows = await segue.store.history((await journey(segue, call)).id)
    kinds = [row.kind for row in rows]
    assert (kinds.count("TransferAnswered"), kinds.count("TransferEnded")) == (1, 1)
    assert call.heard.count("You are back.") == 1
    assert call.wrong == []


async def test_an_answer_that_is_told_behind_the_end_changes_nothing(
    segue: Segue, carrier: Carrier, office: Office
) -> None:
    call = await asks_for(carrier, "2")
    await call.dial_result("completed", 5)
    before = await journey(segue, call)
    late = carrier.stranger("CA" + "9" * 32, "+442079460018")
    turn = before.turn
    for path in (f"/twilio/answered/0.{turn}", f"/twilio/whispered/0.{turn}"):
        answer = await late.ask(path, {"ParentCallSid": call.sid})
        assert (answer.status, b"Order" in answer.body) == (200, False)
    assert await journey(segue, call) == before
    assert (await late.ask(f"/twilio/whispered/0.{turn}", {})).status == 200  # no child of ours


async def test_who_was_rung_before_hears_no_whisper_of_the_next(segue: Segue, carrier: Carrier) -> None:
    call = await asks_for(carrier, "1")
    turn = (await journey(segue, call)).turn
    await call.dial_result("no-answer", 0)
    await call.press("1")
    late = carrier.stranger("CA" + "9" * 32, "+442079460018")
    answer = await late.ask(f"/twilio/whispered/0.{turn}", {"ParentCallSid": call.sid})
    assert b"Order" not in answer.body


@pytest.mark.parametrize("number", ["anonymous", "client:anna", "sip:anna@elsewhere.example", "+266696687"])
@pytest.mark.parametrize(("senders", "shown"), [("+15005550099", "+15005550099"), ("", "+15005550006")])
async def test_a_number_is_dialled_from_ours_for_a_caller_who_has_none(
    settings: Settings, number: str, senders: str, shown: str
) -> None:
    """Or from the one that they called; a SIP address and a client are dialled from anything."""
    menus = settings.data_dir / "menus"
    menus.mkdir()
    (menus / "support.yaml").write_text(MENU.replace("caller_id: ours", "caller_id: caller"))
    async with serving(replace(settings, menus=menus, twilio_senders=senders)) as segue, phoning(segue) as carrier:
        for who, key, expected in ((number, "1", shown), (number, "2", None), (NUMBER, "1", None)):
            call = await carrier.call(who)
            await call.press("4217")
            await call.press(key)
            assert call.waiting is not None
            assert (call.waiting.tag, call.waiting.get("callerId")) == ("Dial", expected)
            assert call.wrong == []


@pytest.mark.parametrize(
    ("changes", "shown"), [({"twilio_senders": ""}, None), ({"caller_id": "+15005550001"}, "+15005550001")]
)
async def test_which_number_of_ours_is_shown(settings: Settings, changes: dict[str, str], shown: str | None) -> None:
    """None: then Twilio shows the caller's."""
    menus = settings.data_dir / "menus"
    menus.mkdir()
    (menus / "support.yaml").write_text(MENU)
    changed: Settings = replace(settings, menus=menus, **changes)  # type: ignore[arg-type]
    async with serving(changed) as segue, phoning(segue) as carrier:
        call = await asks_for(carrier, "1")
        assert call.waiting is not None
        assert call.waiting.get("callerId") == shown
