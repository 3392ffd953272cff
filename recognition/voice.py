"""Text to raw sound, whatever the engine does: one child process, one prompt at a time, a limit in time, a fresh
child after a crash, a hang or an empty answer, and at last the espeak-ng command."""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import json
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ivr.engine.languages import lookup
from recognition import audio

RATE = 22050  # of espeak-ng
WORKER = Path(__file__).with_name("voice_worker.py")
ATTEMPTS = 2
START = 15.0  # seconds for a child to load the engine; 0.2 when the machine is idle
LIMIT = 5.0  # seconds for a prompt, and one more for each
LETTERS = 200  # of it; espeak-ng needs 0.01 for these
FAULTS = (OSError, EOFError, ValueError)  # of a child: hangs (a TimeoutError is an OSError), ends, talks nonsense
INSTALL = "install espeak-ng (Debian: apt-get install espeak-ng)"

log = logging.getLogger(__name__)


class SpeakFailed(Exception):
    """Words could not be made into sound. Says what failed and what to do, never the words."""


class _Asked(NamedTuple):
    """What the child is asked for; `rate` in words a minute."""

    text: str
    voice: str
    rate: int


class Voice:
    """A voice at its usual speed, and those of other languages. `sound` may be called by many at once: they take turns,
    first come first served. `voices`: name -> the language tags that it speaks."""

    def __init__(self, name: str, words_a_minute: int, python: str = sys.executable) -> None:
        self.voices: Mapping[str, Sequence[str]] = {}
        self._name = name
        self._words_a_minute = words_a_minute
        self._python = python
        self._child: Process | None = None
        self._turn = asyncio.Lock()
        self._stopped = False

    async def start(self) -> None:
        """Load the engine. Raises `SpeakFailed` when there is none, or the voice is unknown."""
        try:
            async with self._turn, self._ended_on_failure():
                ready = await self._start_child()
        except FAULTS as error:
            raise SpeakFailed(f"the speech engine does not start ({_why(error)}); {INSTALL}") from error
        if ready["unknown"]:
            await self.stop()
            near = ", ".join(difflib.get_close_matches(self._name, self.voices, n=3)) or "gmw/en-us"
            raise SpeakFailed(
                f"no voice {self._name!r}; set IVR_VOICE to a File of `espeak-ng --voices`, such as {near}"
            )

    async def stop(self) -> None:
        """End the child. From now on `sound` raises `SpeakFailed`."""
        self._stopped = True
        await self._end_child()

    def speaking(self, language: str) -> str | None:
        """The name of the voice for a language tag; None: there is none. The one that was set up speaks all of its
        language unless a region has its own; its variant (`+f3`) is kept for the others."""
        name, plus, variant = self._name.partition("+")
        own = [tag for known, tags in self.voices.items() if _is_called(known, name) for tag in tags]
        others = {tag.casefold(): known for known, tags in self.voices.items() for tag in tags}
        tag = language.casefold()
        if tag in own or (tag not in others and lookup(language, own)):
            return self._name
        found = lookup(language, others)
        return f"{others[found]}{plus}{variant}" if found else None

    async def sound(self, text: str, voice: str | None = None, speed: float = 1.0) -> bytes:
        """16-bit samples at `RATE`; none for text that has no sound, such as a dash. `voice`: see `speaking`; `speed`:
        1 is the usual one. Raises `SpeakFailed`."""
        asked = _Asked(text, voice or self._name, round(self._words_a_minute * speed))
        limit = LIMIT + len(text) / LETTERS
        async with self._turn:
            for _ in range(ATTEMPTS):
                try:
                    async with self._ended_on_failure():
                        return await self._ask(asked, limit)
                except FAULTS as error:
                    log.warning("the voice worker failed (%s) and is started again", _why(error))
            return await self._by_command(asked, limit)

    async def _ask(self, asked: _Asked, limit: float) -> bytes:
        """Raises one of `FAULTS`."""
        if self._stopped:
            raise SpeakFailed("the voice is switched off: the server is stopping")
        if self._child is None or self._child.returncode is not None:
            await self._start_child()
        child = self._child
        assert child and child.stdin and child.stdout  # noqa: S101, PT018  # for mypy: we asked for pipes
        async with asyncio.timeout(limit):
            child.stdin.write(json.dumps(asked._asdict()).encode() + b"\n")
            await child.stdin.drain()
            samples = (await _line(child.stdout))["samples"]
            data = await child.stdout.readexactly(2 * samples)
        if not data:  # seen once in 120 prompts under load; a fresh child did it right
            raise EOFError("it spoke, but nothing came")
        return data

    async def _start_child(self) -> dict[str, Any]:
        """Its first line. Raises one of `FAULTS`. It inherits no file of ours but its pipes, and ends when they do."""
        await self._end_child()
        command = (self._python, "-P", str(WORKER), self._name, str(self._words_a_minute))
        self._child = child = await asyncio.create_subprocess_exec(
            *command,
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
        self.voices = ready["voices"]
        return ready

    @contextlib.asynccontextmanager
    async def _ended_on_failure(self) -> AsyncIterator[None]:
        """Whatever comes between, a cancellation too: or a late answer would be taken for that of the next prompt."""
        try:
            yield
        except BaseException:
            await self._end_child()
            raise

    async def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            await _end(child)

    async def _by_command(self, asked: _Asked, limit: float) -> bytes:
        """The words go by a pipe: in the arguments every user of the machine could read them."""
        command = ("espeak-ng", "-v", asked.voice, "-s", str(asked.rate), "--stdin", "--stdout")
        try:
            child = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
        except OSError as error:
            raise SpeakFailed(f"the voice worker fails and espeak-ng does not start ({error}); {INSTALL}") from error
        try:
            async with asyncio.timeout(limit):
                data, _ = await child.communicate(asked.text.encode())
        except TimeoutError as error:
            raise SpeakFailed(f"espeak-ng took over {limit:.0f} s; is the machine overloaded?") from error
        finally:
            await _end(child)
        if child.returncode or len(data) < audio.HEADER:
            raise SpeakFailed(
                f"espeak-ng ended with {child.returncode} and no sound; try: espeak-ng -v {asked.voice} hello"
            )
        return data[audio.HEADER :]


def _is_called(known: str, name: str) -> bool:
    return name.casefold() in {known.casefold(), known.casefold().rpartition("/")[2]}


async def _line(reader: asyncio.StreamReader) -> dict[str, Any]:
    line = await reader.readline()
    if not line:
        raise EOFError("it ended by itself")
    answer: dict[str, Any] = json.loads(line)
    return answer


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__


async def _end(child: Process) -> None:
    """Kill a child if it still runs, and close its pipes."""
    with contextlib.suppress(ProcessLookupError):
        child.kill()
    await child.communicate()
