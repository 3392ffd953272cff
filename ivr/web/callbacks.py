"""The callbacks' API: the calls that we owe, and saying that one was made."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from context_bridge.contract import ContextStore, EventBus
from ivr.http import Described, Problem, Route, answer
from ivr.web import schema

SHOWN = 200  # callbacks in a list: more than anybody calls in a day


class Callbacks(Described):
    def __init__(self, store: ContextStore, bus: EventBus) -> None:
        self._store, self._bus = store, bus

    def table(self) -> list[Route]:
        return [
            Route(
                method="GET",
                path="/api/callbacks",
                handler=self.callbacks,
                summary="The calls that we owe, oldest first; then those that were made, newest first",
                answer=list[schema.Callback],
                desk=True,
            ),
            Route(
                method="POST",
                path="/api/callbacks/{callback}/done",
                handler=self.done,
                summary="The customer was called",
                answer=schema.Callback,
                problems=(403, 404),
                desk=True,
            ),
        ]

    async def callbacks(self, _request: web.Request) -> web.Response:
        return answer([schema.Callback(**asdict(row)) for row in await self._store.callbacks(SHOWN)])

    async def done(self, request: web.Request) -> web.Response:
        row = await self._store.call_done(request.match_info["callback"])
        if row is None:
            raise Problem(404, "No such callback", "It may have been deleted with age. /api/callbacks lists them.")
        await self._bus.publish("callback", asdict(row))
        return answer(schema.Callback(**asdict(row)))
