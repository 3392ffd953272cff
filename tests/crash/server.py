"""The real server as a process of its own, to be killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

START = 120.0  # seconds; the machine may be slow


class ServerProcess:
    """`segue serve` with these settings (`IVR_…` without the prefix). What it prints goes to `folder/server.log`."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self._folder = folder
        own = {"DATA_DIR": folder / "data", "EARS": 0, **settings}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}
        self._environ = inherited | {f"IVR_{name}": str(value) for name, value in own.items()}
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Returns when it serves."""
        with (self._folder / "server.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "ivr.cli", "serve"),
                env=self._environ,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout
        async with asyncio.timeout(START):
            line = await self._process.stdout.readline()
        assert b"open" in line, (self._folder / "server.log").read_text()[-3000:]

    async def kill(self) -> None:
        """As `kill -9` does: no clean-up whatever."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.send_signal(number)
            await process.wait()
