"""One webhook is one turn: it is taken once, and answered with the same bytes however often it comes.

The document of a turn is saved with the turn in one transaction. Where two processes take the same turn, the revision
decides, and the loser reads what the winner has said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from context_bridge.contract import ContextStore
from context_bridge.records import AnswerRow
from ivr.channels.twilio_call import Call
from ivr.channels.twilio_documents import Documents
from ivr.channels.twilio_twiml import nothing, redirect
from ivr.driver import Answering, Driver
from ivr.engine.actions import Action, Hangup, Invoke, Say
from ivr.engine.events import Event
from ivr.engine.journey import Journey

PATIENCE = 8.0  # seconds that a webhook waits for a back office; Twilio gives up after 15

Actions = tuple[Action, ...]
Take = Callable[[Answering], Awaitable[Actions]]  # one turn, in which no back office is asked


class Turns:
    def __init__(self, driver: Driver, store: ContextStore, documents: Documents) -> None:
        self._driver, self._store, self._documents = driver, store, documents
        self._beginnings: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._under_way: dict[str, _Asking] = {}

    async def advance(self, call: Call, event: Event) -> bytes:
        """The turn of an event. Whoever asks at the same time comes after it, and finds that it was handled."""
        taken = await self._taken(call, lambda answering: self._driver.advance(event, answering=answering, ask=False))
        return await self._answered(call, taken)

    async def take(self, call: Call, turn: Take) -> bytes:
        """A turn that begins a call: each arrival is an event of its own, so a second one is told what the first
        was, or waits with it for the back office."""
        beginning = self._beginnings.setdefault(call.key, asyncio.Lock())
        is_second = beginning.locked()
        async with beginning:
            if is_second and (told := await self._store.answer(call.contact, *call.place)) is not None:
                return told.body.encode()
            taken = await self._taken(call, turn)
        return await self._answered(call, taken)

    async def _taken(self, call: Call, turn: Take) -> bytes | _Asking:
        """Take the turn: its answer, or the asking that it waits for."""
        if (asking := self._under_way.get(call.key)) is not None:
            return asking
        answer = _Answer(call, self._documents, self._driver.now)
        actions = await turn(answer)
        if not isinstance(wait := actions[-1], Invoke):
            return await self._told(call, actions, answer)
        if (asking := self._under_way.get(call.key)) is not None:  # somebody asked at the same time
            return asking
        answer.unsaid += (action for action in actions if isinstance(action, Say))
        return self._begun(call, answer, wait)

    async def _answered(self, call: Call, taken: bytes | _Asking) -> bytes:
        """A back office may be slow, and then the caller hears why."""
        return taken if isinstance(taken, bytes) else await self._patiently(call, taken, lambda: taken.said)

    async def again(self, call: Call) -> bytes:
        """The answer to a turn, which took long; or the question that is open. A back office that is still being asked,
        by another process or by one that is gone, is asked here."""
        if (asking := self._under_way.get(call.key)) is None:
            last = await self._store.last_answer(call.contact)
            if last is not None and last.epoch != call.epoch:  # led elsewhere since, or two leads that changed places
                return redirect(f"/twilio/again/{last.epoch}.{last.turn}")
            if (told := await self._store.answer(call.contact, *call.place)) is not None:
                return told.body.encode()
            answer = _Answer(call, self._documents, self._driver.now)
            asking = self._under_way.get(call.key) or self._begun(call, answer)
        before = len(asking.said)
        return await self._patiently(call, asking, lambda: asking.said[before:])

    def _begun(self, call: Call, answer: _Answer, wait: Invoke | None = None) -> _Asking:
        asking = _Asking(asyncio.create_task(self._asked(call, answer, wait)), answer.unsaid)
        asking.task.add_done_callback(lambda _task: self._under_way.pop(call.key, None))
        self._under_way[call.key] = asking
        return asking

    async def _asked(self, call: Call, answer: _Answer, wait: Invoke | None) -> bytes:
        """The answer, when the back office has given its own."""

        async def filler(words: tuple[Say, ...]) -> None:
            answer.unsaid.extend(words)

        found = await self._driver.current(call.contact, filler, answer, wait)
        return await self._told(call, found[1] if found else (Hangup("moved"),), answer)

    async def _told(self, call: Call, actions: Actions, answer: _Answer) -> bytes:
        """What the turn is answered, by whoever took it; else its actions are the wait that is open, once more."""
        if answer.row is not None:
            return answer.row.body.encode()
        if (told := await self._store.answer(call.contact, *call.place)) is not None:
            return told.body.encode()
        if actions == (Hangup("moved"),):
            return await self._too_late(call)
        await self._documents.prepare(actions)
        return self._documents.turn(actions, call.epoch, form=call.form)

    async def _patiently(self, call: Call, asking: _Asking, heard: Callable[[], list[Say]]) -> bytes:
        """The turn's answer; or, where that takes too long, what is `heard` meanwhile and the way back here."""
        done, _ = await asyncio.wait({asking.task}, timeout=PATIENCE)
        if done:
            return asking.task.result()
        asking.tell()
        says = tuple(heard())
        await self._documents.prepare(says)
        return redirect(f"/twilio/again/{call.epoch}.{call.turn}", says, self._documents.ways(""))

    async def _too_late(self, call: Call) -> bytes:
        """Something came for a contact that is over, or that goes on elsewhere: noted, and nothing is done."""
        if (last := await self._store.last_answer(call.contact)) is None:
            return nothing()
        await self._driver.note(last.journey, call.contact, "Late")
        journey = await self._store.load(last.journey)
        if journey is None or journey.contact is None:
            return nothing()
        return self._documents.moved((await self._driver.flow(journey)).language)


@dataclass(slots=True)
class _Asking:
    """A turn that waits for back offices. `unsaid`: what is to be heard meanwhile; it comes before the answer, unless a
    document has told it (`said`) to a caller who waits: all who ask at once are told the same."""

    task: asyncio.Task[bytes]
    unsaid: list[Say]
    said: list[Say] = field(default_factory=list)

    def tell(self) -> None:
        self.said += self.unsaid
        self.unsaid.clear()


class _Answer:
    """Makes the document of a turn, and knows whether it was saved. `unsaid`: what was to be heard while a back office
    is asked, and was not, since it was quick."""

    def __init__(self, call: Call, documents: Documents, now: Callable[[], float]) -> None:
        self._call, self._documents, self._now = call, documents, now
        self._made: AnswerRow | None = None
        self.unsaid: list[Say] = []
        self.row: AnswerRow | None = None

    async def make(self, journey: Journey, actions: Actions) -> AnswerRow:
        actions = (*self.unsaid, *actions)
        await self._documents.prepare(actions)
        body = self._documents.turn(actions, self._call.epoch, form=self._call.form).decode()
        self._made = AnswerRow(self._call.contact, *self._call.place, journey.id, body, self._now())
        return self._made

    def saved(self) -> None:
        self.row = self._made
