"""The menus' API: what is in force, its versions, what a draft would change, and publishing it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import asdict
from typing import TypeVar

import msgspec
from aiohttp import web

from context_bridge.contract import ContextStore, EventBus
from context_bridge.records import Published
from ivr.engine.flow import Flow
from ivr.engine.loader import MenuMistakes, Mistake, load
from ivr.engine.services import Services
from ivr.flows import Flows, parts_in, survey_folder
from ivr.http import Described, Handler, Problem, Route, answer, read
from ivr.publishing.changes import changes, files, text_changes
from ivr.publishing.policy import Stranded
from ivr.publishing.publisher import Draft, InUse, Outcome, Overtaken, Publisher, Refused, UnknownVersion, WrongMap
from ivr.settings import Settings
from ivr.web import menu_schema as schema

T = TypeVar("T")

LIMIT = 4 * 1024 * 1024  # bytes; a menu of 1,000 steps has 300 KB


class Menus(Described):
    """`services`: what menus may ask, as they were when the server started."""

    def __init__(
        self,
        store: ContextStore,
        bus: EventBus,
        flows: Flows,
        publisher: Publisher,
        services: Services,
        settings: Settings,
    ) -> None:
        self._store, self._bus, self._flows, self._publisher = store, bus, flows, publisher
        self._services, self._settings = services, settings

    def table(self) -> list[Route]:
        one = "/api/menus/{menu}"
        return [
            _get("/api/menus", self.menus, "The menus that are in force", list[schema.MenuLine]),
            _get(one, self.menu, "A menu: its text, and who is where in it", schema.MenuPage, 404),
            _get(f"{one}/versions", self.versions, "Its versions, the newest first", list[schema.VersionLine], 404),
            _get(f"{one}/versions/{{version}}", self.version, "A version with its text", schema.VersionPage, 404),
            _post(f"{one}/diff", self.diff, "What a draft would change, in words", schema.Compare, schema.Compared),
            _post(f"{one}/publish", self.publish, "Put a draft in force", schema.Publish, schema.InForce, 201),
            _post(
                f"{one}/rollback", self.roll_back, "Put an older version in force", schema.RollBack, schema.InForce, 201
            ),
        ]

    # --- to look at ----------------------------------------------------------------------------------------------

    async def menus(self, _request: web.Request) -> web.Response:
        entries = {entry.menu: entry for entry in await self._store.in_force()}
        live = Counter[str]()
        for place in await self._store.standing():
            live[place.menu] += place.live
        return answer([_line(flow, entries.get(name), live[name]) for name, flow in sorted(self._flows.menus.items())])

    async def menu(self, request: web.Request) -> web.Response:
        flow = self._flow(request)
        entry = await self._in_force(flow.menu)
        live = Counter[str]()
        for place in await self._store.standing(flow.menu):
            live[place.step or ""] += place.live
        in_folder = await asyncio.to_thread(self._in_folder, flow.menu)
        page = schema.MenuPage(
            menu=flow.menu,
            title=flow.title,
            version=flow.version,
            n=entry.n if entry else 0,
            source=flow.source,
            parts=dict(flow.parts),
            live={step: count for step, count in live.items() if step},
            folder=schema.InFolder(in_folder, in_folder is not None and in_folder != flow.version),
        )
        return answer(page)

    async def versions(self, request: web.Request) -> web.Response:
        entries = await self._entries(request)
        journeys = Counter[str]()
        for place in await self._store.standing(entries[0].menu):
            journeys[place.version] += place.journeys
        # A version that was in force twice has its journeys once.
        lines = [_version_line(entry, entry is entries[0], journeys.pop(entry.version, 0)) for entry in entries]
        return answer(lines)

    async def version(self, request: web.Request) -> web.Response:
        entries = await self._entries(request)
        version = request.match_info["version"]
        if version not in {entry.version for entry in entries}:
            raise Problem(404, "No such version", "It was never published; see the list of versions.")
        flow = await self._told(self._publisher.version(entries[0].menu, version))
        return answer(schema.VersionPage(flow.menu, flow.title, flow.version, flow.source, dict(flow.parts)))

    # --- to change -----------------------------------------------------------------------------------------------

    async def diff(self, request: web.Request) -> web.Response:
        menu, wanted = request.match_info["menu"], await read(request, schema.Compare, LIMIT)
        try:
            new = await self._draft(menu, wanted.source, wanted.parts)
        except MenuMistakes as error:
            return answer(schema.Compared([], [], "", _mistakes(error.mistakes)))
        against = wanted.against or (entry.version if (entry := await self._in_force(menu)) else None)
        removed = _removed(await self._publisher.removed(new))
        if against is None:
            return answer(schema.Compared([f"the menu {menu} is new"], removed, text_changes({}, files(new)), []))
        old = await self._told(self._publisher.version(menu, against))
        sentences = await asyncio.to_thread(changes, old, new)
        return answer(schema.Compared(sentences, removed, text_changes(files(old), files(new)), []))

    async def publish(self, request: web.Request) -> web.Response:
        menu, wanted = request.match_info["menu"], await read(request, schema.Publish, LIMIT)
        try:
            flow = await self._draft(menu, wanted.source, wanted.parts)
        except MenuMistakes as error:
            raise _has_mistakes(error) from error
        draft = Draft(flow, wanted.base, wanted.author, wanted.message, wanted.moved)
        return await self._published(self._publisher.publish(draft))

    async def roll_back(self, request: web.Request) -> web.Response:
        menu, wanted = request.match_info["menu"], await read(request, schema.RollBack)
        return await self._published(
            self._publisher.roll_back(menu, wanted.version, wanted.author, wanted.message, wanted.moved)
        )

    async def _published(self, publishing: Awaitable[Outcome]) -> web.Response:
        """In force in this process when it is answered, and in the others within a second."""
        outcome = await self._told(publishing)
        entry = outcome.entry
        await self._flows.refresh()
        if outcome.new:
            await self._bus.publish("published", {"menu": entry.menu, "version": entry.version, "n": entry.n})
        done = schema.InForce(entry.version, entry.n, list(outcome.changes), outcome.new)
        return answer(done, 201 if outcome.new else 200)

    # --- the inside ----------------------------------------------------------------------------------------------

    async def _told(self, doing: Awaitable[T]) -> T:
        """What it gives; a refusal as a `Problem`."""
        try:
            return await doing
        except Refused as error:
            raise _problem(error) from error

    async def _draft(self, menu: str, source: str, parts: Mapping[str, str] | None) -> Flow:
        """Raises `MenuMistakes`, and `Problem` when it is another menu."""
        if parts is None:
            current = self._flows.menus.get(menu)
            parts = {**await asyncio.to_thread(parts_in, self._settings.menus), **(current.parts if current else {})}
        flow = await asyncio.to_thread(load, source, f"{menu}.yaml", self._services, parts)
        if flow.menu != menu:
            raise Problem(422, "Another menu", f"The text begins with `menu: {flow.menu}`; write `menu: {menu}`.")
        return flow

    def _flow(self, request: web.Request) -> Flow:
        menu = request.match_info["menu"]
        if menu not in self._flows.menus:
            raise Problem(404, "No such menu", "/api/menus lists those that there are.")
        return self._flows.menus[menu]

    async def _entries(self, request: web.Request) -> list[Published]:
        entries = await self._store.published(request.match_info["menu"])
        if not entries:
            raise Problem(404, "No such menu", "It was never published; /api/menus lists those that there are.")
        return entries

    async def _in_force(self, menu: str) -> Published | None:
        return next(iter(await self._store.published(menu)), None)

    def _in_folder(self, menu: str) -> str | None:
        try:
            flows = survey_folder(self._settings.menus, self._settings.services).flows
        except (MenuMistakes, OSError):  # being edited: `segue check` is for that
            return None
        return flows[menu].version if menu in flows else None


def _line(flow: Flow, entry: Published | None, live: int) -> schema.MenuLine:
    return schema.MenuLine(
        menu=flow.menu,
        title=flow.title,
        version=flow.version,
        n=entry.n if entry else 0,
        published_at=entry.at if entry else None,
        author=entry.author if entry else "",
        message=entry.message if entry else "",
        languages=list(flow.languages),
        channels=list(flow.channels),
        live=live,
    )


def _version_line(entry: Published, in_force: bool, journeys: int) -> schema.VersionLine:
    return schema.VersionLine(
        n=entry.n,
        version=entry.version,
        at=entry.at,
        author=entry.author,
        message=entry.message,
        in_force=in_force,
        journeys=journeys,
        moved=dict(entry.moved),
        rolled_back_from=entry.rolled_back_from,
    )


def _removed(found: Iterable[Stranded]) -> list[schema.Removed]:
    return [schema.Removed(each.step, each.journeys, each.likely) for each in found]


def _mistakes(found: Iterable[Mistake]) -> list[schema.MistakeShown]:
    return [msgspec.convert(asdict(mistake), schema.MistakeShown) for mistake in found]


def _has_mistakes(error: MenuMistakes) -> Problem:
    count = len(error.mistakes)
    detail = f"{count} mistake{'s' * (count != 1)}; the first: {error.mistakes[0]}"
    return Problem(422, "The menu has mistakes", detail, more={"mistakes": _mistakes(error.mistakes)})


def _problem(error: Refused) -> Problem:
    match error:
        case Overtaken(entry=entry):
            more = {"changes": error.changes, "version": entry.version if entry else None, "n": entry.n if entry else 0}
            return Problem(409, "Another version is in force", str(error), more=more)
        case InUse():
            where = ", ".join(f"{each.step} ({each.journeys})" for each in error.removed)
            detail = (
                f"Customers are at steps that would be gone: {where}. Keep them, or say in `moved` where they go on."
            )
            return Problem(409, "Customers are there", detail, more={"removed": _removed(error.removed)})
        case WrongMap():
            return Problem(422, "The moved steps do not fit", f"{error}.")
        case UnknownVersion():
            return Problem(404, "No such version", f"{error}.")
        case _:
            return Problem(409, "Not published", str(error))


def _get(path: str, handler: Handler, summary: str, of: object, *problems: int) -> Route:
    return Route(method="GET", path=path, handler=handler, summary=summary, answer=of, problems=problems, desk=True)


def _post(path: str, handler: Handler, summary: str, body: type, of: object, status: int = 200) -> Route:
    return Route(
        method="POST",
        path=path,
        handler=handler,
        summary=summary,
        body=body,
        answer=of,
        status=status,
        problems=(403, 404, 409, 413, 415, 422),
        desk=True,
    )
