"""How often a call asks the database: what a caller waits for, and what bounds how many can call."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ivr.channels.twilio_call import Call
from ivr.server import Segue, build
from ivr.settings import Settings
from tests.servers import PostgresServer

MENU = """
menu: again
title: Again
language: en-US
channels: [voice]
start: again
resume: {dropped: {within: 10m, do: continue}}
exhausted: enough
steps:
  again:
    menu:
      prompt: Again?
      choices: [{key: 1, label: go on, goto: again}, {key: 2, label: stop, goto: enough}]
  enough: {end: Goodbye.}
"""


@dataclass
class Wire:
    """To a PostgreSQL at `url`. What the server answers at once is a round trip: a Query, or all before a Sync (its
    manual, "Message Formats")."""

    url: str
    round_trips: int = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        parts = urlsplit(self.url)

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, to_server = await asyncio.open_connection(parts.hostname, parts.port)
            await asyncio.gather(self._count(reader, to_server), _copy(there, writer))

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        yield f"postgresql://segue@127.0.0.1:{port}{parts.path}?sslmode=disable"
        server.close()

    async def _count(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            size = await reader.readexactly(4)  # the first message has no type
            writer.write(size + await reader.readexactly(int.from_bytes(size) - 4))
            while True:
                head = await reader.readexactly(5)
                self.round_trips += head[:1] in {b"Q", b"S"}
                writer.write(head + await reader.readexactly(int.from_bytes(head[1:]) - 4))
        except asyncio.IncompleteReadError:
            writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


@pytest.fixture
async def wire(postgres: PostgresServer) -> Wire:
    return Wire(postgres.database("round_trips", "segue"))


@pytest.fixture
async def segue(settings: Settings, wire: Wire, tmp_path: Path) -> AsyncIterator[Segue]:
    """Without its port, and so without what runs beside the calls."""
    (menus := tmp_path / "menus").mkdir()
    (menus / "again.yaml").write_text(MENU)
    async with wire.open() as url:
        changed = replace(settings, database_url=url, menus=menus, menu="again", demo=False)
        async with build(changed) as segue:
            yield segue


@dataclass
class Caller:
    segue: Segue
    wire: Wire
    number: str
    sid: str = ""

    async def phones(self) -> int:
        """A call begins; how many round trips that took, and so below."""
        self.sid = "CA" + secrets.token_hex(16)
        return await self._sends(0)

    async def presses(self, turn: int) -> int:
        return await self._sends(turn, Digits="1")

    async def hangs_up(self, turn: int) -> int:
        return await self._sends(turn, Digits="", CallStatus="completed")

    async def _sends(self, turn: int, **more: str) -> int:
        twilio, before = self.segue.twilio, self.wire.round_trips
        assert twilio is not None
        call = Call(f"tw-{self.sid}", {"CallSid": self.sid, "From": self.number, **more}, turn=turn)
        assert b"<Response>" in await (twilio.act(call) if turn else twilio.start(call))
        return self.wire.round_trips - before


async def test_callers_cost_a_few_round_trips_and_a_turn_costs_one(segue: Segue, wire: Wire) -> None:
    warm = Caller(segue, wire, "+14155550133")  # each statement is prepared when it is first used
    await warm.phones()
    await warm.presses(1)
    await warm.hangs_up(2)
    await warm.phones()

    caller = Caller(segue, wire, "+14155550134")
    assert await caller.phones() == 5  # told before? who is it? a newcomer; the turn; was its end told before it?
    assert await caller.presses(1) == 1
    assert await caller.presses(2) == 1
    assert await caller.hangs_up(3) == 1
    assert await caller.phones() == 5  # in place of the newcomer: what may go on?

    withheld = Caller(segue, wire, "anonymous")
    assert await withheld.phones() == 3
