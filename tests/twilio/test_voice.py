"""Calls from Twilio, played by a carrier that sends what Twilio sends, twice and late too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import aiohttp
import pytest

from ivr.channels.twilio_signature import SIGNATURE, form_content, sign
from ivr.engine.journey import Journey
from ivr.server import Segue
from tests.twilio.carrier import Call, Carrier, Habits
from tests.twilio.conftest import PUBLIC, SID, TOKEN

NUMBER = "+14155550134"


async def journey(segue: Segue, call: Call) -> Journey:
    row = await segue.store.last_answer(f"tw-{call.sid}")
    assert row is not None
    found = await segue.store.load(row.journey)
    assert found is not None
    return found


async def test_a_call_is_dropped_and_goes_on_where_it_was(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    assert call.heard[0] == "Welcome to Acme support. What can we do for you?"
    await call.press("1")
    await call.press("4217#")
    assert "Order 4 2 1 7 is with our carrier." in " ".join(call.heard)
    await call.hang_up()
    left = await journey(segue, call)
    assert (left.status, left.left, left.step) == ("dropped", "dropped", "what_next")

    again = await carrier.call(NUMBER)
    assert again.heard[0] == "Welcome back. We were cut off."
    assert "Welcome to Acme support. What can we do for you?" not in again.heard
    assert (await journey(segue, again)).id == left.id
    await again.press("4")
    assert again.over == "document"
    assert (await journey(segue, again)).status == "finished"
    assert call.wrong == again.wrong == []


async def test_silence_and_nonsense_are_asked_again_in_other_words(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    await call.silence()
    assert "Sorry, I did not hear anything." in call.heard
    await call.press("7")
    assert "Sorry, I did not get that." in call.heard
    await call.say("where is my order", 0.9)
    assert (await journey(segue, call)).step == "order"
    assert call.wrong == []


@pytest.mark.parametrize("number", ["anonymous", "+266696687", "", "client:anna", "Restricted", "sip:x@example.com"])
async def test_nobody_is_known_by_a_number_that_is_none(segue: Segue, carrier: Carrier, number: str) -> None:
    first = await carrier.call(number)
    await first.press("1")
    await first.hang_up()
    second = await carrier.call(number)
    assert (await journey(segue, second)).id != (await journey(segue, first)).id
    assert second.heard[0] == "Welcome to Acme support. What can we do for you?"


@pytest.mark.parametrize(
    "habits",
    [Habits(twice=True), Habits(lost=True), Habits(twice=True, lost=True), Habits(late_actions=True, twice=True)],
    ids=["twice", "lost", "both", "late"],
)
async def test_a_webhook_that_comes_again_gets_the_same_words_and_does_nothing(
    segue: Segue, carrier: Carrier, habits: Habits
) -> None:
    call = await carrier.call(NUMBER, habits)
    await call.press("1")
    await call.press("4217#")
    await call.press("1")  # a text message with a link
    await call.silence()
    before = await journey(segue, call)
    await call.hang_up()
    assert call.wrong == []
    assert [row.kind for row in await segue.store.outbox(10)] == ["sms"]
    assert before.noinputs == 1
    rows = await segue.store.recent(10)
    assert [row.status for row in rows] == ["dropped"]
    asked = [row.body["step"] for row in await segue.store.history(before.id) if row.kind == "Input"]
    assert asked == ["order", "look_up", "what_next"]


async def test_what_comes_after_the_end_is_noted_and_does_nothing(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    await call.press("1")
    action = call.waiting.get("action") if call.waiting is not None else None
    await call.hang_up()
    before = await journey(segue, call)
    answer = await call._post(str(action), {"Digits": "4217", "CallStatus": "completed"})
    assert answer.endswith(b"<Response />")
    after = await journey(segue, call)
    assert after.slots == before.slots
    assert after.status == "dropped"
    assert (await segue.store.history(after.id))[-1].kind == "Late"


async def test_an_epoch_that_is_over_is_led_to_the_one_that_is_on(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    turn = (await journey(segue, call)).turn
    answer = await call._send(f"{PUBLIC}/twilio/voice/3.{turn}", {"CallSid": call.sid, "AccountSid": SID}, "x")
    assert b"<Redirect" in answer.body
    assert (await journey(segue, call)).turn == turn


async def post(segue: Segue, path: str, form: dict[str, str], signature: str | None) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if signature is not None:
        headers[SIGNATURE] = signature
    async with (
        aiohttp.ClientSession() as http,
        http.post(
            f"http://127.0.0.1:{segue.settings.port}{path}", data=urlencode(form).encode(), headers=headers
        ) as response,
    ):
        return response.status, await response.read()


async def test_what_twilio_did_not_sign_changes_nothing(segue: Segue) -> None:
    form = {"CallSid": "CA" + "1" * 32, "AccountSid": SID, "From": NUMBER, "CallStatus": "ringing"}
    right = sign(TOKEN, f"{PUBLIC}/twilio/voice", form_content(list(form.items())))
    for path in ("/twilio/voice", "/twilio/voice/0.1", "/twilio/status", "/twilio/fallback", "/twilio/again/0.1"):
        assert await post(segue, path, form, None) == (403, b"")
        assert await post(segue, path, form, "wrong") == (403, b"")
    assert (await post(segue, "/twilio/voice", {**form, "From": "+15550199"}, right))[0] == 403
    assert (await post(segue, "/twilio/voice/0.1", form, right))[0] == 403
    other = {**form, "AccountSid": "AC" + "c" * 32}
    foreign = sign(TOKEN, f"{PUBLIC}/twilio/voice", form_content(list(other.items())))
    assert (await post(segue, "/twilio/voice", other, foreign))[0] == 403
    assert await segue.store.recent(10) == []
    assert (await post(segue, "/twilio/voice", form, right))[0] == 200
    large = {**form, "Extra": "x" * 70_000}
    signed = sign(TOKEN, f"{PUBLIC}/twilio/voice", form_content(list(large.items())))
    assert (await post(segue, "/twilio/voice", large, signed))[0] == 403


async def test_a_form_that_comes_in_pieces_is_read_to_its_end(segue: Segue) -> None:
    form = {"CallSid": "CA" + "1" * 32, "AccountSid": SID, "From": NUMBER, "CallStatus": "ringing"}
    body = urlencode(form).encode()
    url = f"http://127.0.0.1:{segue.settings.port}"
    headers = {
        "Content-Type": "Application/X-WWW-Form-URLencoded ; charset=utf-8",
        SIGNATURE: sign(TOKEN, f"{PUBLIC}/twilio/voice", form_content(list(form.items()))),
    }

    async def pieces() -> AsyncIterator[bytes]:
        yield body[:50]
        async with http.get(f"{url}/healthz"):  # when it is answered, the first piece has been there for long
            yield body[50:]

    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{url}/twilio/voice", data=pieces(), headers=headers) as response,
    ):
        assert response.status == 200


async def test_an_address_with_a_query_is_still_that_of_its_turn(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    form = {"CallSid": call.sid, "AccountSid": SID, "From": NUMBER, "CallStatus": "in-progress", "Digits": "1"}
    path = "/twilio/voice/0.1?menu=support"
    signed = sign(TOKEN, PUBLIC + path, form_content(list(form.items())))
    before = await journey(segue, call)
    assert (await post(segue, path, form, signed))[0] == 200
    after = await journey(segue, call)
    assert (before.turn, after.turn) == (1, 2)
    assert after.step != before.step
