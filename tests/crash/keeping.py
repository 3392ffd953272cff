"""Recordings that are kept by processes which are killed: before each line that they come to, one line at a time. The
next process does it again, and what both have left is looked at.

python -m tests.crash.keeping asterisk FOLDER        # what a caller has spoken into Asterisk's file, told to a journey
python -m tests.crash.keeping twilio FOLDER REST     # what is owed in the outbox, fetched from the stand-in at REST

Prints, as JSON, what was left behind for each line that somebody was killed at.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, cast

import asterisk.ending
import asterisk.message
import callbacks.outbox
import ivr.channels.twilio_recordings
import ivr.recordings
from asterisk.ending import tell_messages
from callbacks.outbox import Outbox
from context_bridge.live import open_bus
from context_bridge.records import OutboxRow
from context_bridge.statements import STUCK
from context_bridge.store import open_store
from ivr.channels.twilio_recordings import Fetcher
from ivr.channels.twilio_rest import Rest
from ivr.driver import Driver
from ivr.engine.events import Event, Recorded
from ivr.recordings import Recordings
from recognition import audio
from tests.twilio.rest import wav

ACCOUNT, TOKEN = "AC" + "d" * 32, "twilio-auth-token"
CONTACT = "ast-1700000000.1"
WATCHED = (asterisk.ending, asterisk.message, callbacks.outbox, ivr.channels.twilio_recordings, ivr.recordings, audio)
IDLE = {"__init__", "send_due", "_send_all", "_text", "_allowed"}  # where nothing is kept yet
FILES = frozenset(str(module.__file__) for module in WATCHED)

Work = Callable[[float], None]  # its argument: how many seconds the clock is ahead


@dataclass(frozen=True)
class Left:
    """`recordings` are the ids of the files, `known` those that the journey has or the outbox is done with, `others`
    whatever else is in the folder. `killed_at`: file and line; empty for who came to the end."""

    killed_at: str
    recordings: list[str]
    known: list[str]
    others: list[str]


class Teller(Driver):
    """Keeps what it is told in a file, in the way of the engine: what comes for a turn that is over changes nothing."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def new_event_id(self) -> str:
        return os.urandom(4).hex()

    def now(self) -> float:
        return time.time()

    async def advance(self, event: Event, *_: Any, **__: Any) -> tuple[()]:
        assert isinstance(event, Recorded)
        if not self._file.exists():
            part = self._file.with_suffix(".part")
            part.write_text(event.recording)
            part.replace(self._file)
        return ()


class Asterisk:
    """Callers have spoken into files of Asterisk's, of which journeys are told."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._journey = folder / "recordings", folder / "journey"
        self._recordings = Recordings(self.folder)
        self._told = Teller(self._journey)

    def begin(self, number: int) -> None:
        self._recordings.prepare()
        self._recordings.place(f"{CONTACT}-{number}.wav").write_bytes(wav(2.0))
        self._journey.unlink(missing_ok=True)

    def work(self, _: float) -> None:
        asyncio.run(tell_messages(self._told, self._recordings, CONTACT))

    def known(self) -> list[str]:
        return [self._journey.read_text()] if self._journey.exists() else []


class Twilio:
    """Callers have spoken at Twilio; to fetch that is owed in the outbox."""

    def __init__(self, folder: Path, rest: str) -> None:
        folder.mkdir()
        self.folder, self._rest, self._database = folder / "recordings", rest, f"sqlite:///{folder}/owed"
        self._key = ""

    def begin(self, number: int) -> None:
        self._key = f"recording:RE{number:032x}"
        asyncio.run(self._owe())

    def work(self, ahead: float) -> None:
        asyncio.run(self._fetch(ahead))

    def known(self) -> list[str]:
        return asyncio.run(self._settled())

    async def _owe(self) -> None:
        store = await open_store(self._database)
        await store.messages.put_outbox(OutboxRow(self._key, "", "recording", {}, 0.0))
        await store.close()

    async def _fetch(self, ahead: float) -> None:
        store, bus = await open_store(self._database), open_bus("")
        async with Rest(ACCOUNT, ACCOUNT, TOKEN, self._rest) as api:
            fetcher = Fetcher(api, Recordings(self.folder), keeps=False)
            clock = lambda: time.time() + ahead  # noqa: E731
            await Outbox(store, bus, fetcher, "https://segue.example", b"0123456789abcdef", clock).send_due()
        await store.close()

    async def _settled(self) -> list[str]:
        store = await open_store(self._database)
        row = await store.messages.outbox_row(self._key)
        await store.close()
        return [self._key.removeprefix("recording:RE")] if row and row.state == "sent" else []


def killed_at_each_line(site: Asterisk | Twilio) -> Iterator[Left]:
    """Does its work as often as it takes to be killed at each of the lines, and once more."""
    for number in itertools.count(1):
        site.begin(number)
        where = _in_a_process(lambda number=number: _killing_at(number, site.work), killed=True)  # type: ignore[misc]
        _in_a_process(lambda: site.work(STUCK + 1.0), killed=False)
        yield look(where, site)
        if not where:
            return


def _in_a_process(work: Callable[[], None], *, killed: bool) -> str:
    """What it said before it was killed; empty when it came to its end."""
    ours, theirs = os.pipe()
    if not (pid := os.fork()):
        os.dup2(theirs, 9)
        _do(work)
    os.close(theirs)
    with os.fdopen(ours) as said:
        where = said.read()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status in ({0, -signal.SIGKILL} if killed else {0}), f"{status} at {where}"
    return where


def _do(work: Callable[[], None]) -> NoReturn:
    try:
        work()
    except BaseException:
        sys.excepthook(*cast("Any", sys.exc_info()))
        os._exit(1)
    os._exit(0)


def _killing_at(number: int, work: Work) -> None:
    """Die at the `number`th line of our modules that is new."""
    seen: set[tuple[str, int]] = set()

    def line(frame: FrameType, event: str, _: Any) -> Any:
        place = (frame.f_code.co_filename, frame.f_lineno)
        if place[0] not in FILES or frame.f_code.co_name in IDLE:
            return None
        if event == "line" and place not in seen:
            seen.add(place)
            if len(seen) == number:
                os.write(9, f"{Path(place[0]).name}:{place[1]}".encode())
                os.kill(os.getpid(), signal.SIGKILL)
        return line

    threading.settrace(line)
    sys.settrace(line)
    work(0.0)


def look(killed_at: str, site: Asterisk | Twilio) -> Left:
    """What is left, which is removed then."""
    files = sorted(path.name for path in site.folder.iterdir())
    shutil.rmtree(site.folder)
    recordings = [name.removesuffix(".wav") for name in files if not name.startswith(".")]
    return Left(killed_at, recordings, site.known(), [name for name in files if name.startswith(".")])


def main(whose: str, folder: str, *rest: str) -> None:
    site = Twilio(Path(folder), *rest) if whose == "twilio" else Asterisk(Path(folder))
    sys.stdout.write(json.dumps([asdict(left) for left in killed_at_each_line(site)]))


if __name__ == "__main__":
    main(*sys.argv[1:])
