"""A child process that speaks, whatever happens to it: one prompt at a time, a limit in time, a fresh child after a
crash, a hang or an empty answer.

Its first line is JSON that says what it has, or {"failed": why}. Then it answers each line of JSON by {"samples": n}
and n 16-bit samples. It inherits no file of ours but its pipes, and ends when they do.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

ATTEMPTS = 2
START = 30.0  # seconds for a child to load its engine; 0.2 for espeak-ng and 2 for Piper when the machine is idle
FAULTS = (OSError, EOFError, ValueError)  # of a child: hangs (a TimeoutError is an OSError), ends, talks nonsense

log = logging.getLogger(__name__)


class SpeakFailed(Exception):
    """Words could not be made into sound. Says what failed and what to do, never the words."""


class VoiceProcess:
    """`command` starts it. Whoever asks holds `turn`. All that waits raises one of `FAULTS`, or `SpeakFailed` once it
    was stopped."""

    def __init__(self, command: Callable[[], Sequence[str]]) -> None:
        self.turn = asyncio.Lock()
        self.child: Process | None = None
        self.told: Mapping[str, Any] = {}
        self._command = command
        self._stopped = False

    async def start(self) -> Mapping[str, Any]:
        """Its first line."""
        async with self._ended_on_failure():
            return await self._start()

    async def stop(self) -> None:
        self._stopped = True
        await self._end()

    async def ask(self, asked: Mapping[str, object], limit: float) -> bytes:
        """The samples. Tried twice, each time for at most `limit` seconds."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self._ended_on_failure():
                    return await self._ask(asked, limit)
            except FAULTS as error:
                log.warning("the voice worker failed (%s) and is started again", why(error))
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError("at least one attempt is made")

    async def _ask(self, asked: Mapping[str, object], limit: float) -> bytes:
        if self._stopped:
            raise SpeakFailed("the voice is switched off: the server is stopping")
        if self.child is None or self.child.returncode is not None:
            await self._start()
        child = self.child
        assert child and child.stdin and child.stdout  # noqa: S101, PT018  # for mypy: we asked for pipes
        async with asyncio.timeout(limit):
            child.stdin.write(json.dumps(asked).encode() + b"\n")
            await child.stdin.drain()
            samples = (await _line(child.stdout))["samples"]
            data = await child.stdout.readexactly(2 * samples)
        if not data:  # seen once in 120 prompts under load; a fresh child did it right
            raise EOFError("it spoke, but nothing came")
        return data

    async def _start(self) -> Mapping[str, Any]:
        await self._end()
        self.child = child = await asyncio.create_subprocess_exec(
            *self._command(),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            start_new_session=True,  # Ctrl-C in a terminal is for the server, which then ends us in order
        )
        assert child.stdout  # noqa: S101  # for mypy, as above
        async with asyncio.timeout(START):
            ready = await _line(child.stdout)
        if "failed" in ready:
            raise ValueError(ready["failed"])
        self.told = ready
        return ready

    @contextlib.asynccontextmanager
    async def _ended_on_failure(self) -> AsyncIterator[None]:
        """Whatever comes between, a cancellation too: or a late answer would be taken for that of the next prompt."""
        try:
            yield
        except BaseException:
            await self._end()
            raise

    async def _end(self) -> None:
        child, self.child = self.child, None
        if child is not None:
            await end(child)


async def _line(reader: asyncio.StreamReader) -> dict[str, Any]:
    line = await reader.readline()
    if not line:
        raise EOFError("it ended by itself")
    answer: dict[str, Any] = json.loads(line)
    return answer


def why(error: Exception) -> str:
    return str(error) or type(error).__name__


async def end(child: Process) -> None:
    """Kill a child if it still runs, and close its pipes."""
    with contextlib.suppress(ProcessLookupError):
        child.kill()
    await child.communicate()
