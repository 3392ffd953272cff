"""A number may have a menu of its own, and one that does not exist costs the site no call."""

from __future__ import annotations

import pytest

from ivr.channels.twilio_menu import REMEDY
from ivr.server import Segue
from tests.twilio.carrier import Carrier
from tests.twilio.test_voice import NUMBER, journey
from tests.twilio.texting import Texter


async def test_a_call_gets_the_menu_that_its_number_names(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER, menu="card", language="de")
    found = await journey(segue, call)
    assert (found.menu, found.language) == ("card", "de-DE")
    assert call.wrong == []


async def test_a_menu_that_is_not_there_is_logged_with_its_remedy_and_callers_get_the_other_one(
    segue: Segue, carrier: Carrier, caplog: pytest.LogCaptureFixture
) -> None:
    call = await carrier.call(NUMBER, menu="nope")
    assert call.heard[0].startswith("Welcome to Acme support.")
    assert call.wrong == []
    assert (await journey(segue, call)).menu == "support"
    [told] = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert f"tw-{call.sid} gets the menu support: no menu 'nope', there are: " in told
    assert told.endswith(REMEDY)
    await call.press("1")
    await call.hang_up()
    again = await carrier.call(NUMBER, menu="nope")
    assert (await journey(segue, again)).id == (await journey(segue, call)).id


@pytest.mark.parametrize(("menu", "found"), [("card", "card"), ("nope", "support")])
async def test_so_do_messages(segue: Segue, texter: Texter, menu: str, found: str) -> None:
    form = {"MessageSid": "SM" + "4" * 32, "From": NUMBER, "To": "+15005550006", "Body": "Hello", "NumMedia": "0"}
    status, body = await texter.post(f"/twilio/message?menu={menu}", form)
    assert status == 200
    assert b"<Message>" in body
    assert [row.menu for row in await segue.store.recent(10)] == [found]
