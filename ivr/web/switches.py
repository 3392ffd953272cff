"""The switches' API: what ops can flip live, and flipping it."""

from __future__ import annotations

from collections.abc import Iterator

from aiohttp import web

from context_bridge.contract import ContextStore
from context_bridge.records import SwitchRow
from ivr.engine.flow import Flow, Switch
from ivr.flows import Flows
from ivr.http import Described, Problem, Route, answer, read
from ivr.switches import Switches
from ivr.web import schema


class SwitchBoard(Described):
    """The switches of all menus in force. One name is one switch, in however many menus it stands."""

    def __init__(self, switches: Switches, flows: Flows, store: ContextStore) -> None:
        self._switches, self._flows, self._store = switches, flows, store

    def table(self) -> list[Route]:
        return [
            Route(
                method="GET",
                path="/api/switches",
                handler=self.switches,
                summary="The switches of the menus in force, and how they stand",
                answer=list[schema.SwitchLine],
                desk=True,
            ),
            Route(
                method="PUT",
                path="/api/switches/{switch}",
                handler=self.flip,
                summary="Flip a switch; who arrives next, and who comes to a branch, finds it so",
                body=schema.Flip,
                answer=schema.SwitchLine,
                problems=(403, 404, 413, 415, 422),
                desk=True,
            ),
        ]

    async def switches(self, _request: web.Request) -> web.Response:
        rows = {row.name: row for row in await self._store.switches()}
        return answer([self._line(name, rows.get(name)) for name in sorted({name for name, _, _ in self._declared()})])

    async def flip(self, request: web.Request) -> web.Response:
        name = request.match_info["switch"]
        wanted = await read(request, schema.Flip)
        if name not in {known for known, _, _ in self._declared()}:
            raise Problem(404, "No such switch", "No menu in force has it; /api/switches lists those that there are.")
        return answer(self._line(name, await self._switches.flip(name, wanted.on, wanted.by)))

    def _declared(self) -> Iterator[tuple[str, Flow, Switch]]:
        for flow in self._flows.menus.values():
            for name, switch in flow.switches.items():
                yield name, flow, switch

    def _line(self, name: str, row: SwitchRow | None) -> schema.SwitchLine:
        found = [(flow, switch) for known, flow, switch in self._declared() if known == name]
        return schema.SwitchLine(
            name=name,
            title=found[0][1].title,
            menus=[flow.menu for flow, _ in found],
            on=row is not None and row.state == "on",
            by=row.who if row else "",
            at=row.at if row else None,
        )
