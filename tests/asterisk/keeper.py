"""An Asterisk's server in a process of its own, to be killed: `python -m tests.asterisk.keeper ROOT FOLDER`.

Prints the pid of Asterisk when it has started."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from asterisk.instance import Instance


async def main(root: str, folder: str) -> None:
    async with Instance(Path(root), Path(folder), away=1, away_rounds=50) as asterisk:
        sys.stdout.write(f"{asterisk.pid}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what is started in the background is deaf to it
    asyncio.run(main(*sys.argv[1:]))
