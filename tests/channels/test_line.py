"""A line's time and its patience, by a clock that the test moves."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import WSMsgType

from ivr.channels import line as lines
from ivr.channels.line import BURST, PER_SECOND, Line


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    clock = SimpleNamespace(now=50.0)
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: SimpleNamespace(time=lambda: clock.now))
    return clock


async def on(line: Line) -> Any:
    """Attach a socket that says nothing."""
    ws = SimpleNamespace()
    await line.attach(ws, SimpleNamespace(transport=None))  # type: ignore[arg-type]
    return ws


async def test_time_stands_still_while_a_line_is_away(clock: SimpleNamespace) -> None:
    line = Line()
    clock.now += 7
    ws = await on(line)
    began = line.now()
    clock.now += 2
    assert line.now() - began == 2
    line.detach(ws)
    clock.now += 30
    assert line.now() - began == 2
    await on(line)
    clock.now += 1
    assert line.now() - began == 3


async def test_the_end_of_an_older_socket_is_not_the_end_of_the_line(clock: SimpleNamespace) -> None:
    line = Line()
    old = await on(line)

    async def close(**_: object) -> None: ...

    old.close = close
    await on(line)
    assert not line.detach(old)
    assert line.there


async def test_a_flood_is_read_slowly(clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    async def sleep(seconds: float) -> None:
        clock.now += seconds

    monkeypatch.setattr(asyncio, "sleep", sleep)
    began = clock.now

    class Flood:
        """A socket with endless frames."""

        def __aiter__(self) -> "Flood":
            return self

        async def __anext__(self) -> Any:
            return SimpleNamespace(type=WSMsgType.BINARY, data=bytes(640))

    taken = 0
    async for _ in lines.received(Flood()):  # type: ignore[arg-type]
        taken += 1
        if taken == BURST + 10 * PER_SECOND:
            break
    assert clock.now - began == pytest.approx(10, abs=0.1)


async def test_live_sound_is_dropped_rather_than_late() -> None:
    line, sent = Line(), []
    backlog = SimpleNamespace(get_write_buffer_size=lambda: lines.BACKLOG)

    async def send_bytes(frame: bytes) -> None:
        sent.append(frame)

    await line.attach(SimpleNamespace(send_bytes=send_bytes), SimpleNamespace(transport=backlog))  # type: ignore[arg-type]
    await line.live(b"late")
    backlog.get_write_buffer_size = lambda: 0
    await line.live(b"in time")
    assert sent == [b"in time"]
