"""One chat visit: what its open pages are told, and when it counts as gone.

A visit lives in memory and may be lost at any time: all that matters is in the journey, and `chat_visits.py` makes a
new visit from that. It exists to tell pages what they did not ask for, and to answer a repeated request the same way.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Callable

from ivr.channels.chat_wire import Reply, render
from ivr.engine.actions import Action
from ivr.sse import ServerEvent

KEPT_EVENTS = 100  # for pages that reconnect; older ones are in the transcript
KEPT_ANSWERS = 50  # for requests that are repeated
LAGGING = 200  # events that a page may be behind before it is cut off; it reconnects and replays


class Visit:
    """A `Leg` of the driver. `gone` is called when no page was open for `grace` seconds."""

    def __init__(self, contact: str, grace: float, gone: Callable[[Visit], None]) -> None:
        self.contact = contact
        self.lock = asyncio.Lock()  # one turn at a time: a double click waits for the first one's answer
        self.ended = False
        self.answers: OrderedDict[str, Reply] = OrderedDict()
        self._grace, self._gone = grace, gone
        self._epoch = secrets.token_hex(4)
        self._count = 0
        self._events: deque[ServerEvent] = deque(maxlen=KEPT_EVENTS)
        self._pages: set[asyncio.Queue[ServerEvent | None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self.touch()

    # what the driver tells us

    async def moved(self) -> None:
        self._tell("moved", {})
        self.end()

    async def joined(self, agent: str) -> None:
        self._tell("joined", {"agent": agent})

    async def released(self, actions: tuple[Action, ...]) -> None:
        reply = render(actions)
        self._tell("turn", reply)
        if reply.ended:
            self.end()

    async def message(self, text: str, sender: str) -> None:
        self._tell("message", {"from": "agent", "sender": sender, "text": text})

    def _tell(self, kind: str, body: object) -> None:
        self._count += 1
        event = ServerEvent(kind, body, f"{self._epoch}-{self._count}")
        self._events.append(event)
        for page in list(self._pages):
            try:
                page.put_nowait(event)
            except asyncio.QueueFull:
                self._pages.discard(page)

    # what pages ask

    def keep(self, request: str, reply: Reply) -> Reply:
        """Remember the answer to a request, for when it comes again."""
        self.answers[request] = reply
        if len(self.answers) > KEPT_ANSWERS:
            self.answers.popitem(last=False)
        return reply

    @property
    def last(self) -> str:
        """The id of the newest event: what a page that loads now has seen."""
        return f"{self._epoch}-{self._count}"

    async def events(self, after: str | None) -> AsyncGenerator[ServerEvent]:
        """The events after `after`, then new ones until the visit ends; `reset` first when some are lost."""
        page: asyncio.Queue[ServerEvent | None] = asyncio.Queue(LAGGING)
        self._pages.add(page)  # before the replay, so that nothing falls between the two
        self.stop()
        try:
            for event in self._missed(after):
                yield event
            while page in self._pages or not page.empty():
                if self.ended and page.empty():
                    return
                coming = await page.get()
                if coming is None:
                    return
                yield coming
        finally:
            self._pages.discard(page)
            self.touch()

    def _missed(self, after: str | None) -> list[ServerEvent]:
        if after is None:
            return []
        epoch, _, number = after.partition("-")
        seen = int(number) if epoch == self._epoch and number.isdecimal() else -1
        if not self._count - len(self._events) <= seen <= self._count:
            return [ServerEvent("reset", {}, self.last)]
        missed = self._count - seen
        return list(self._events)[len(self._events) - missed :]

    # its end

    def touch(self) -> None:
        """Somebody is there, though maybe without a stream: the time until the visit counts as gone begins anew."""
        self.stop()
        if not self._pages:
            self._timer = asyncio.get_running_loop().call_later(self._grace, self._gone, self)

    def stop(self) -> None:
        """Nobody is waited for any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def end(self) -> None:
        """No more events: the pages' streams end after what they were told. The answers are kept until `gone`."""
        self.ended = True
        for page in list(self._pages):
            if page.full():
                self._pages.discard(page)
            else:
                page.put_nowait(None)
