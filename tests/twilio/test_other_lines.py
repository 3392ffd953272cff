"""One number served by Twilio and by a real Asterisk: a journey that was begun on one goes on on the other."""

from __future__ import annotations

import asyncio
from pathlib import Path

from asterisk.instance import Instance
from context_bridge.contract import EventStream
from ivr.engine.actions import Say
from ivr.engine.data import replace
from ivr.settings import Settings
from tests.asterisk.conftest import asterisk_root  # noqa: F401 - a fixture
from tests.asterisk.phone import Phone
from tests.twilio.conftest import phoning, serving
from tests.twilio.test_voice import NUMBER, journey


async def happens(events: EventStream, kind: str, **body: str) -> None:
    async with asyncio.timeout(30):
        while (event := await anext(events)).kind != kind or any(event.body[name] != body[name] for name in body):
            pass


async def test_begun_at_twilio_gone_on_at_asterisk_and_back(
    settings: Settings,
    asterisk_root: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    async with Instance(asterisk_root, tmp_path / "asterisk", rtp_timeout=2) as asterisk:
        settings = replace(settings, ami_url=asterisk.ami_url, ears=0)
        async with serving(settings) as segue, phoning(segue) as carrier:
            assert segue.asterisk is not None
            await segue.asterisk.connected.wait()
            call = await carrier.call(NUMBER)
            await call.press("1")
            await call.press("4217#")
            await call.hang_up()
            begun = await journey(segue, call)
            assert (begun.status, begun.step) == ("dropped", "what_next")

            async with segue.bus.subscribe(None) as events, Phone(asterisk.sip_port, NUMBER) as phone:
                sip = await phone.call("100")
                await happens(events, "turn", event="Arrived", journey=begun.id)
                await sip.hears(await segue.speaker.say(Say("Welcome back. We were cut off.", language="en-US"), 8000))
                there = await segue.store.load(begun.id)
                assert there is not None
                assert there.contact is not None
                assert (there.contact.node, there.step) == ("asterisk", "what_next")
                assert there.slots["order_number"].value == "4217"
                sip.hang_up()
                await happens(events, "contact", journey=begun.id, status="paused")

            again = await carrier.call(NUMBER)
            back = await journey(segue, again)
            assert back.id == begun.id
            assert back.contact is not None
            assert (back.contact.node, back.slots["order_number"].value) == ("twilio", "4217")
            assert "Please say or key in your order number, and end with the pound key." not in again.heard
            assert call.wrong == again.wrong == []
