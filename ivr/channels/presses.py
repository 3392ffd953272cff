"""Keys on their way from a page to an answer: none lost and none twice, across lost sockets and a restart of ours.
And words, which are another way to answer: keys go before them.

The page numbers its keys and keeps each until we acknowledge it; we do so when the turn that used it is saved. The
number of an answer's last key is in its event's id, so that after a restart the journey itself says what was used.
What was said is not sent again: the question is put once more.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Container, Coroutine, Iterable
from typing import Any, Literal

from ivr.channels import webphone_wire as wire
from ivr.channels.line import Line
from ivr.engine.actions import Collect
from recognition.hearing import Hearing
from recognition.keys import LIMIT, Answer, KeyPad
from recognition.listen import Deaf, Heard, Listener, Partial, SpeechStarted, Told


def event_id(contact: str, seq: int) -> str:
    """Of the answer that ended with key `seq`."""
    return f"{contact}.{seq}"


def last_used(contact: str, seen: Iterable[str]) -> int:
    """The number of the last key that an answer used, from the ids of the journey's events; 0: none."""
    numbers = (seen_id.removeprefix(f"{contact}.") for seen_id in seen if seen_id.startswith(f"{contact}."))
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def choices(wait: Collect) -> tuple[wire.Choice, ...]:
    """What one key answers; an option of the question goes before one that is always there."""
    found = {option.key: option.label for option in (*wait.always, *wait.options) if option.key and option.label}
    return tuple(
        wire.Choice(key, label) for key, label in sorted(found.items(), key=lambda item: (item[0] == "0", item[0]))
    )


class Presses:
    """The keys of one call, and its `hearing`, in the line's time."""

    def __init__(self, line: Line, listener: Listener | None) -> None:
        self._line, self._pad = line, KeyPad()
        self.hearing = Hearing(listener, wire.RATE, line.now, self.wake, line.captions)
        self._inbox: deque[tuple[int, str]] = deque()  # not given to the pad yet
        self._in_pad: deque[int] = deque()  # numbers of the keys in the pad, or in an answer that is not settled
        self._woken = asyncio.Event()
        self.taken = self.used = 0

    def take(self, seq: int, key: str) -> bool:
        """A key from the page; one that was sent again changes nothing. False: too many wait already."""
        if seq <= self.taken:
            return True
        self.taken = seq
        if len(self._inbox) + len(self._in_pad) >= LIMIT:
            return False
        self._inbox.append((seq, key))
        self._woken.set()
        return True

    def wake(self) -> None:
        """The line is back and its time goes on, or something was heard."""
        self._woken.set()

    def resume(self, used: int) -> None:
        """Keys up to `used` were answers before our restart."""
        self.used, self.taken = used, max(used, self.taken)
        self._inbox = deque((seq, key) for seq, key in self._inbox if seq > used)

    def forget(self) -> None:
        """What was typed was meant for nobody."""
        self._pad.clear()
        self._inbox.clear()
        self._in_pad.clear()
        self.used = self.taken

    async def answer(
        self, wait: Collect, prompt_ends: float, play: Callable[[], None], hush: Callable[[], Awaitable[None]]
    ) -> Answer | Heard | Deaf:
        """The answer to `wait`. Its prompt is begun by `play`, unless keys are there already, and ended by `hush` as
        soon as one comes or somebody speaks. A key ends the turn of speech."""
        for _ in range(len(self._inbox)):
            self._pad.press(self._next(), self._line.now())
        found: Answer | Heard | Deaf | None
        found = self._pad.begin(wait.keys, wait.timeout, wait.interdigit, prompt_ends, self._line.now())
        if not self._pad.barged:
            self.hearing.begin(wait)
            play()
        try:
            while found is None:
                if self._pad.barged:
                    self.hearing.end()
                    await hush()
                found = await self._listen(hush)
        finally:
            self.hearing.end()
            self._pad.end()
        if self._pad.barged:
            await hush()
        return found

    async def one_of(self, keys: Container[str]) -> int:
        """Wait for one of these; its number. Others mean nothing here and are used up."""
        while True:
            while self._inbox:
                self.used, key = self._inbox.popleft()
                if key in keys:
                    return self.used
            self._woken.clear()
            await self._woken.wait()

    async def unless_one_of(self, keys: Container[str], work: Coroutine[Any, Any, None]) -> int | None:
        """Let `work` be done until one of these is pressed; its number then."""
        key, working = asyncio.create_task(self.one_of(keys)), asyncio.create_task(work)
        try:
            await asyncio.wait({key, working}, return_when=asyncio.FIRST_COMPLETED)
            if key.done():
                return key.result()
            working.result()  # an error of it is ours
            return None
        finally:
            for task in {key, working}:
                task.cancel()
            await asyncio.gather(key, working, return_exceptions=True)

    def last_of_answer(self) -> int:
        """The number of the last key of the answer just given."""
        return self._in_pad[len(self._in_pad) - len(self._pad.typed) - 1]

    def settle(self) -> None:
        """The answer's turn is saved: its keys are used."""
        while len(self._in_pad) > len(self._pad.typed):
            self.used = self._in_pad.popleft()

    def _next(self) -> str:
        seq, key = self._inbox.popleft()
        self._in_pad.append(seq)
        return key

    async def _listen(self, hush: Callable[[], Awaitable[None]]) -> Answer | Heard | Deaf | None:
        """One thing more that happens; the answer, when it makes one."""
        match await self._happened():
            case "key":
                return self._pad.press(self._next(), self._line.now())
            case "time":
                return self._pad.tick(self._line.now())
            case Heard() | Deaf() as found:
                return found
            case SpeechStarted():
                await hush()
                await self._line.send(wire.Hearing(text=""))
            case Partial(text):
                await self._line.send(wire.Hearing(text=text))
        return None

    async def _happened(self) -> Literal["key", "time"] | Told:
        """What comes first: a key in the inbox, something told by the ear, or the pad's deadline, which waits while
        somebody speaks."""
        while True:
            if self._inbox:
                return "key"
            if (told := self.hearing.told()) is not None:
                return told
            deadline = self.hearing.deadline or self._pad.deadline
            rest = None if deadline is None else deadline - self._line.now()
            if rest is not None and rest <= 0:
                if self.hearing.deadline is None:
                    return "time"
                self.hearing.tick()
            else:
                await self._wake_within(rest if self._line.there else None)

    async def _wake_within(self, seconds: float | None) -> None:
        self._woken.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
