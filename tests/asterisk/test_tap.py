"""What comes through a tap at a real Asterisk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import numpy as np
import pytest
import pytest_asyncio

from asterisk.ami import AMI
from asterisk.instance import Instance
from asterisk.media import RATE, Media
from asterisk.tap import LATE, Tap, Taps
from tests.asterisk.phone import Call, Phone
from tests.asterisk.rtp import MULAW, PACKET, encode
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

AT_ONCE = 15  # packets: 0.3 s


@dataclass
class Tapped:
    """A call, and what of it was heard. Its clock goes by that, as if no machine stood still for a moment, but for the
    seconds it `stood`."""

    call: Call
    ami: AMI
    stood: float = 0.0
    heard: bytearray = field(default_factory=bytearray)

    def clock(self) -> float:
        return len(self.heard) / 2 / RATE + self.stood

    async def hears(self) -> None:
        before = len(self.heard)
        await eventually(lambda: len(self.heard) > before)


@pytest_asyncio.fixture(loop_scope="module")
async def tapped(asterisk: Instance) -> AsyncIterator[tuple[Tapped, Tap]]:
    ami, media = AMI(asterisk.ami_url), Media("127.0.0.1")
    await ami.connect()
    await media.open()
    try:
        async with Phone(asterisk.sip_port) as phone:
            tapped = Tapped(await phone.call("100"), ami)
            [row] = await ami.rows("CoreShowChannels")
            taps = Taps(ami, media, tapped.clock)
            taps.is_no_way("WebSocket")  # nobody listens there
            tap = Tap(taps, row["Channel"], tapped.heard.extend)
            assert tap.open()
            await tapped.hears()
            yield tapped, tap
            tap.close()
            tapped.call.hang_up()
    finally:
        await media.close()
        ami.close()


async def test_words_that_come_late_and_at_once_are_heard_whole(tapped: tuple[Tapped, Tap]) -> None:
    """As after a stalled network, or on a machine that had no time for a moment."""
    ear, _ = tapped
    words = encode(np.random.default_rng(1).integers(-8000, 8000, AT_ONCE * PACKET).astype(np.int16))
    for at in range(0, len(words), PACKET):
        ear.call.sound._send(0, words[at : at + PACKET], ear.call.sound._time)
        ear.call.sound._time += PACKET
    spoken = MULAW[np.frombuffer(words, np.uint8)].astype("<i2").tobytes()
    await eventually(lambda: spoken in ear.heard)


async def test_who_has_been_heard_late_is_heard_in_time_from_the_next_question_on(tapped: tuple[Tapped, Tap]) -> None:
    ear, tap = tapped
    opened: list[str] = []
    ear.ami.on("ChanSpyStart", lambda event: opened.append(event["SpyeeChannel"]))
    ear.stood += 2 * LATE
    assert tap.open()
    await eventually(lambda: bool(opened))
    await ear.hears()
    assert tap.open()  # in time again
    await ear.hears()
    assert len(opened) == 1
