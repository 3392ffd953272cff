"""The demo's back office: what a shop would answer about its orders. Served only with IVR_DEMO."""

from __future__ import annotations

import datetime

import msgspec
from aiohttp import web

STATES = ("on its way", "being packed", "ready to be picked up", "with our carrier")


class DemoBackOffice:
    """Every order exists but those that begin with 0. The same number always has the same state."""

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/demo/orders/{order:[0-9]+}", self.order)]

    async def order(self, request: web.Request) -> web.Response:
        order = request.match_info["order"]
        today = datetime.datetime.now(tz=datetime.UTC).date()
        day = str(today + datetime.timedelta(days=2))
        found = {"status": STATES[int(order[-1]) % len(STATES)], "eta": day}
        answer = {"status": "unknown", "eta": day} if order.startswith("0") else found
        return web.Response(body=msgspec.json.encode(answer), content_type="application/json")
