"""One worker process that listens, from the server's side: its pipes, its readiness, what it has in hand, its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from recognition import ear_wire as wire

START: Final = 60.0  # seconds to load its models; a Vosk model of a gigabyte takes 20
HANG: Final = 5.0  # seconds with one piece of work in hand, of which the longest takes 0.5 on an idle machine
DYING: Final = 2.0  # seconds between the end of its output and its own; asyncio loses the status of what is killed then
UNKNOWN: Final = 255  # the status that it reports instead
ROOT: Final = Path(__file__).parent.parent
ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

Told = Callable[[bytes, int, bytes], None]


class EarProcess:
    """Runs once, from `start` to the end of `run`; then `stop` it. `told` gets each message about an utterance."""

    def __init__(self, specs: Sequence[wire.EngineSpec], python: str, told: Told) -> None:
        self._specs, self._python, self._told = specs, python, told
        self._process: Process | None = None
        self._watch: asyncio.TimerHandle | None = None
        self.in_hand = 0  # the utterance whose native code it runs; 0: none
        self.engines: tuple[bool | str, ...] = ()  # see `wire.Ready`; empty until then

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    async def start(self) -> None:
        """Raises `OSError`, of which `TimeoutError` is one, and `EOFError`; then `in_hand` is the spec, from 1, whose
        model it was loading."""
        command = (self._python, "-P", "-m", "recognition.ear_worker", msgspec.json.encode(self._specs).decode())
        self._process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env=os.environ | ONE_THREAD | {"PYTHONPATH": str(ROOT)},
            start_new_session=True,  # Ctrl-C in a terminal is for the server, which then ends us in order
        )
        kind, payload = wire.IN_HAND, b""
        async with asyncio.timeout(START):
            while kind == wire.IN_HAND:
                kind, self.in_hand, payload = await self._message()
        self.engines = msgspec.json.decode(payload, type=wire.Ready).engines

    async def run(self) -> None:
        """Until it ends, however that comes; then `in_hand` is what it died of."""
        with contextlib.suppress(EOFError, ConnectionError):
            while True:
                kind, number, payload = await self._message()
                if kind == wire.IN_HAND:
                    self._hold(number)
                else:
                    self._told(kind, number, payload)

    async def stop(self) -> bool:
        """End it and close its pipes. Whether it died of itself, and not because somebody killed it."""
        if self._watch:
            self._watch.cancel()
        if self._process is None:
            return False
        hung = self._watch is not None and self._watch.when() <= asyncio.get_running_loop().time()
        if self._process.stdout and self._process.stdout.at_eof():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DYING):
                    await self._process.wait()
        self.kill()
        await self._process.communicate()
        return hung or self._process.returncode not in {-signal.SIGKILL, UNKNOWN}

    def kill(self) -> None:
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    def send(self, kind: bytes, number: int, payload: bytes = b"") -> None:
        """Never waits: what the pipe cannot take is kept, and an utterance is short."""
        if self._process and self._process.stdin and not self._process.stdin.is_closing():
            self._process.stdin.write(wire.message(kind, number, payload))

    async def _message(self) -> tuple[bytes, int, bytes]:
        """Raises `EOFError`."""
        assert self._process  # noqa: S101  # for mypy
        assert self._process.stdout  # noqa: S101  # for mypy: we asked for a pipe
        length, kind, number = wire.HEADER.unpack(await self._process.stdout.readexactly(wire.HEADER.size))
        return kind, number, await self._process.stdout.readexactly(length)

    def _hold(self, number: int) -> None:
        """What hangs is killed: nothing else ends native code."""
        if self._watch:
            self._watch.cancel()
        self.in_hand = number
        self._watch = asyncio.get_running_loop().call_later(HANG, self.kill) if number else None
