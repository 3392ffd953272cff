"""One webhook is one turn: it is taken once, and answered with the same bytes however often it comes.

The document of a turn is saved with the turn in one transaction. Where two processes take the same turn, the revision
decides, and the loser reads what the winner has said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from context_bridge.records import AnswerRow, ContextStore
from ivr.channels.twilio_call import Call
from ivr.channels.twilio_documents import Documents
from ivr.channels.twilio_twiml import nothing, redirect
from ivr.driver import Answering, Driver, Saying
from ivr.engine.actions import Action, Hangup, Say
from ivr.engine.journey import Journey

PATIENCE = 8.0  # seconds that a webhook waits for a back office; Twilio gives up after 15

Actions = tuple[Action, ...]
Take = Callable[[Saying, Answering], Awaitable[Actions]]


class Turns:
    def __init__(self, driver: Driver, store: ContextStore, documents: Documents) -> None:
        self._driver, self._store, self._documents = driver, store, documents
        self._under_way: dict[str, _Taking] = {}

    async def take(self, call: Call, turn: Take) -> bytes:
        """Take the turn, patiently: a back office may be slow, and then the caller hears why."""
        taking = self._under_way.get(call.key) or self._begun(call, turn)
        return await self._patiently(call, taking, lambda: taking.said)

    async def again(self, call: Call) -> bytes:
        """The answer to a turn, which took long; or the question that is open. A back office that is still being asked,
        by another process or by one that is gone, is asked here."""
        if (taking := self._under_way.get(call.key)) is None:
            last = await self._store.last_answer(call.contact)
            if last is not None and last.epoch != call.epoch:  # led elsewhere since, or two leads that changed places
                return redirect(f"/twilio/again/{last.epoch}.{last.turn}")
            if (told := await self._store.answer(call.contact, *call.place)) is not None:
                return told.body.encode()
            taking = self._under_way.get(call.key) or self._begun(call, self._asking_on(call))
        before = len(taking.said)
        return await self._patiently(call, taking, lambda: taking.said[before:])

    def _begun(self, call: Call, turn: Take) -> _Taking:
        taking = _Taking()
        taking.task = asyncio.create_task(self._taken(call, turn, taking.unsaid))
        taking.task.add_done_callback(lambda _task: self._under_way.pop(call.key, None))
        self._under_way[call.key] = taking
        return taking

    def _asking_on(self, call: Call) -> Take:
        async def turn(say: Saying, answering: Answering) -> Actions:
            found = await self._driver.current(call.contact, say, answering)
            return found[1] if found else (Hangup("moved"),)

        return turn

    async def _taken(self, call: Call, turn: Take, says: list[Say]) -> bytes:
        answer = _Answer(call, self._documents, self._driver.now, says)

        async def filler(words: tuple[Say, ...]) -> None:
            says.extend(words)

        actions = await turn(filler, answer)
        if answer.row is not None:
            return answer.row.body.encode()
        if (told := await self._store.answer(call.contact, *call.place)) is not None:
            return told.body.encode()
        if actions == (Hangup("moved"),):
            return await self._too_late(call)
        return await self._question(call)

    async def _patiently(self, call: Call, taking: _Taking, heard: Callable[[], list[Say]]) -> bytes:
        """The turn's answer; or, where that takes too long, what is `heard` meanwhile and the way back here."""
        done, _ = await asyncio.wait({taking.task}, timeout=PATIENCE)
        if done:
            return taking.task.result()
        taking.tell()
        says = tuple(heard())
        await self._documents.prepare(says)
        return redirect(f"/twilio/again/{call.epoch}.{call.turn}", says, self._documents.ways(""))

    async def _question(self, call: Call) -> bytes:
        """The wait that is open, once more."""
        found = await self._driver.current(call.contact)
        if found is None:
            return nothing()
        await self._documents.prepare(found[1])
        return self._documents.turn(found[1], call.epoch)

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
class _Taking:
    """A turn that is being taken. `unsaid`: what is to be heard while a back office is asked; it comes before the
    answer, unless a document has told it (`said`) to a caller who waits: all who ask at once are told the same."""

    unsaid: list[Say] = field(default_factory=list)
    said: list[Say] = field(default_factory=list)
    task: asyncio.Task[bytes] = field(init=False)

    def tell(self) -> None:
        self.said += self.unsaid
        self.unsaid.clear()


class _Answer:
    """Makes the document of a turn, and knows whether it was saved. `unsaid`: what was to be heard while a back office
    is asked, and was not, since it was quick."""

    def __init__(self, call: Call, documents: Documents, now: Callable[[], float], unsaid: list[Say]) -> None:
        self._call, self._documents, self._now, self._unsaid = call, documents, now, unsaid
        self._made: AnswerRow | None = None
        self.row: AnswerRow | None = None

    async def make(self, journey: Journey, actions: Actions) -> AnswerRow:
        actions = (*self._unsaid, *actions)
        await self._documents.prepare(actions)
        body = self._documents.turn(actions, self._call.epoch).decode()
        self._made = AnswerRow(self._call.contact, *self._call.place, journey.id, body, self._now())
        return self._made

    def saved(self) -> None:
        self.row = self._made
