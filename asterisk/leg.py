"""One call leg under AsyncAGI: what we can make Asterisk do with it. No decisions here.

Commands are queued in Asterisk and looked at whenever a frame of the leg comes in. Ending the Read that runs wakes it
up at once, so the next prompt is queued first and heard about a millisecond after the end. Two ways to end it:

- a stop (AMI ControlPlayback) works at once, but while a prompt plays it only ends the prompt;
- an END key works always, but Asterisk holds it back until 45 ms after the key before (AST_MIN_DTMF_GAP).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import Literal

from asterisk.ami import AMI, Event
from asterisk.signals import END, Finished, HungUp, LinkLost, Signal, TakenBack

AWAY = 20  # seconds of the dead man's switch where the dialplan names none
READ = 60.0  # seconds a Read waits for each key, on its own when the server is away
STOP = "\u8000"  # its UTF-8 begins with E8, the low byte of AST_CONTROL_STREAM_STOP (1000), as app_read looks at it
INSIST = 0.3  # seconds after which a stop that has not ended its Read is followed by an END
KEYS = 60  # keys one Read takes
UNPLAYABLE = set(',&|"\\\r\n')  # they separate what is within an application's arguments
SENT = "CHANNEL(rtcp,txcount)"
# With us; with the dead man's switch, in patience; in a queue or a Dial; between two steps of the dialplan.
Hands = Literal["ours", "patient", "person", "moving"]
COMMANDS = ("AGI", "Read", "Playback", "Record")  # what runs on a leg in our hands
PEEK = 0.1  # seconds; a prompt sends a packet each 20 ms, a waiting Read none


class Leg:
    """`channel` is Asterisk's name of it, `contact` ours. `away`: the seconds that the dead man's switch waits for us.
    Signals arrive in `inbox`."""

    def __init__(self, ami: AMI, channel: str, unique_id: str, away: int = AWAY) -> None:
        self._ami, self._away = ami, away
        self.channel = channel
        self.contact = contact_of(unique_id)
        self.inbox: asyncio.Queue[Signal] = asyncio.Queue()
        self._stopping: set[str] = set()  # Reads that were told to stop and have not finished

    def read(self, name: str, prompt: Path | None = None, wait: float = READ) -> None:
        """Queue a Read: play `prompt` until the first key, take keys into the variable `SEGUE_<name>` until END, or
        until no key came for `wait` seconds. Comes back as `Finished(name)`."""
        self._command(name, f'EXEC Read "SEGUE_{name},{sound(prompt)},{KEYS},t({END}{STOP}),1,{wait:g}"')

    def play(self, name: str, prompt: Path) -> None:
        """Queue a prompt that no key stops. Comes back as `Finished(name)`."""
        self._command(name, f'EXEC Playback "{sound(prompt)}"')

    def record(self, name: str, file: Path, silence: float, longest: float, *, beep: bool) -> None:
        """Queue a recording: ended by #, by `silence`, by `longest`, or by the end of the leg, which keeps it (k). The
        closing silence is left in (u): where speech ended is for us to say. Comes back as `Finished(name)`."""
        options = f"ku{'' if beep else 'q'}"
        self._command(name, f'EXEC Record "{sound(file)}.wav,{ceil(silence)},{ceil(longest)},{options}"')

    def fence(self, name: str) -> None:
        """Queue nothing. Comes back as `Finished(name)` when all that was queued before is over."""
        self._command(name, "NOOP")

    def end_read(self) -> None:
        """End the Read that runs, whatever it does; what is queued behind it begins."""
        self._ami.send("PlayDTMF", Channel=self.channel, Digit=END, Receive="true")

    def stop_read(self, name: str) -> None:
        """The same, at once, for a Read whose prompt is over."""
        self._stopping.add(name)
        self._ami.send("ControlPlayback", Channel=self.channel, Control="stop")
        asyncio.get_running_loop().call_later(INSIST, self._insist, name)

    def hush(self) -> None:
        """End the prompt of the Read that runs, which goes on. Only while one plays: else it ends the Read."""
        self._ami.send("ControlPlayback", Channel=self.channel, Control="stop")

    def _insist(self, name: str) -> None:
        if name in self._stopping:
            self._stopping.discard(name)
            self.end_read()

    def receive(self, signal: Signal) -> None:
        if isinstance(signal, Finished):
            self._stopping.discard(signal.command)
        elif isinstance(signal, TakenBack | HungUp | LinkLost):
            self._stopping.clear()
        self.inbox.put_nowait(signal)

    def renew(self) -> None:
        """Tell the dead man's switch that we live. Only for a leg in our hands: it would end a talk as well."""
        self.set("TIMEOUT(absolute)", self._away)

    def set(self, variable: str, value: object) -> asyncio.Future[Event]:
        return self._ami.send("Setvar", Channel=self.channel, Variable=variable, Value=value)

    async def get(self, variable: str) -> str:
        """A variable or a function of the leg; empty when it is not set."""
        return (await self._ami.do("Getvar", Channel=self.channel, Variable=variable)).get("Value", "")

    async def running(self) -> tuple[str, str]:
        """The application that runs now and its arguments."""
        return await self.get("CHANNEL(appname)"), await self.get("CHANNEL(appdata)")

    def count(self, then: Callable[[int], None]) -> None:
        """Give the number of packets sent to the caller so far to `then`, soon."""

        def got(future: asyncio.Future[Event]) -> None:
            if not future.cancelled() and future.exception() is None:
                then(_number(future.result().get("Value", "")))

        self._ami.send("Getvar", Channel=self.channel, Variable=SENT).add_done_callback(got)

    async def sent(self) -> int:
        """The number of packets sent to the caller so far: 50 for each second of sound, none in silence."""
        return _number(await self.get(SENT))

    async def whose(self) -> Hands:
        """In whose hands it is."""
        application, arguments = await self.running()
        if application == "Read" and arguments.startswith("SEGUE_MORE"):
            return "patient"
        return "ours" if application in COMMANDS else "person" if application in ("Queue", "Dial") else "moving"

    async def is_playing(self) -> bool:
        """Whether the caller hears something: we look twice at the number of packets sent."""
        before = await self.sent()
        await asyncio.sleep(PEEK)
        return before != await self.sent()

    async def redirect(self, context: str, extension: str) -> None:
        await self._ami.do("Redirect", Channel=self.channel, Context=context, Exten=extension, Priority=1)

    async def hang_up(self) -> None:
        await self._ami.do("Hangup", Channel=self.channel, Cause=16)  # normal clearing; AGI's HANGUP would leave 0

    async def has_queue(self, queue: str) -> bool:
        rows = await self._ami.rows("QueueStatus", Queue=queue)
        return any(row["Event"] == "QueueParams" and row["Queue"] == queue for row in rows)

    def _command(self, name: str, command: str) -> None:
        self._ami.send("AGI", Channel=self.channel, Command=command, CommandID=f"{self.contact}:{name}")


def _number(text: str) -> int:
    return int(text) if text.isdigit() else -1


def contact_of(unique_id: str) -> str:
    """The same for the same call, however often we restart."""
    return f"ast-{unique_id}"


def sound(prompt: Path | None) -> str:
    """As Asterisk names a sound: without its extension. Raises `ValueError` for a path that it could not take."""
    if prompt is None:
        return ""
    name = str(prompt.with_suffix(""))
    if found := UNPLAYABLE & set(name):
        raise ValueError(
            f"Asterisk cannot play from a folder with {sorted(found)} in its name: set IVR_ASTERISK_SOUNDS"
        )
    return name
