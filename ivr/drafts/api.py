"""The routes by which the studio plays a draft, and the drafts that there are: a few, each as long as it is used."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from ivr.channels.chat_wire import LONGEST, Reply
from ivr.drafts.draft import NUMBER, Deed, Draft, Workshop
from ivr.driver import LinkRefused
from ivr.engine.flow import Flow
from ivr.engine.loader import MenuMistakes, load
from ivr.http import Described, Problem, Route, answer, read
from ivr.sse import ServerEvent, Streams, after
from ivr.web.studio import LARGEST, Parts, ServiceUsed, services_of

MOST = 20  # drafts at one time; the one that was not touched for longest makes room
LIFE = 30 * 60.0  # seconds without a sign of life
ONE = "/api/menus/try/{draft}"
TypedAnswers = Annotated[dict[str, dict[str, str] | None], Meta(max_length=100)]


class Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    """`language`: the one that the customer is greeted in; none: the menu's first. `answers`: what back offices answer,
    by service and name of the value; null: the service fails."""

    source: str
    parts: Parts = {}
    language: str | None = None
    answers: TypedAnswers = {}


class Playable(Struct, frozen=True):
    """`number`: whoever calls as this one is the customer of the draft's chat."""

    draft: str
    languages: list[str]
    services: list[ServiceUsed]
    number: str = NUMBER


class Done(Struct, frozen=True, forbid_unknown_fields=True):
    """What the customer does (`arrive`, `say`, `drop`, `leave`), or a person (`join`, `finish`, `unavailable`).
    `link`: the key of a message whose link is opened."""

    do: Deed
    text: Annotated[str, Meta(max_length=LONGEST)] = ""
    turn: int | None = None
    button: bool = False
    link: str | None = None


class Drafts(Described):
    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._drafts: dict[str, Draft] = {}
        self._streams = Streams(MOST * 3)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/phone/try", self.phone), *super().routes()]

    def table(self) -> list[Route]:
        return [*self._from_begin_to_end(), *self._meanwhile()]

    def _from_begin_to_end(self) -> list[Route]:
        return [
            Route(
                method="POST",
                path="/api/menus/try",
                handler=self.begin,
                summary="Put an edited menu on a stage of its own, to be played",
                body=Wanted,
                answer=Playable,
                status=201,
                problems=(403, 413, 415, 422),
                desk=True,
            ),
            Route(
                method="DELETE",
                path=ONE,
                handler=self.end,
                summary="The draft is not played any more",
                status=204,
                problems=(403,),
                desk=True,
            ),
        ]

    def _meanwhile(self) -> list[Route]:
        return [
            Route(
                method="POST",
                path=f"{ONE}/chat",
                handler=self.chat,
                summary="What a customer or a person does in a draft's chat, and what is answered",
                body=Done,
                answer=Reply,
                problems=(403, 404, 409, 415, 422),
                desk=True,
            ),
            Route(
                method="PUT",
                path=f"{ONE}/answers",
                handler=self.answers,
                summary="What the back offices of a draft answer from now on",
                body=TypedAnswers,
                status=204,
                problems=(403, 404, 415, 422),
                desk=True,
            ),
            Route(
                method="GET",
                path=f"{ONE}/events",
                handler=self.events,
                summary="What happens in a draft: turn, contact, sent (what would be), asked (a back office), reset",
                media="text/event-stream",
                problems=(404, 503),
                desk=True,
            ),
        ]

    async def begin(self, request: web.Request) -> web.Response:
        wanted = await read(request, Wanted, LARGEST)
        await self._make_room()
        flow = await asyncio.to_thread(_flow, wanted, self._workshop)
        draft = await Draft.open(secrets.token_urlsafe(12), flow, self._workshop)
        draft.back_office.answers = wanted.answers
        self._drafts[draft.id] = draft
        found = Playable(draft.id, list(flow.languages), services_of(flow, self._workshop.services))
        return answer(found, 201)

    async def chat(self, request: web.Request) -> web.Response:
        draft, done = self._draft(request), await read(request, Done)
        async with draft.lock:
            try:
                return answer(await _do(draft, done))
            except LinkRefused as error:
                raise Problem(409, "The link is used", "A link works once; let the menu send another.") from error

    async def answers(self, request: web.Request) -> web.Response:
        self._draft(request).back_office.answers = await read(request, TypedAnswers)
        return web.Response(status=204)

    async def events(self, request: web.Request) -> web.StreamResponse:
        return await self._streams.serve(request, _events(self._draft(request), after(request)))

    async def phone(self, request: web.Request) -> web.WebSocketResponse:
        draft = self._drafts.get(request.query.get("draft", ""))
        if draft is None:
            raise _gone()
        return await draft.phone.caller(request)

    async def end(self, request: web.Request) -> web.Response:
        if (draft := self._drafts.pop(request.match_info["draft"], None)) is not None:
            await draft.close()
        return web.Response(status=204)

    async def close(self) -> None:
        await self._streams.close()
        drafts, self._drafts = self._drafts, {}
        await asyncio.gather(*(draft.close() for draft in drafts.values()))

    def _draft(self, request: web.Request) -> Draft:
        draft = self._drafts.get(request.match_info["draft"])
        if draft is None:
            raise _gone()
        draft.touched = time.monotonic()
        return draft

    async def _make_room(self) -> None:
        """End what nobody plays any more."""
        oldest = sorted(self._drafts.values(), key=lambda draft: draft.touched)
        old = [draft for draft in oldest if draft.touched < time.monotonic() - LIFE]
        for draft in old or oldest[: max(0, len(oldest) - MOST + 1)]:
            del self._drafts[draft.id]
            await draft.close()


def _gone() -> Problem:
    return Problem(404, "This try is over", "Start it again; drafts are kept for half an hour.")


def _flow(wanted: Wanted, workshop: Workshop) -> Flow:
    """The draft's flow, beginning in the language that is wanted."""
    try:
        flow = load(wanted.source, "menu.yaml", workshop.services, wanted.parts)
    except MenuMistakes as error:
        first = error.mistakes[0]
        raise Problem(422, "The menu has mistakes", f"Mend them first: line {first.line}, {first.problem}.") from error
    chosen = flow.in_language(wanted.language)
    rest = {tag: flow.in_language(tag) for tag in flow.languages if tag != chosen.language}
    return replace(chosen, others=rest, parts=flow.parts, source=flow.source)


async def _do(draft: Draft, done: Done) -> Reply:
    match done.do:
        case "arrive":
            return await draft.arrive(done.link)
        case "say":
            return await draft.say(done.text, done.turn, button=done.button)
        case "drop":
            return await draft.leave("dropped")
        case "leave":
            return await draft.leave("caller")
        case "join":
            return await draft.join()
        case "finish":
            return await draft.release("done")
        case "unavailable":
            return await draft.release("unavailable")


async def _events(draft: Draft, last: str | None) -> AsyncGenerator[ServerEvent]:
    async with draft.bus.subscribe(last) as stream:
        async for event in stream:
            yield ServerEvent(event.kind, event.body, event.id)
