"""An Asterisk whose server died: found by the configuration it was started with, then held by a pidfd, which never
means another process, however soon its pid is used again."""

from __future__ import annotations

import asyncio
import os
import signal
import weakref
from itertools import pairwise
from pathlib import Path


class Orphan:
    """What asyncio's `Process` offers, for a process that is nobody's child. Raises `ProcessLookupError` when gone."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._handle = os.pidfd_open(pid)
        weakref.finalize(self, os.close, self._handle)

    def send_signal(self, number: int) -> None:
        signal.pidfd_send_signal(self._handle, number)

    async def wait(self) -> None:
        """Until it has ended."""
        loop, gone = asyncio.get_running_loop(), asyncio.Event()
        handle = os.dup(self._handle)  # the loop has one reader for each, and several may wait
        loop.add_reader(handle, gone.set)
        try:
            await gone.wait()
        finally:
            loop.remove_reader(handle)
            os.close(handle)


def orphans(conf: Path) -> list[Orphan]:
    """All that run with this asterisk.conf; for a moment a fork that is about to run a program counts too."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [orphan for pid in pids if (orphan := _orphan(pid, conf))]


def _orphan(pid: int, conf: Path) -> Orphan | None:
    try:
        if _runs(pid, conf):
            orphan = Orphan(pid)
            return orphan if _runs(pid, conf) else None  # again: the pid may have changed hands before we had it
    except OSError:
        pass  # it ended meanwhile, or is another user's
    return None


def _runs(pid: int, conf: Path) -> bool:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return any(Path(os.fsdecode(word)).name == "asterisk" for word in words) and (
        (b"-C", os.fsencode(conf)) in pairwise(words)
    )


def written_pid(file: Path) -> int | None:
    """What Asterisk wrote into its pid file."""
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None
