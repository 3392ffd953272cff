"""One webhook is one turn: it is taken once, and answered with the same bytes however often it comes.

The document of a turn is saved with the turn in one transaction. Where two processes take the same turn, the revision
decides, and the loser reads what the winner has said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from context_bridge.records import AnswerRow, ContextStore
from ivr.channels.twilio_call import Call
from ivr.channels.twilio_documents import Documents
from ivr.channels.twilio_twiml import nothing, redirect
from ivr.driver import Answering, Driver, Saying
from ivr.engine.actions import Action, Hangup, Say
from ivr.engine.journey import Journey

PATIENCE = 8.0  # seconds that a webhook waits for a back office; Twilio gives up after 15

Actions = tuple[Action, ...]
Taking = Callable[[Saying, Answering], Awaitable[Actions]]


class Turns:
    def __init__(self, driver: Driver, store: ContextStore, documents: Documents) -> None:
        self._driver, self._store, self._documents = driver, store, documents
        self._under_way: dict[str, asyncio.Task[bytes]] = {}

    async def take(self, call: Call, turn: Taking) -> bytes:
        """Take the turn, patiently: a back office may be slow, and then the caller hears why."""
        says: list[Say] = []
        task = self._under_way.get(call.key)
        if task is None:
            task = asyncio.create_task(self._taken(call, turn, says))
            self._under_way[call.key] = task
            task.add_done_callback(lambda _task: self._under_way.pop(call.key, None))
        return await self._patiently(call, task, says)

    async def again(self, call: Call) -> bytes:
        """The answer to a turn, which took long; or the question that is open."""
        if (task := self._under_way.get(call.key)) is not None:
            return await self._patiently(call, task, [])
        last = await self._store.last_answer(call.contact)
        if last is not None and last.epoch > call.epoch:  # led elsewhere since, or two leads that changed places
            return redirect(f"/twilio/again/{last.epoch}.{last.turn}")
        if (told := await self._store.answer(call.contact, *call.place)) is not None:
            return told.body.encode()
        return await self._question(call)

    async def _taken(self, call: Call, turn: Taking, says: list[Say]) -> bytes:
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

    async def _patiently(self, call: Call, task: asyncio.Task[bytes], says: list[Say]) -> bytes:
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        if done:
            return task.result()
        heard, says[:] = tuple(says), []
        await self._documents.prepare(heard)
        return redirect(f"/twilio/again/{call.epoch}.{call.turn}", heard, self._documents.ways(""))

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
