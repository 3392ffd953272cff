"""A server of ours in another process, and how far a caller comes with it before it is killed."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable

from recognition import audio
from recognition.speak import Speaker
from tests.asterisk import fake_driver as said
from tests.asterisk.hearing import times
from tests.asterisk.phone import Call

Start = Callable[..., contextlib.AbstractAsyncContextManager["Victim"]]


class Victim:
    """A server of ours in another process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def says(self, word: str) -> None:
        assert self.process.stdout
        async with asyncio.timeout(60):
            assert (await self.process.stdout.readline()).decode().strip() == word

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGUSR1)

    async def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


async def heard_times(speaker: Speaker, call: Call, say: said.Say) -> int:
    samples, _ = audio.read((await speaker.clip(say.text, 8000)).path)
    return times(call.sound.pcm(), samples)


async def until_number_is_asked(speaker: Speaker, call: Call) -> None:
    await call.hears(await speaker.clip(said.CHOICE.text, 8000))
    await call.press("1")
    await call.hears(await speaker.clip(said.NUMBER.text, 8000))
