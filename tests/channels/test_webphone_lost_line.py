"""A web phone's line that is lost, comes back, or stays away."""

from pathlib import Path

import pytest

from tests.channels.fake_driver import CUT_OFF, ORDER, WELCOME, Records
from tests.channels.far_end import Serve, ToneSpeaker, pitch
from tests.waiting import eventually


async def test_the_same_call_goes_on_after_a_short_loss(serve: Serve, tmp_path: Path) -> None:
    records = Records()
    exchange = await serve(records)
    phone = await exchange.call(number="+15550100")
    await phone.until("collect")
    await phone.press("142", 1)
    await phone.until("ack", seq=1)
    await phone.lose()
    back = await exchange.call(phone.call, resume=True, keys=[[2, "4"], [3, "2"], [4, "1"]])
    await back.until("ack", seq=1)
    await back.until("collect", secret=True)
    await back.press("7#", 5)
    await back.until("ack", seq=6)
    assert records.inputs() == ["1", "4217"]
    assert records.left() == []


async def test_a_prompt_waits_for_its_listener(serve: Serve, tmp_path: Path) -> None:
    exchange = await serve(speaker=ToneSpeaker(tmp_path, {WELCOME: 1.0}))
    phone = await exchange.call()
    await phone.until("say", text=WELCOME)
    await phone.frames(5)
    await phone.lose()
    before = sum(isinstance(thing, bytes) for thing in phone.heard)
    back = await exchange.call(phone.call, resume=True)
    await back.frames(30)
    assert before < 50
    assert pitch(await back.frames(50 - before - 30)) == pytest.approx(700, abs=60)


async def test_a_newer_socket_takes_the_call(serve: Serve) -> None:
    records = Records()
    exchange = await serve(records)
    old = await exchange.call()
    await old.until("collect")
    new = await exchange.call(old.call, resume=True)
    await new.until("collect")
    assert await old.closed() == 4001
    await new.press("1", 1)
    await new.until("say", text=ORDER)
    assert records.left() == []


async def test_a_dropped_line_is_known_at_once_and_the_next_call_goes_on(serve: Serve) -> None:
    records = Records()
    exchange = await serve(records)
    phone = await exchange.call(number="+15550100")
    await phone.press("1", 1)
    await phone.until("collect", secret=True)
    await phone.ws.close(code=4000)
    await eventually(lambda: records.left() == [(f"web-{phone.call}", "dropped")])
    again = await exchange.call(number="+15550100")
    await again.until("say", text=CUT_OFF)
    await again.until("say", text=ORDER)
    assert WELCOME not in again.said()


async def test_a_line_that_stays_away_is_dropped(serve: Serve) -> None:
    records = Records()
    phone = await (await serve(records, grace=0.01)).call()
    await phone.until("collect")
    await phone.lose()
    await eventually(lambda: records.left() == [(f"web-{phone.call}", "dropped")])


async def test_a_call_that_is_over_does_not_come_back(serve: Serve) -> None:
    phone = await (await serve()).call(resume=True)
    await phone.until("hangup", reason="lost")
