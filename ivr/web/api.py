"""The JSON API of the desk: what waits, what happened, and the three things an agent does to a contact."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from callbacks.outbox import ERRANDS, delivery_of
from context_bridge.contract import ContextStore
from context_bridge.records import OutboxRow
from ivr.driver import Driver
from ivr.engine.events import Passed
from ivr.engine.journey import Status
from ivr.http import Described, Handler, Problem, Route, answer, read
from ivr.web import schema

RECENT = 50  # journeys and messages in a list
IN_HAND: tuple[Status, ...] = ("queued", "with_agent")


class Api(Described):
    """`words`: a message as the customer gets it, with its link."""

    def __init__(self, driver: Driver, store: ContextStore, words: Callable[[OutboxRow], str]) -> None:
        self._driver, self._store, self._words = driver, store, words

    def table(self) -> list[Route]:
        one = "/api/contacts/{contact}"
        return [
            _get(
                "/api/queue",
                self.queue,
                "Contacts that wait for a person or talk to one, oldest first",
                list[schema.Pop],
            ),
            _get("/api/journeys", self.journeys, "The newest journeys", list[schema.JourneyLine]),
            Route(
                method="GET",
                path="/api/journeys/{journey}",
                handler=self.journey,
                summary="A journey as an agent sees it, and each of its turns",
                answer=schema.JourneyPage,
                problems=(404,),
                desk=True,
            ),
            _post(f"{one}/accept", self.accept, "Take a waiting contact", schema.Accept),
            _post(f"{one}/finish", self.finish, "End the talk with an agent; the journey goes on from there"),
            _post(f"{one}/pass-on", self.pass_on, "Hand a customer on to a queue or a colleague", schema.PassOn),
            _post(f"{one}/message", self.message, "Write to a customer in a chat", schema.Message),
            _get(
                "/api/outbox", self.outbox, "Messages that were sent or wait to be, newest first", list[schema.Effect]
            ),
        ]

    async def queue(self, _request: web.Request) -> web.Response:
        return answer(await self._driver.waiting())

    async def journeys(self, _request: web.Request) -> web.Response:
        rows = await self._store.recent(RECENT)
        return answer(
            [
                schema.JourneyLine(
                    id=row.id,
                    menu=row.menu,
                    version=row.version,
                    rev=row.rev,
                    status=row.status,
                    customer=row.customer,
                    contact=row.contact,
                    channel=row.channel,
                    node=row.node,
                    updated_at=row.updated_at,
                )
                for row in rows
            ]
        )

    async def journey(self, request: web.Request) -> web.Response:
        name = request.match_info["journey"]
        pop = await self._driver.pop(name)
        if pop is None:
            raise Problem(404, "No such journey", "It may have been deleted with age. /api/journeys lists the newest.")
        rows = await self._store.history(name)
        turns = [schema.Turn(row.rev, row.at, row.kind, dict(row.body)) for row in rows]
        return answer({"pop": pop, "history": turns})  # a `JourneyPage`

    async def accept(self, request: web.Request) -> web.Response:
        contact = request.match_info["contact"]
        wanted = await read(request, schema.Accept)
        if not await self._driver.join(contact, wanted.agent):
            raise Problem(
                409, "Not waiting any more", "A colleague was quicker or the customer left; take the next one."
            )
        return answer(schema.Done(contact))

    async def finish(self, request: web.Request) -> web.Response:
        contact = await self._in_hand(request)
        await self._driver.release(contact, "done")
        return answer(schema.Done(contact))

    async def pass_on(self, request: web.Request) -> web.Response:
        """On Asterisk the agent's phone does it."""
        contact = request.match_info["contact"]
        wanted = await read(request, schema.PassOn)
        found = await self._driver.current(contact)
        if found is not None and found[0].contact is not None and found[0].contact.node == "asterisk":
            raise Problem(409, "Not from here", "Transfer the call on your phone.")
        pop = await self._driver.pop(found[0].id) if found else None
        if wanted.queue and pop is not None and wanted.queue not in pop["queues"]:
            raise Problem(422, "No such queue", f"Use one of the menu's: {', '.join(pop['queues'])}.")
        if not await self._driver.pass_on(contact, Passed(wanted.agent, wanted.note, wanted.to, wanted.queue)):
            raise Problem(409, "Not with you", "The customer left, or is with somebody else; /api/queue has who is on.")
        return answer(schema.Done(contact))

    async def message(self, request: web.Request) -> web.Response:
        words = await read(request, schema.Message)
        contact = await self._in_hand(request)
        await self._driver.tell(contact, words.text, words.sender)
        return answer(schema.Done(contact))

    async def outbox(self, _request: web.Request) -> web.Response:
        parts = await self._store.messages.recent_deliveries(RECENT)
        rows = [row for row in await self._store.outbox(RECENT) if row.kind not in ERRANDS]
        return answer([self._effect(row, delivery_of(part for part in parts if part.key == row.key)) for row in rows])

    def _effect(self, row: OutboxRow, delivery: str) -> schema.Effect:
        return schema.Effect(
            key=row.key,
            journey=row.journey,
            kind=row.kind,
            to=str(row.payload.get("to", "")),
            text=self._words(row),
            state=row.state,
            attempts=row.attempts,
            note=row.note,
            due_at=row.due_at,
            delivery=delivery,
        )

    async def _in_hand(self, request: web.Request) -> str:
        """The contact of the address, if it is in the queue or with an agent. Raises `Problem` 409."""
        contact = request.match_info["contact"]
        found = await self._driver.current(contact)
        if found is None or found[0].status not in IN_HAND:
            raise Problem(409, "Not with an agent", "The customer left or the talk is over; /api/queue has who is on.")
        return contact


def _get(path: str, handler: Handler, summary: str, of: object) -> Route:
    return Route(method="GET", path=path, handler=handler, summary=summary, answer=of, desk=True)


def _post(path: str, handler: Handler, summary: str, body: type | None = None) -> Route:
    wrong = (403, 409, 413, 415, 422) if body else (403, 409)
    return Route(
        method="POST",
        path=path,
        handler=handler,
        summary=summary,
        body=body,
        answer=schema.Done,
        problems=wrong,
        desk=True,
    )
