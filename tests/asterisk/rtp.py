"""The sound of a test phone's call: PCMU in 20 ms packets (RFC 3550), keys as telephone events (RFC 4733)."""

from __future__ import annotations

import asyncio
import secrets
import struct
from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

PACKET, PERIOD = 160, 0.02
KEYS = "0123456789*#ABCD"
EVENT = 101  # payload type
PRESS, GAP = 4, 3  # packets that a key is held and released
SILENCE = b"\xff" * PACKET


def _decode(code: int) -> int:
    code = ~code & 0xFF
    value = (((code & 15) << 3) + 132 << ((code & 0x70) >> 4)) - 132
    return -value if code & 0x80 else value


MULAW: NDArray[np.int16] = np.array([_decode(code) for code in range(256)], np.int16)
ENCODED = np.argsort(MULAW, kind="stable")
LEVELS = MULAW[ENCODED]


def encode(pcm: NDArray[np.int16]) -> bytes:
    """The nearest mu-law codes."""
    return bytes(ENCODED[np.searchsorted(LEVELS[1:], pcm)].astype(np.uint8))


def samples(codes: bytes) -> NDArray[np.float32]:
    """What they stand for, between -1 and 1."""
    return MULAW[np.frombuffer(codes, np.uint8)].astype(np.float32) / np.float32(32767)


class Sound(asyncio.DatagramProtocol):
    """One direction each way. `heard` is all that came in, without the pauses in which nothing was sent."""

    def __init__(self) -> None:
        self.heard = bytearray()  # mu-law
        self.times: list[float] = []  # event loop's clock, one for each packet in `heard`
        self.digits = ""  # keys that the other side sent
        self.on_packet: Callable[[], None] = lambda: None
        self._loop = asyncio.get_running_loop()
        self._remote: tuple[str, int] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self._keys: deque[tuple[str, asyncio.Future[float]]] = deque()
        self._pressing: tuple[str, asyncio.Future[float], int, int] | None = None  # key, done, packets so far, time
        self._held = False
        self._rest = 0  # packets until the next key
        self._speech = bytearray()
        self._spoken = 0.0, 0.0  # when speech began to be sent, and its last packet
        self._silent = asyncio.Event()
        self._sequence, self._time = secrets.randbelow(1 << 16), secrets.randbelow(1 << 31)
        self._source = secrets.randbits(32)
        self._last_event = -1

    async def open(self) -> int:
        """Its port."""
        self._transport, _ = await self._loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self.port: int = self._transport.get_extra_info("sockname")[1]
        return self.port

    def start(self, host: str, port: int) -> None:
        """Send to there, silence at first."""
        self._remote = host, port
        if self._timer is None:
            self._due = self._loop.time()
            self._tick()

    def stop(self) -> None:
        """Neither send nor hear any more. A call that was never answered has no sound to stop."""
        if self._timer:
            self._timer.cancel()
        if self._transport:
            self._transport.close()
        under_way = [self._pressing[1]] if self._pressing else []
        for done in [*under_way, *(done for _, done in self._keys)]:
            if not done.done():
                done.set_exception(ConnectionError("the call ended before this key was pressed"))
                done.exception()  # nobody may wait for it

    async def press(self, keys: str) -> float:
        """Press keys one after the other; the time at which the last one was let go. Raises `ConnectionError` when the
        call ends before."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionError("no call is on")
        dones = [self._loop.create_future() for _ in keys]
        self._keys.extend(zip(keys, dones, strict=True))
        return (await asyncio.gather(*dones))[-1]

    def hold(self, key: str) -> None:
        """Press a key and keep it down until `let_go`."""
        self._held = True
        self._keys.append((key, self._loop.create_future()))

    def let_go(self) -> None:
        self._held = False

    def speak(self, pcm: NDArray[np.int16]) -> None:
        self._speech += encode(pcm)

    async def utter(self, codes: bytes) -> tuple[float, float]:
        """Speak what is mu-law already, out of a silence; when its first packet was sent, and its last."""
        self._speech += codes
        self._spoken = 0.0, 0.0
        self._silent.clear()
        await self._silent.wait()
        return self._spoken

    def fall_silent(self) -> None:
        """In mid-word."""
        self._speech.clear()

    def pcm(self, start: int = 0) -> NDArray[np.int16]:
        return MULAW[np.frombuffer(bytes(self.heard[start:]), np.uint8)]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) < 12:
            return
        kind = data[1] & 0x7F
        if kind == EVENT:
            time = struct.unpack_from("!I", data, 4)[0]
            if data[13] & 0x80 and time != self._last_event:
                self._last_event = time
                self.digits += KEYS[data[12]]
        elif kind == 0:
            self.heard += data[12:]
            self.times.append(self._loop.time())
            self.on_packet()

    def _tick(self) -> None:
        if self._transport and not self._transport.is_closing():
            self._send_next()
            self._time += PACKET
            self._due = max(self._due + PERIOD, self._loop.time() - 0.2)  # a stalled machine is not made up for
            self._timer = self._loop.call_at(self._due, self._tick)

    def _send_next(self) -> None:
        if self._pressing is None and self._keys and self._rest <= 0:
            key, done = self._keys.popleft()
            self._pressing = key, done, 0, self._time
        if self._pressing:
            self._send_event(*self._pressing)
        else:
            self._rest -= 1
            self._note_speech()
            sound = bytes(self._speech[:PACKET]).ljust(PACKET, b"\xff")
            del self._speech[:PACKET]
            self._send(0, sound, self._time)

    def _note_speech(self) -> None:
        """The next packet has some, or none any more."""
        if self._speech:
            now = self._loop.time()
            self._spoken = self._spoken[0] or now, now
        else:
            self._silent.set()

    def _send_event(self, key: str, done: asyncio.Future[float], packets: int, time: int) -> None:
        packets += 1
        last = packets > PRESS and not self._held
        duration = min(packets * PACKET, 0xFFFF)
        payload = struct.pack("!BBH", KEYS.index(key), (0x80 if last else 0) | 10, duration)
        for _ in range(3 if last else 1):  # the end is sent three times, as the RFC asks
            self._send(EVENT, payload, time, marker=packets == 1)
        self._pressing = None if last else (key, done, packets, time)
        if last:
            self._rest = GAP
            if not done.done():
                done.set_result(self._loop.time())

    def _send(self, kind: int, payload: bytes, time: int, marker: bool = False) -> None:
        self._sequence = (self._sequence + 1) & 0xFFFF
        header = struct.pack("!BBHII", 0x80, kind | marker << 7, self._sequence, time & 0xFFFFFFFF, self._source)
        assert self._transport
        self._transport.sendto(header + payload, self._remote)
