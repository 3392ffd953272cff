"""The addresses of a server, and what is checked for `/readyz`."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from typing import Any, Protocol

from aiohttp import web

from context_bridge.contract import StoreUnavailable
from ivr.channels.twilio_tokens import VOICE_SDK
from ivr.drafts import Drafts
from ivr.drafts.draft import Workshop
from ivr.http import Described, problems
from ivr.recordings import Recordings
from ivr.server.jobs import serving
from ivr.server.parts import Segue, nodes
from ivr.utterances import Utterances
from ivr.web.access import Access
from ivr.web.api import Api
from ivr.web.callbacks import Callbacks
from ivr.web.demo import DemoBackOffice
from ivr.web.health import Check, Health, writable
from ivr.web.listening import listening
from ivr.web.live import Live
from ivr.web.menus import Menus
from ivr.web.openapi import OpenApi
from ivr.web.pages import Pages, secure
from ivr.web.recordings import Playback
from ivr.web.speech_keeping import KeptSpeech
from ivr.web.studio import Studio
from ivr.web.switches import SwitchBoard
from recognition.speak import SpeakFailed

Close = Callable[[], Coroutine[Any, Any, None]]


class Routed(Protocol):
    def routes(self) -> Iterable[web.AbstractRouteDef]: ...


def application(segue: Segue) -> web.Application:
    """All routes, and what runs while they are served."""
    settings = segue.settings
    access = Access(settings.desk_key, settings.url, ops_key=settings.ops_key)
    described, closing = _described(segue)
    pages = Pages(settings.demo, VOICE_SDK if settings.twilio_api_key else "")
    openapi = OpenApi([row for part in (*described, segue.chat, segue.twilio_desk) if part for row in part.table()])
    app = web.Application(middlewares=[problems, access.middleware])
    parts: list[Routed] = [access, *described, openapi, segue.chat, segue.webphone, pages, *_telephones(segue)]
    for part in parts:
        app.add_routes(part.routes())
    if settings.demo:
        app.add_routes(DemoBackOffice().routes())
    app.on_response_prepare.append(secure)
    app.cleanup_ctx.append(lambda _app: serving(segue))
    for close in closing:
        app.on_shutdown.append(_ignoring_app(close))  # before aiohttp waits for the handlers of open sockets
    return app


def _described(segue: Segue) -> tuple[list[Described], list[Close]]:
    """The parts of the HTTP API, and what is to be closed first."""
    settings, driver, store = segue.settings, segue.driver, segue.store
    ears = listening(segue.ears, lambda: segue.flows.menus.values(), wanted=settings.ears != 0)
    drafts = Drafts(Workshop(settings, segue.services, segue.back_office, segue.speaker, segue.ears))
    live = Live(segue.bus)
    closing = [drafts.close, segue.webphone.close, segue.chat.close, live.close]
    if segue.twilio_media:
        closing.append(segue.twilio_media.close)
    if segue.asterisk:
        closing.append(segue.asterisk.deafen)
    return [
        Studio(store, segue.services, driver.now),
        drafts,
        Api(driver, store, segue.outbox.text),
        Menus(store, segue.bus, segue.flows, segue.publisher, segue.services, settings),
        SwitchBoard(driver.switches, segue.flows, store),
        Callbacks(store, segue.bus),
        Playback(Recordings(settings.recordings_dir)),
        KeptSpeech(segue.keeping_speech, Utterances(settings.utterances_dir)),
        live,
        Health(driver, store, segue.metrics, _checks(segue), nodes(settings), {"ears": ears}),
    ], closing


def _telephones(segue: Segue) -> Iterator[Routed]:
    """Of Twilio and Asterisk, as far as they are set up."""
    parts = (segue.twilio, segue.messages, segue.twilio_desk, segue.twilio_proof, segue.twilio_media, segue.asterisk)
    return (part for part in parts if part is not None)


def _ignoring_app(close: Close) -> Callable[[web.Application], Any]:
    return lambda _app: close()


def _checks(segue: Segue) -> Mapping[str, Check]:
    """What this server stands on, for /readyz."""

    async def store() -> str:
        try:
            await segue.store.ping()
        except StoreUnavailable as error:
            return str(error)
        return ""

    async def voices() -> str:
        try:
            await segue.speaker.voices()
        except SpeakFailed as error:
            return str(error)
        return ""

    async def ami() -> str:
        return segue.asterisk.trouble if segue.asterisk else ""

    disk = writable(segue.settings.data_dir, segue.settings.prompts_dir)
    return {"store": store, "voices": voices, "disk": disk} | ({"ami": ami} if segue.asterisk else {})
