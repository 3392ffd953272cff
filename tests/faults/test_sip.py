"""Dead back offices and a flood of digits, by telephone."""

from __future__ import annotations

import asyncio
import secrets
import struct

import pytest

from tests.asterisk.phone import Call, Phone
from tests.asterisk.rtp import EVENT, KEYS, PACKET, PERIOD
from tests.faults.office import ALL, FAILED, FILLER, NUMBER, QUESTION
from tests.faults.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

DIGITS = 500
MORE = 64 * 1024 * 1024  # bytes that the server may grow by meanwhile


async def test_dead_back_offices_end_in_the_menus_own_words(site: Site) -> None:
    async with Phone(site.asterisk.sip_port, "+14155552001") as phone:
        call = await phone.call("100")
        for name in ("refused", "silence", "much"):  # all others by web phone and chat, where it takes less time
            await site.hears(call, QUESTION)
            await call.press(str(ALL.index(name) + 1))
            await site.hears(call, FILLER)
            await site.hears(call, FAILED)
        await call.press("0")
        await site.hears(call, NUMBER)


async def test_five_hundred_digits_at_once(site: Site) -> None:
    async with (
        Phone(site.asterisk.sip_port, "+14155552002") as flooding,
        Phone(site.asterisk.sip_port, "+14155552003") as other,
    ):
        call = await flooding.call("100")
        await site.hears(call, QUESTION)
        before = site.lab.memory()
        await asyncio.gather(_flood(call), _is_served(site, other))
        assert site.lab.memory() - before < MORE
        await call.press("0")
        await site.hears(call, QUESTION)
        assert not call.ended.done()


async def _is_served(site: Site, phone: Phone) -> None:
    call = await phone.call("100")
    await site.hears(call, QUESTION)
    await call.press("04217#")
    await site.hears(call, QUESTION)  # again: the number was taken


async def _flood(call: Call) -> None:
    """Telephone events (RFC 4733) with all packets of ten digits at the same moment, fifty times a second."""
    assert call.sound._transport is not None
    sound, source, time = call.sound, secrets.randbits(32), secrets.randbelow(1 << 30)
    loop, sequence, transport = asyncio.get_running_loop(), 0, call.sound._transport
    for digit in range(DIGITS):
        time += PACKET
        for end in (0, 0x80, 0x80, 0x80):
            sequence += 1
            header = struct.pack("!BBHII", 0x80, EVENT | (0x80 if not end else 0), sequence & 0xFFFF, time, source)
            transport.sendto(header + struct.pack("!BBH", KEYS.index("0"), end | 10, PACKET), sound._remote)
        if digit % 10 == 9:
            done = loop.create_future()
            loop.call_later(PERIOD, done.set_result, None)
            await done
