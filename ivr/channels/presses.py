"""Keys on their way from a page to an answer: none lost and none twice, across lost sockets and a restart of ours.

The page numbers its keys and keeps each until we acknowledge it; we do so when the turn that used it is saved. The
number of an answer's last key is in its event's id, so that after a restart the journey itself says what was used.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Container, Coroutine, Iterable
from typing import Any

from ivr.channels import webphone_wire as wire
from ivr.channels.line import Line
from ivr.engine.actions import Collect
from recognition.keys import LIMIT, Answer, KeyPad


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
    """The keys of one call, in the line's time."""

    def __init__(self, line: Line) -> None:
        self._line, self._pad = line, KeyPad()
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
        """The line is back: its time goes on."""
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
    ) -> Answer:
        """The answer to `wait`. Its prompt is begun by `play`, unless keys are there already, and ended by `hush` as
        soon as one comes."""
        for _ in range(len(self._inbox)):
            self._pad.press(self._next(), self._line.now())
        found = self._pad.begin(wait.keys, wait.timeout, wait.interdigit, prompt_ends, self._line.now())
        if not self._pad.barged:
            play()
        while found is None:
            if self._pad.barged:
                await hush()
            pressed = await self._pressed()
            found = self._pad.press(self._next(), self._line.now()) if pressed else self._pad.tick(self._line.now())
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

    def settle(self) -> int:
        """The answer's turn is saved. Returns what to acknowledge."""
        while len(self._in_pad) > len(self._pad.typed):
            self.used = self._in_pad.popleft()
        return self.used

    def _next(self) -> str:
        seq, key = self._inbox.popleft()
        self._in_pad.append(seq)
        return key

    async def _pressed(self) -> bool:
        """True: a key is in the inbox. False: the pad's deadline has come."""
        while not self._inbox:
            rest = None if self._pad.deadline is None else self._pad.deadline - self._line.now()
            if rest is not None and rest <= 0:
                return False
            self._woken.clear()
            try:
                async with asyncio.timeout(rest if self._line.there else None):
                    await self._woken.wait()
            except TimeoutError:
                continue
        return True
