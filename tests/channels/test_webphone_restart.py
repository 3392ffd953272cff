"""Calls of the web phone outlive our server."""

from pathlib import Path

from tests.channels.fake_driver import ORDER, WELCOME, Records
from tests.channels.far_end import Serve
from tests.waiting import eventually


async def test_a_restart_is_no_end_of_the_call(serve: Serve) -> None:
    records = Records()
    first = await serve(records)
    phone = await first.call(number="+15550100")
    await phone.press("1", 1)
    await phone.until("collect", secret=True)
    await first.webphone.close()
    assert await phone.closed() == 1012
    assert records.left() == []
    second = await serve(records)
    await second.webphone.adopt()
    back = await second.call(phone.call, resume=True)
    await back.until("say", text=ORDER)
    assert WELCOME not in back.said()


async def test_keys_pressed_around_a_crash_count_once(serve: Serve, tmp_path: Path) -> None:
    """The page has seen no acknowledgement at all: it sends again what was used and what was not."""
    records = Records()
    first = await serve(records)
    phone = await first.call()
    await phone.press("142", 1)
    await phone.until("ack", seq=1)
    second = await serve(records)  # beside the first one, which hears nothing any more
    back = await second.call(phone.call, resume=True, keys=[[1, "1"], [2, "4"], [3, "2"]])
    await back.until("collect", secret=True)
    await back.press("17#", 4)
    await back.until("ack", seq=6)
    assert records.inputs() == ["1", "4217"]
    assert ORDER not in back.said()  # it had been heard


async def test_calls_that_do_not_come_back_were_dropped(serve: Serve) -> None:
    records = Records()
    first = await serve(records)
    phone = await first.call()
    await phone.until("collect")
    await first.webphone.close()
    await (await serve(records, grace=0.01)).webphone.adopt()
    await eventually(lambda: records.left() == [(f"web-{phone.call}", "dropped")])
