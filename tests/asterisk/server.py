"""A server in a process of its own, to be killed: `python -m tests.asterisk.server AMI_URL RECORDS PROMPTS [OPTION…]`.

Prints `up` when it has connected. `freeze`: never answers the turn that it has stored."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from asterisk.calls import AsteriskChannel
from ivr.settings import Settings
from recognition.speak import Speaker
from tests.asterisk.fake_driver import FakeDriver


async def main(ami_url: str, records: str, prompts: str, *options: str) -> None:
    driver = FakeDriver(Path(records))
    if "freeze" in options:

        async def freeze() -> None:
            sys.stdout.write("stored\n")
            sys.stdout.flush()
            await asyncio.Event().wait()

        driver.before_answer = freeze
    async with Speaker(Path(prompts), "gmw/en-us", 165) as speaker:
        channel = AsteriskChannel(driver, speaker, Settings(ami_url=ami_url, public_url="https://desk.example"))
        work = asyncio.create_task(channel.run())
        await channel.connected.wait()
        sys.stdout.write("up\n")
        sys.stdout.flush()
        await work


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
