"""What no page would send to the web phone costs its sender at most the call."""

import json

import aiohttp
import pytest

from tests.channels.fake_driver import ORDER
from tests.channels.far_end import Serve


@pytest.mark.parametrize("size", [0, 100, 639, 641, 70_000])
async def test_a_frame_of_a_wrong_size_is_answered_and_the_call_goes_on(serve: Serve, size: int) -> None:
    phone = await (await serve()).call()
    await phone.ws.send_bytes(bytes(size))
    assert "640 bytes" in (await phone.until("error"))["message"]
    await phone.press("1", 1)
    await phone.until("say", text=ORDER)


async def test_fifty_of_them_close_the_socket(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    phone = await (await serve()).call()
    for _ in range(50):
        await phone.ws.send_bytes(b"?")
    assert await phone.closed() == 1003
    assert len(phone.events("error")) == 50
    assert "Traceback" not in caplog.text


async def test_a_huge_message_closes_the_socket(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    exchange = await serve()
    phone = await exchange.call()
    await phone.until("collect")
    await phone.ws.send_bytes(bytes(300_000))
    assert await phone.closed() == 1009
    assert "Traceback" not in caplog.text
    await (await exchange.call(phone.call, resume=True)).until("collect")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[]",
        "null",
        '{"event":"dance"}',
        '{"event":"key","key":"12","seq":1}',
        '{"event":"key","key":"1","seq":0}',
        '{"event":"key","key":"1","seq":1,"colour":"red"}',
        '{"event":"finish"}',
        json.dumps({"event": "start", "call": "0" * 16, "number": "1" * 20_000}),
    ],
)
async def test_a_message_that_is_not_ours_is_answered(serve: Serve, text: str) -> None:
    phone = await (await serve()).call()
    await phone.until("collect")
    await phone.ws.send_str(text)
    await phone.until("error")
    await phone.press("1", 1)
    await phone.until("say", text=ORDER)


@pytest.mark.parametrize("first", ['{"event":"hangup"}', '{"event":"key","key":"1","seq":1}'])
async def test_a_socket_that_does_not_start_is_closed(serve: Serve, first: str) -> None:
    phone = await (await serve()).connect("/phone/ws")
    await phone.ws.send_str(first)
    assert await phone.closed() == 1008


async def test_a_page_of_another_site_may_not_phone(serve: Serve) -> None:
    exchange = await serve()
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await exchange.connect("/phone/ws", Origin="https://elsewhere.example")
    assert refused.value.status == 403
