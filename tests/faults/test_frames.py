"""Whatever comes over a phone's socket, its sender gets an `error` event or a close code that says why."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from typing import Any

import aiohttp
import pytest

from ivr.channels import webphone_wire as wire
from tests.faults.lab import Lab
from tests.faults.office import NUMBER, QUESTION

pytestmark = pytest.mark.asyncio(loop_scope="session")

MB = 1024 * 1024
GARBAGE = (
    "",
    "{",
    "null",
    "[]",
    '"start"',
    "1e999",
    "[" * 16_000,
    '{"a":' * 3_000,
    "{}",
    '{"event": "shout"}',
    '{"event": null}',
    '{"event": "key"}',
    '{"event": "key", "key": "11", "seq": 1}',
    '{"event": "key", "key": "1", "seq": 0}',
    '{"event": "key", "key": "1", "seq": -1}',
    '{"event": "key", "key": "1", "seq": 1e3000}',
    '{"event": "key", "key": "1", "seq": 99999999999999999999999999}',
    '{"event": "key", "key": "1", "seq": 1, "more": 1}',
    '{"event": "hangup", "why": "\\ud800"}',
    '{"event": "finish"}',
    '{"event": "start", "call": "0123456789abcdef"}',  # a second one
    "x" * 100_000,
    "\u0000",
)
FRAMES = (0, 1, 639, 641, 100_000)  # bytes


async def test_garbage_in_a_call_is_answered_and_the_call_goes_on(server: Lab) -> None:
    phone = await server.phone()
    await phone.until("say", text=QUESTION)
    for text in GARBAGE:
        await phone.ws.send_str(text)
        await phone.until("error")
    for size in FRAMES:
        await phone.ws.send_bytes(bytes(size))
        assert "640 bytes" in (await phone.until("error"))["message"]
    await phone.ws.send_bytes(bytes(wire.FRAME))
    await phone.press("0", 1)
    await phone.until("say", text=NUMBER)
    assert len(phone.events("error")) == len(GARBAGE) + len(FRAMES)
    assert not any("Traceback" in error["message"] or "line " in error["message"] for error in phone.events("error"))
    await phone.ws.send_json({"event": "hangup"})
    assert await phone.closed() == wire.FINISHED


@pytest.mark.parametrize("huge", [bytes(10 * MB), "x" * (10 * MB)], ids=["sound", "text"])
async def test_a_huge_message_ends_the_socket_and_not_the_call(server: Lab, huge: bytes | str) -> None:
    phone = await server.phone()
    await phone.until("say", text=QUESTION)
    with contextlib.suppress(ConnectionError):  # it need not read to the end what it does not take
        await (phone.ws.send_bytes(huge) if isinstance(huge, bytes) else phone.ws.send_str(huge))
    assert await phone.closed() in {aiohttp.WSCloseCode.MESSAGE_TOO_BIG, aiohttp.WSCloseCode.ABNORMAL_CLOSURE}
    again = await server.phone(phone.call, resume=True)
    await again.until("collect")
    await again.press("0", 1)
    await again.until("say", text=NUMBER)
    await again.ws.close()


async def test_who_sends_nothing_but_garbage_is_let_go(server: Lab) -> None:
    phone = await server.phone()
    for _ in range(200):
        await phone.ws.send_str("{")
    assert await phone.closed() == wire.UNSUPPORTED


FIRST: tuple[Any, ...] = (
    {"event": "key", "key": "1", "seq": 1},
    {"event": "hangup"},
    {"event": "finish"},
    bytes(wire.FRAME),
)


@pytest.mark.parametrize("first", FIRST, ids=["key", "hangup", "finish", "sound"])
async def test_whoever_does_not_begin_with_start_is_told_so(server: Lab, first: Any) -> None:
    ws = await server.socket()
    await (ws.send_bytes(first) if isinstance(first, bytes) else ws.send_json(first))
    async with asyncio.timeout(60):
        assert "begin with `start`" in (await ws.receive_json())["message"]
        assert (await ws.receive()).type is aiohttp.WSMsgType.CLOSE
    assert ws.close_code == wire.POLICY


async def test_a_call_that_never_was_cannot_be_resumed(server: Lab) -> None:
    phone = await server.phone(resume=True, keys=[[1, "1"], [2, "2"]])
    assert (await phone.until("hangup"))["reason"] == "lost"
    assert await phone.closed() == wire.FINISHED


async def test_a_menu_that_is_not_there_is_named(server: Lab) -> None:
    phone = await server.phone(menu="no-such-menu")
    assert "no-such-menu" in (await phone.until("error"))["message"]
    assert (await phone.until("hangup"))["reason"] == "broken"


BODIES = (
    b"",
    b"[" * 60_000,
    b'{"text": ' * 6_000,
    b'{"text": "\xff", "id": "aaaaaaaa"}',
    b'{"text": "\\ud800", "id": "aaaaaaaa"}',
    json.dumps({"text": 1, "id": "aaaaaaaa"}).encode(),
    json.dumps({"text": "hi", "id": "../../etc/passwd"}).encode(),
    json.dumps({"text": "hi", "id": "aaaaaaaa", "turn": "first"}).encode(),
    b'{"text": "' + b"a" * 200_000 + b'", "id": "aaaaaaaa"}',
)


async def test_garbage_in_a_chat_is_refused_with_a_remedy(server: Lab) -> None:
    chat = await server.chat()
    await chat.begin()
    for body in BODIES:
        headers = {"Content-Type": "application/json"}
        async with chat._http.post(server.url + "/chat/messages", data=body, headers=headers) as response:
            problem = await response.json()
            assert 400 <= response.status < 500, problem
            assert response.content_type == "application/problem+json"
            assert problem["detail"]
    assert NUMBER in await chat.says("give a number")
    for text in ("\0", "😀" * 1000, "\u202e" * 500, "{number:digits}", "'; DROP TABLE journey; --"):
        status, answer = await chat.write(text, id_=secrets.token_hex(8))
        assert status == 200, (text, answer)
    assert "Thank you for 1234." in await chat.says("1234")
