"""What comes through a tap at a real Asterisk."""

from __future__ import annotations

import time

import numpy as np
import pytest

from asterisk.ami import AMI
from asterisk.instance import Instance
from asterisk.media import Media
from asterisk.tap import Tap, Taps
from tests.asterisk.phone import Phone
from tests.asterisk.rtp import MULAW, PACKET, encode
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

LATE = 15  # packets: 0.3 s


async def test_words_that_come_late_and_at_once_are_heard_whole(asterisk: Instance) -> None:
    """As after a stalled network, or on a machine that had no time for a moment."""
    heard = bytearray()
    ami, media = AMI(asterisk.ami_url), Media("127.0.0.1")
    await ami.connect()
    await media.open()
    try:
        async with Phone(asterisk.sip_port) as phone:
            call = await phone.call("100")
            [row] = await ami.rows("CoreShowChannels")
            taps = Taps(ami, media, time.monotonic)
            taps.is_no_way("WebSocket")  # nobody listens there
            tap = Tap(taps, row["Channel"], heard.extend)
            assert tap.open()
            await eventually(lambda: bool(heard))
            words = encode(np.random.default_rng(1).integers(-8000, 8000, LATE * PACKET).astype(np.int16))
            for at in range(0, len(words), PACKET):
                call.sound._send(0, words[at : at + PACKET], call.sound._time)
                call.sound._time += PACKET
            spoken = MULAW[np.frombuffer(words, np.uint8)].astype("<i2").tobytes()
            await eventually(lambda: spoken in heard)
            tap.close()
            call.hang_up()
    finally:
        await media.close()
        ami.close()
