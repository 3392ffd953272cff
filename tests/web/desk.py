"""A desk for tests: our real HTTP surfaces on a real socket, over the conversation of `talk.py`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from ivr.channels.chat import Chat
from ivr.engine.flow import Flow
from ivr.engine.loader import load
from ivr.http import Described, Route, problems
from ivr.recordings import Recordings
from ivr.switches import Switches
from ivr.web.access import Access
from ivr.web.api import Api
from ivr.web.callbacks import Callbacks
from ivr.web.health import Health, Metrics
from ivr.web.live import Live
from ivr.web.openapi import OpenApi
from ivr.web.pages import Pages, render, secure
from ivr.web.recordings import Playback
from ivr.web.switches import SwitchBoard
from tests.web.live_events import Bus
from tests.web.talk import Store, Talk


@dataclass(frozen=True)
class Menus:
    """Of the menus in force only their switches."""

    menus: Mapping[str, Flow]


CLOSABLE = """
menu: support
start: bye
switches: {emergency: {title: Emergency closure, say: We are closed.}}
steps: {bye: {end: Bye.}}
"""


class Lines(Described):
    """The menus that the demo offers."""

    def table(self) -> list[Route]:
        return [Route(method="GET", path="/api/menus", handler=self.menus, summary="The menus", desk=True)]

    async def menus(self, _request: web.Request) -> web.Response:
        return web.json_response([{"menu": "support", "title": "Acme support"}])


class Desk:
    """Everything together, as the server puts it; `key` empty: open, as on loopback."""

    def __init__(
        self,
        key: str = "",
        ops_key: str = "",
        grace: float = 60.0,
        heartbeat: float = 15.0,
        recordings: Path = Path("none"),
    ) -> None:
        self.store, self.bus = Store(), Bus()
        self.driver = Talk(self.store, self.bus)
        self.metrics = Metrics()
        self.wrong = {"store": "", "voices": "", "ami": ""}
        self.ears = ("", "heard: en-US")  # what is wrong with them, and what to know
        store: Any = self.store
        driver: Any = self.driver
        self.access = Access(key, "http://127.0.0.1", ops_key=ops_key)
        self.api = Api(driver, store, lambda row: str(row.payload["text"]))
        self.live = Live(self.bus, heartbeat=heartbeat)
        title = "Acme support"
        self.chat = Chat(driver, store, "support", lambda _menu: title, render, grace=grace, heartbeat=heartbeat)
        checks = {name: self._check(name) for name in self.wrong}
        looks = {"ears": lambda: self.ears}
        self.health = Health(driver, store, self.metrics, checks, ("chat", "webphone"), looks)
        self.recordings = Recordings(recordings)
        flows: Any = Menus({"support": load(CLOSABLE, "support.yaml")})
        more = [
            SwitchBoard(Switches(store, self.bus, time.time), flows, store),
            Callbacks(store, self.bus),
            Playback(self.recordings),
            Lines(),
        ]
        self.tables = [*more, self.api, self.live, self.chat, self.health]
        self.app = web.Application(middlewares=[problems, self.access.middleware])
        described = OpenApi(route for part in self.tables for route in part.table())
        for routes in (*(part.routes() for part in self.tables), self.access.routes(), described.routes()):
            self.app.add_routes(routes)
        self.app.add_routes(Pages(demo=True).routes())
        self.app.router.add_get("/broken", self._break)
        self.app.on_response_prepare.append(secure)
        self.app.on_startup.append(lambda _app: self.chat.start())
        self.app.on_shutdown.append(self._close)

    def _check(self, name: str) -> Any:
        async def check() -> str:
            return self.wrong[name]

        return check

    async def _break(self, request: web.Request) -> web.Response:
        raise ValueError(request.query["said"])

    async def _close(self, app: web.Application) -> None:
        await self.live.close()
        await self.chat.close()
