"""A server in a process of its own, to be killed: `python -m tests.asterisk.server AMI_URL RECORDS PROMPTS [OPTION…]`.

Prints `up` when it has connected. `freeze`: never answers the turn that it has stored.
`patient`: waits half a minute for the next key.
`slow`: prints `asking` before its second prompt, and makes it on SIGUSR1.
`ears`: understands tones (see test_speech.py), and prints `hearing` when somebody begins to speak."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from asterisk.calls import AsteriskChannel
from ivr.driver import Driver
from ivr.engine.actions import Say
from ivr.settings import Settings
from recognition.listen import Ear, SpeechStarted, Told
from recognition.speak import Clip, Rate, Speaker
from tests.asterisk.fake_driver import FakeDriver
from tests.channels.tone_ears import ToneListener


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def freeze() -> None:
    say("stored")
    await asyncio.Event().wait()


class Slow(Speaker):
    """As on a busy machine, but for as long as the test wants."""

    made = 0

    async def joined(self, says: Sequence[Say], rate: Rate) -> Clip:
        self.made += 1
        if self.made == 2:
            go_on = asyncio.Event()
            asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, go_on.set)
            say("asking")
            await go_on.wait()
        return await super().joined(says, rate)


class Ears(ToneListener):
    def open(self, rate: int, tell: Callable[[Told], None]) -> Ear:
        def telling(told: Told) -> None:
            if isinstance(told, SpeechStarted):
                say("hearing")
            tell(told)

        return super().open(rate, telling)


async def main(ami_url: str, records: str, prompts: str, *options: str) -> None:
    driver = FakeDriver(Path(records), interdigit=30.0 if "patient" in options else 2.0)
    if "freeze" in options:
        driver.before_answer = freeze
    async with (Slow if "slow" in options else Speaker)(Path(prompts), "gmw/en-us", 165) as speaker:
        settings = Settings(ami_url=ami_url, public_url="https://desk.example", data_dir=Path(records).parent)
        channel = AsteriskChannel(cast("Driver", driver), speaker, settings, Ears() if "ears" in options else None)
        work = asyncio.create_task(channel.run())
        await channel.connected.wait()
        say("up")
        await work


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
