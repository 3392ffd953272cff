"""A real server in the test's own process, as one conversation needs it: its customers are known, its back offices
answer as the conversation says, over HTTP, and its clock can be moved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from asterisk.calls import AsteriskChannel
from context_bridge.records import Customer
from ivr.backoffice import BackOfficeError
from ivr.channels.webphone import WebPhone
from ivr.conversation import Conversation
from ivr.engine.actions import Say
from ivr.engine.data import replace
from ivr.engine.services import ServiceSpec
from ivr.flows import read_folder
from ivr.server import Segue, application, build
from ivr.settings import Settings
from ivr.stage import ScriptedBackOffice, ids
from recognition.listen import Listener
from recognition.speak import Clip, Rate, Speaker
from tests.players.clock import ShiftedClock
from tests.players.score import Tempo
from tests.servers import free_port

HASTE = 900  # words a minute: each is spoken and must be heard, in a fifth of the time
SPEED = 8.0  # of the web phone's prompts; Asterisk has none


class Spoken:
    """Every prompt that was asked for, by its words: in which voice, and with which marks."""

    def __init__(self, speaker: Speaker) -> None:
        self._says: dict[str, Say] = {}
        self._asked = asyncio.Event()
        self._say, self._joined = speaker.say, speaker.joined
        speaker.say, speaker.joined = self.say, self.joined  # type: ignore[method-assign]

    async def say(self, say: Say, rate: Rate) -> Clip:
        self._note(say)
        return await self._say(say, rate)

    async def joined(self, says: Sequence[Say], rate: Rate) -> Clip:
        self._note(*says)
        return await self._joined(says, rate)

    async def clip(self, text: str, rate: Rate) -> Clip:
        """These words as they are spoken. How that is, is known when the line asks for them: later than they are
        told, where the line still plays something else. Waits for that, without an end."""
        while text not in self._says:
            self._asked.clear()
            await self._asked.wait()
        return await self._say(self._says[text], rate)

    def _note(self, *says: Say) -> None:
        self._says |= {say.text: say for say in says}
        self._asked.set()


@dataclass(frozen=True, slots=True)
class Server:
    segue: Segue
    clock: ShiftedClock
    tempo: Tempo
    spoken: Spoken

    @property
    def url(self) -> str:
        """As this machine reaches it, whatever its public address is."""
        return f"http://{self.segue.settings.host}:{self.segue.settings.port}"


@asynccontextmanager
async def serving(
    told: Conversation,
    folder: Path,
    prompts: Path,
    ami_url: str = "",
    listener: Listener | None = None,
    **more: str,
) -> AsyncIterator[Server]:
    """`folder`: of this server alone. `prompts`: shared, so that each is spoken once. `listener`: shared ears.
    `more`: other settings."""
    settings = Settings(
        port=free_port(),
        data_dir=folder,
        menu=told.menu,
        ami_url=ami_url,
        asterisk_sounds=prompts,
        ears=0,
        voice_rate=HASTE,
        journey_days=3650,  # a conversation may be told of next year, and nothing is old then
        **more,  # type: ignore[arg-type]  # those that are texts
    )
    clock, tempo = ShiftedClock(), Tempo()
    if told.at is not None:
        clock.move(told.at - clock())
    async with build(settings, clock, lambda flow: tempo.of(flow) if flow.menu == told.menu else flow) as segue:
        for name, numbers in told.customers.items():
            for number in numbers:
                await segue.store.attach(Customer(id=name, name=name), "e164", number)
        if told.splits:
            segue.driver._new_id = ids(segue.flows.menus.values(), told.splits)
        segue.speaker.ahead = ()  # only what is heard here is spoken
        spoken = Spoken(segue.speaker)
        segue = replace(segue, webphone=WebPhone(segue.driver, segue.speaker, settings, listener, speed=SPEED))
        if segue.asterisk:
            segue = replace(segue, asterisk=AsteriskChannel(segue.driver, segue.speaker, settings, listener))
        app = application(segue)
        app.add_routes(_scripted(told, settings))
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
            if segue.asterisk:
                await segue.asterisk.connected.wait()
            yield Server(segue, clock, tempo, spoken)
        finally:
            await runner.cleanup()


def _scripted(told: Conversation, settings: Settings) -> list[web.RouteDef]:
    """The demo's back offices (`demo:/…` in services.yaml), in whose place the conversation answers."""
    script = ScriptedBackOffice(told.services)
    _, services = read_folder(settings.menus)
    return [_route(spec, script) for spec in services.values() if spec.is_demo]


def _route(spec: ServiceSpec, script: ScriptedBackOffice) -> web.RouteDef:
    async def answer(_request: web.Request) -> web.Response:
        try:
            values = await script.ask(spec.name, {}, spec.timeout)
        except BackOfficeError:
            return web.Response(status=503)
        return web.json_response({str(at.path[0]): values[name] for name, at in spec.answer.items() if name in values})

    path = "".join(part if isinstance(part, str) else f"{{{part.name}}}" for part in spec.url)
    return web.route(spec.method, "/demo" + path.removeprefix("demo:"), answer)
