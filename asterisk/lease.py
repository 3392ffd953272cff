"""Who answers the calls of an Asterisk: one Segue at a time, since two would both answer each call.

It keeps a global variable of Asterisk's and counts there, once a second. The variable goes with Asterisk, as the calls
do. Another server takes it at once when the one that is named there has gone: its process is no more, or none of its
links to Asterisk is up, which Asterisk knows a millisecond after a kill -9. Where that cannot be told (its machine lost
power, others use its AMI account) it is watched: who does not count any more for some seconds has gone, too. No clock
of another machine is believed.

Whoever comes back after that finds another name and stands aside. Two that begin in the same millisecond may both hold
it, until the first of them counts.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote, unquote

from asterisk.ami import AMI

VARIABLE = "SEGUE_SERVER"
BEAT = 1.0  # seconds
SILENT = 5.0  # seconds without a beat until a server counts as gone, if nothing else tells
LOOK = 0.05  # seconds between two looks at a server of which we do not know yet whether it lives
PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Server:
    """`since`: Unix seconds by its own clock. `user`: its AMI account. `process`: see `process_of`."""

    token: str
    beat: int
    since: float
    user: str
    process: str
    host: str
    port: int
    pid: int

    def __str__(self) -> str:
        since = f"{datetime.fromtimestamp(self.since, UTC):%Y-%m-%d %H:%M:%S} UTC"
        return f"Segue on {self.host} (port {self.port}, pid {self.pid}), since {since}"


class Taken(Exception):
    """Another server answers the calls now."""


class Lookout:
    """Watches who holds the lease. All may raise `AMILost`. `sure`: the one who was seen last has counted since."""

    def __init__(self, ami: AMI, clock: Callable[[], float] = time.monotonic) -> None:
        self._ami, self._clock = ami, clock
        self._seen: Server | None = None
        self._changed = 0.0
        self.sure = False

    async def holder(self) -> Server | None:
        """None: nobody, or somebody who has gone."""
        found = parse(await self._get(VARIABLE))
        if found is None or is_gone(found.process) or not await self._is_linked(found):
            return None
        if found != self._seen:
            self.sure = self._seen is not None and self._seen.token == found.token
            self._seen, self._changed = found, self._clock()
        return found if self._clock() - self._changed < SILENT else None

    async def answering(self) -> Server | None:
        """The same, once it is sure."""
        while True:
            found = await self.holder()
            if found is None or self.sure:
                return found
            await asyncio.sleep(LOOK)

    async def _is_linked(self, server: Server) -> bool:
        """Whether it may have a link to Asterisk: of its account there is one more than ours, or we cannot tell."""
        sessions = await self._get(f"AMI_CLIENT({server.user},sessions)")
        return not sessions.isdigit() or int(sessions) > (server.user == self._ami.user)

    async def _get(self, variable: str) -> str:
        return (await self._ami.do("Getvar", Variable=variable)).get("Value", "")


class Lease(Lookout):
    """`port`: where this server serves."""

    def __init__(self, ami: AMI, port: int) -> None:
        super().__init__(ami)
        pid, name = os.getpid(), socket.gethostname()
        self._ours = Server(secrets.token_hex(8), 0, 0.0, ami.user, process_of(pid), name, port, pid)
        self._held = False

    async def take(self) -> Server | None:
        """Who holds it instead; None: we do."""
        other = await self.holder()
        if other is not None and other.token != self._ours.token:
            return other
        if not self._held:
            self._ours = replace(self._ours, since=time.time())
        await self._beat()
        self._held = True
        return None

    async def keep(self) -> NoReturn:
        """Count for ever. Raises `Taken`."""
        while True:
            await asyncio.sleep(BEAT)
            found = parse(await self._get(VARIABLE))
            if found is not None and found.token != self._ours.token:
                self._held = False
                raise Taken(str(found))
            await self._beat()

    def release(self) -> None:
        """We go: nobody has to find out."""
        if self._held:
            self._held = False
            self._ami.send("Setvar", Variable=VARIABLE, Value="")

    async def _beat(self) -> None:
        self._ours = replace(self._ours, beat=self._ours.beat + 1)
        await self._ami.do("Setvar", Variable=VARIABLE, Value=render(self._ours))


def render(server: Server) -> str:
    fields = (getattr(server, name) for name in Server.__slots__)
    return " ".join(quote(str(field), safe="") for field in fields)


def parse(text: str) -> Server | None:
    """None for what no server of ours has written."""
    fields = [unquote(field) for field in text.split(" ")]
    if len(fields) != len(Server.__slots__):
        return None
    token, beat, since, user, process, host, port, pid = fields
    try:
        return Server(token, int(beat), float(since), user, process, host, int(port), int(pid))
    except ValueError:
        return None


def process_of(pid: int) -> str:
    """What tells a process from all others, on whatever machine and in whatever container; nothing where the system
    does not say so. The last of its words is when it began, so a number that was given again is another process."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        state, *rest = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        return "" if state == "Z" else f"{boot} {(PROC / 'self/ns/pid').readlink()} {pid} {rest[18]}"
    except OSError:
        return ""


def is_gone(process: str) -> bool:
    """Whether it ran where we can see it, and does not any more."""
    words, ours = process.split(), process_of(os.getpid()).split()
    return bool(ours) and words[:2] == ours[:2] and process_of(int(words[2])) != process
