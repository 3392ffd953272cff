"""The menu studio: its page, and what it asks about a text that is being edited.

There is one validator, the loader's; the browser only shows what it says. The page's script is built from `frontend/`
(`scripts/frontend`), since it stands on libraries; where that was not done the page says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from aiohttp import web
from msgspec import Meta, Struct

from context_bridge.contract import ContextStore
from context_bridge.records import StepTraffic
from ivr.advice import Advice, advise
from ivr.diagram import Diagram, diagram, mermaid
from ivr.engine.flow import Flow
from ivr.engine.loader import MenuMistakes, Mistake, load
from ivr.engine.services import Services
from ivr.engine.steps import CODE_SERVICE, InvokeStep, Verify
from ivr.http import Described, Problem, Route, answer, read
from ivr.menu_schema import schema
from ivr.web.pages import STATIC

BUILT = STATIC / "studio" / "studio.js"
LARGEST = 2 * 1024 * 1024  # bytes of a body; a menu of 1,000 steps with its articles has a quarter of that
DAY = 86400.0
DAYS = 7  # of traffic, unless asked for others

Parts = Annotated[dict[str, str], Meta(max_length=500)]


class Draft(Struct, frozen=True, forbid_unknown_fields=True):
    """A menu as it stands in the editor: its text, and those of its sub-menus and articles by file name. `file`: the
    name to be given to the menu's own in what is found. `advice`: whether advice is wanted too."""

    source: str
    parts: Parts = {}
    file: str = "menu.yaml"
    advice: bool = True


class Finding(Struct, frozen=True):
    """A mistake (must be mended) or advice. `line` and `column` count from 1; `rule` names the rule of an advice."""

    file: str
    line: int
    column: int
    step: str | None
    problem: str
    remedy: str
    severity: Literal["error", "advice"] = "error"
    rule: str = ""


class ServiceUsed(Struct, frozen=True):
    """A back office that the menu asks, and the names of the values that it answers with."""

    name: str
    demo: bool
    values: list[str]


class Checked(Struct, frozen=True):
    """`diagram`, `languages` and `services` (those that it asks) only where there are no mistakes; `declared`: the
    names of all services that could be asked."""

    ok: bool
    mistakes: list[Finding]
    declared: list[str]
    diagram: Diagram | None = None
    languages: list[str] = []
    services: list[ServiceUsed] = []


class MermaidText(Struct, frozen=True):
    text: str


class MenuTraffic(Struct, frozen=True):
    days: int
    steps: Mapping[str, StepTraffic]


class Studio(Described):
    """`services`: what menus may invoke. `clock`: Unix seconds."""

    def __init__(self, store: ContextStore, services: Services, clock: Callable[[], float]) -> None:
        self._store, self._services, self._clock = store, services, clock

    def routes(self) -> list[web.RouteDef]:
        pages = [
            web.get("/studio", self.page),
            web.get("/studio/schema.json", self.schema),
            web.get("/studio/{menu}", self.page),
        ]
        return pages + super().routes()

    def table(self) -> list[Route]:
        return [
            Route(
                method="POST",
                path="/api/menus/check",
                handler=self.check,
                summary="The mistakes of a menu that is being edited, and its diagram where there are none",
                body=Draft,
                answer=Checked,
                problems=(403, 413, 415, 422),
                desk=True,
            ),
            Route(
                method="POST",
                path="/api/menus/mermaid",
                handler=self.mermaid,
                summary="A diagram as Mermaid text",
                body=Diagram,
                answer=MermaidText,
                problems=(403, 413, 415, 422),
                desk=True,
            ),
            Route(
                method="GET",
                path="/api/menus/{menu}/traffic",
                handler=self.traffic,
                summary="Visits of each step in the last days, and how many customers left there",
                answer=MenuTraffic,
                query={"days": f"how many days back, 1 to 90; {DAYS} unless given"},
                problems=(422,),
                desk=True,
            ),
        ]

    async def page(self, _request: web.Request) -> web.StreamResponse:
        if not BUILT.exists():
            raise Problem(503, "The studio is not built", "Run scripts/frontend (`make setup` does), then load again.")
        return web.FileResponse(STATIC / "studio.html")

    async def schema(self, _request: web.Request) -> web.Response:
        """What the editor completes by."""
        return answer(schema())

    async def check(self, request: web.Request) -> web.Response:
        draft = await read(request, Draft, LARGEST)
        return answer(await asyncio.to_thread(checked, draft, self._services))  # half a second for a thousand steps

    async def mermaid(self, request: web.Request) -> web.Response:
        return answer(MermaidText(mermaid(await read(request, Diagram, LARGEST))))

    async def traffic(self, request: web.Request) -> web.Response:
        days = request.query.get("days", str(DAYS))
        if not days.isdecimal() or not 1 <= int(days) <= 90:
            raise Problem(422, "How many days?", "Write days=1 to days=90.")
        found = await self._store.traffic(request.match_info["menu"], self._clock() - int(days) * DAY)
        return answer(MenuTraffic(int(days), found))


def checked(draft: Draft, services: Services) -> Checked:
    """What loader and advice say of a draft."""
    try:
        flow = load(draft.source, draft.file, services, draft.parts)
    except MenuMistakes as error:
        return Checked(False, [_mistake(mistake) for mistake in error.mistakes], sorted(services))
    advice = [_advice(found) for found in advise(flow, draft.file)] if draft.advice else []
    drawn, asked = diagram(flow, draft.file), services_of(flow, services)
    return Checked(True, advice, sorted(services), drawn, list(flow.languages), asked)


def services_of(flow: Flow, services: Services) -> list[ServiceUsed]:
    """The back offices that a flow asks, in the order of their names."""
    names = {step.service for step in flow.steps.values() if isinstance(step, InvokeStep | Verify)} - {CODE_SERVICE}
    specs = [services[name] for name in sorted(names) if name in services]
    return [ServiceUsed(spec.name, spec.is_demo, sorted(spec.answer)) for spec in specs]


def _mistake(found: Mistake) -> Finding:
    return Finding(found.file, found.line, found.column, found.step, found.problem, found.remedy, "error")


def _advice(found: Advice) -> Finding:
    remedy = f"{found.remedy} ({found.reason})"
    return Finding(found.file, found.line, found.column, found.step, found.problem, remedy, "advice", found.rule)
