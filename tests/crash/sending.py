"""Messages that are owed while the process that sends them is killed: the real outbox, sender and Twilio library, in a
process of their own, against the stand-in of Twilio's REST API.

Time is moved, not waited for: whenever the sender is down, the clock of both goes on by more than a claim lasts.

python -m tests.crash.sending DATABASE REST SECONDS    # send until killed, on a clock that is so many seconds ahead
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from callbacks.outbox import Outbox
from context_bridge.contract import ContextStore
from context_bridge.live import open_bus
from context_bridge.records import OutboxRow
from context_bridge.statements import STUCK
from context_bridge.store import open_store
from ivr.channels.twilio_rest import Rest
from ivr.channels.twilio_sender import SETTLE, Pool, TwilioSender
from tests.servers import free_port
from tests.twilio.rest import Standing, application

ACCOUNT, TOKEN, OURS = "AC" + "d" * 32, "twilio-auth-token", "+15005550006"
AHEAD = STUCK + SETTLE + 1.0  # seconds: no claim and no doubt is younger
CUSTOMERS, TEXTS = 40, 5  # so few texts for one number that most are due several times
LOST = 0.03  # of the answers
PATIENCE = 600.0


@dataclass
class Seen:
    """How often each text was owed to, and was made for, each number; and what the stand-in objected to."""

    jobs: int
    kills: int
    sent: int
    duplicates: int
    missing: int
    looked_up: int
    wrong: list[str] = field(default_factory=list)


class Killer:
    """Kills the sender in the middle of its requests: before one is carried out and after, in turn. It also loses
    answers."""

    def __init__(self, standing: Standing, jobs: int, kills: int, dice: random.Random) -> None:
        self._standing, self._dice = standing, dice
        self._moments = [jobs * n // (kills + 1) for n in range(1, kills + 1)]
        self._lost = random.Random(dice.random())
        self.pid = self.kills = self.looked_up = 0
        standing.fault, standing.cut = self.before, self.after

    def before(self, _path: str, fields: Mapping[str, Any]) -> None:
        self.looked_up += "PageSize" in fields
        if self.kills % 2:
            self._kill()

    def after(self, _path: str, fields: Mapping[str, Any]) -> bool:
        if not self.kills % 2:
            self._kill()
        return "Body" in fields and self._lost.random() < LOST

    def _kill(self) -> None:
        if self.pid and self.kills < len(self._moments) and len(self._standing.messages) >= self._moments[self.kills]:
            self.kills += 1
            os.kill(self.pid, signal.SIGKILL)
            self.pid = 0


async def run(folder: Path, jobs: int, kills: int, dice: random.Random) -> Seen:
    """Owe `jobs` messages, and kill the sender until all are settled."""
    database = f"sqlite:///{folder}/owed.db"
    standing = Standing(ACCOUNT, TOKEN, at=f"http://127.0.0.1:{free_port()}")
    ahead = 0.0
    standing.clock = lambda: time.time() + ahead
    runner = web.AppRunner(application(standing), shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(standing.at.rpartition(":")[2])).start()
    store = await open_store(database)
    killer = Killer(standing, jobs, kills, dice)
    try:
        owed = await _owe(store, jobs, dice)
        async with asyncio.timeout(PATIENCE):
            while await _open(store, jobs):
                await _send_on(database, standing, killer, ahead)
                ahead += AHEAD
        sent = Counter((str(message["to"]), str(message["body"])) for message in standing.messages)
        wrong = [row.note for row in await store.outbox(jobs) if row.state != "sent"] + standing.violations
        return Seen(
            jobs, killer.kills, sent.total(), (sent - owed).total(), (owed - sent).total(), killer.looked_up, wrong
        )
    finally:
        await store.close()
        await runner.cleanup()


async def _owe(store: ContextStore, jobs: int, dice: random.Random) -> Counter[tuple[str, str]]:
    owed: Counter[tuple[str, str]] = Counter()
    for n in range(jobs):
        to, text = f"+1415555{dice.randrange(CUSTOMERS):04d}", f"Your order is at stop {dice.randrange(TEXTS)}."
        owed[to, text] += 1
        await store.messages.put_outbox(OutboxRow(f"job:{n}:0", "job", "sms", {"to": to, "text": text}, 0.0))
    return owed


async def _open(store: ContextStore, jobs: int) -> int:
    return sum(row.state in {"waiting", "sending"} for row in await store.outbox(jobs))


async def _send_on(database: str, standing: Standing, killer: Killer, ahead: float) -> None:
    """A life of the sender: until it is killed, or nothing is due any more."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.crash.sending", database, standing.at, str(ahead)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )
    killer.pid = process.pid
    assert process.stdout
    try:
        await process.stdout.readline()  # it has nothing to do, or it is dead
    finally:
        alive, killer.pid = killer.pid, 0
        if alive:
            process.kill()
        await process.wait()


async def _send(database: str, rest: str, ahead: float) -> None:
    store, bus = await open_store(database), open_bus("")
    async with Rest(ACCOUNT, ACCOUNT, TOKEN, rest) as api:
        clock = lambda: time.time() + ahead  # noqa: E731
        sender = TwilioSender(api, store, Pool((OURS,)), "https://segue.example", clock)
        outbox = Outbox(store, bus, sender, "https://segue.example", b"0123456789abcdef", clock)
        while await outbox.send_due():
            pass
    os.write(1, b"idle\n")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_send(sys.argv[1], sys.argv[2], float(sys.argv[3])))
