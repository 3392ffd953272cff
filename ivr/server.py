"""Wires everything together: the only file that knows all the others."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from asterisk.calls import AsteriskChannel
from callbacks.outbox import Outbox
from callbacks.senders import ByKind, DemoSender
from context_bridge.identity import is_region
from context_bridge.live import open_bus
from context_bridge.records import Change, ContextStore, EventBus, StoreUnavailable
from context_bridge.store import open_store
from ivr.backoffice import BackOffice, HttpBackOffice, Secrets
from ivr.channels.chat import Chat
from ivr.channels.handset import Exchange
from ivr.channels.twilio import Twilio
from ivr.channels.twilio_desk import TwilioDesk
from ivr.channels.twilio_media import Media
from ivr.channels.twilio_messages import TwilioMessages
from ivr.channels.twilio_parts import NO_TWILIO, twilio_parts
from ivr.channels.twilio_proof import Proof
from ivr.channels.twilio_rest import Rest
from ivr.channels.twilio_sender import Pool, TwilioSender, templates_of
from ivr.channels.twilio_tokens import VOICE_SDK
from ivr.channels.webphone import WebPhone
from ivr.collector import settle
from ivr.drafts import Drafts
from ivr.drafts.draft import Workshop
from ivr.driver import Driver
from ivr.engine.flow import Flow
from ivr.engine.loader import MenuMistakes
from ivr.engine.services import Services, informed
from ivr.flows import Flows, survey_folder
from ivr.http import problems
from ivr.prompts import prepare, speaker_of, warm
from ivr.publishing.folder import leave_out, publish_folder
from ivr.publishing.publisher import Publisher
from ivr.recordings import Recordings
from ivr.settings import Settings, SettingsError, listed
from ivr.speech_keeping import SpeechKeeping
from ivr.turns import Keeping
from ivr.utterances import Utterances
from ivr.web.access import Access
from ivr.web.api import Api
from ivr.web.callbacks import Callbacks
from ivr.web.demo import DemoBackOffice
from ivr.web.health import Check, Health, Metrics, writable
from ivr.web.listening import listening
from ivr.web.live import Live
from ivr.web.menus import Menus
from ivr.web.openapi import OpenApi
from ivr.web.pages import Pages, render, secure
from ivr.web.recordings import Playback
from ivr.web.speech_keeping import KeptSpeech
from ivr.web.studio import Studio
from ivr.web.switches import SwitchBoard
from recognition.ears import Ears, engines
from recognition.speak import Speaker, SpeakFailed

log = logging.getLogger(__name__)

Clock = Callable[[], float]

DAY = 86400.0
LINK_LIFE = 2 * DAY
ANSWER_LIFE = 6 * 3600.0  # seconds that a webhook's answer is kept at least, and while its call is on
SWEEP = 60.0  # seconds between looks for journeys that were left alone for too long
CLOSE_WITHIN = 5.0  # seconds that handlers may take to end when we go down


@dataclass(frozen=True, slots=True)
class Segue:
    """The parts of a server that only needs a port."""

    settings: Settings
    store: ContextStore
    bus: EventBus
    flows: Flows
    services: Services
    publisher: Publisher
    driver: Driver
    outbox: Outbox
    speaker: Speaker
    ears: Ears
    keeping_speech: SpeechKeeping
    webphone: WebPhone
    chat: Chat
    asterisk: AsteriskChannel | None
    metrics: Metrics
    back_office: BackOffice
    twilio: Twilio | None
    twilio_desk: TwilioDesk | None
    twilio_media: Media | None
    twilio_proof: Proof | None
    messages: TwilioMessages | None


@asynccontextmanager
async def build(
    settings: Settings, clock: Clock = time.time, revise: Callable[[Flow], Flow] = lambda flow: flow
) -> AsyncIterator[Segue]:
    """All parts but the port. `revise` is for tests: what becomes of each menu before it is served. Raises
    `MenuMistakes`, `UnknownMenu`, `StoreUnavailable` and `SpeakFailed`, each of which says what to do."""
    if not is_region(settings.region):
        raise SettingsError(f"IVR_REGION: {settings.region!r} is no country; use two letters, such as US or DE")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    folder = survey_folder(settings.menus, settings.services)
    services = folder.services
    async with AsyncExitStack() as stack:
        store = await open_store(settings.database, clock)
        stack.push_async_callback(store.close)
        bus = open_bus(settings.redis_url)
        stack.push_async_callback(bus.close)
        voice = speaker_of(settings)
        speaker = await stack.enter_async_context(voice)
        keeping_speech = SpeechKeeping(store, Utterances(settings.utterances_dir), clock)
        stack.push_async_callback(keeping_speech.close)
        specs = engines(settings.vosk, settings.moonshine)
        metrics = Metrics()
        listener = Ears(specs, settings.ears, keeper=keeping_speech.take, note=metrics.utterance)
        ears = await stack.enter_async_context(listener)
        metrics.listening.set_function(lambda: len(ears.pids))
        back_office = HttpBackOffice(
            services, f"http://{settings.host}:{settings.port}", Secrets.of(services, settings.secrets_dir)
        )
        stack.push_async_callback(back_office.close)

        if folder.mistakes and settings.menu not in folder.flows and not await store.published(settings.menu):
            raise MenuMistakes(folder.mistakes)
        await leave_out(settings.menus, folder.broken, folder.mistakes, store)
        await publish_folder(settings.menus, folder.flows.values(), store, Publisher(store, clock))
        flows = Flows(folder.flows, store, lambda flow: revise(informed(flow, services)))
        await flows.refresh()
        publisher = Publisher(store, clock, lambda flow: prepare(speaker, flow))
        secret = settings.secret.encode() if settings.secret else _secret(settings.data_dir / "secret")
        rest = None
        if settings.twilio_account:
            token = next(iter(listed(settings.twilio_tokens)), "")
            rest = Rest(settings.twilio_account, settings.twilio_account, token, settings.twilio_url)
            stack.push_async_callback(rest.close)
        sender = _sender(settings, rest, store, clock)
        outbox = Outbox(store, bus, sender, settings.url, secret, clock, codes=settings.demo)

        def saved(change: Change, seconds: float) -> None:
            if change.outbox:
                outbox.wake()
            metrics.turn(str(change.history.body.get("channel")), change.history.kind, seconds)

        keeping = Keeping(secret, settings.journey_days * DAY, LINK_LIFE)
        driver = Driver(store, bus, flows, back_office, keeping, settings.region, clock, saved, _nodes(settings))
        webphone = WebPhone(driver, speaker, settings, ears)
        flows.current(settings.menu)  # a menu that is not there is told before anybody calls
        chat = Chat(driver, store, settings.menu, flows.title, render, secure=settings.url.startswith("https:"))
        asterisk = AsteriskChannel(driver, speaker, settings, ears) if settings.ami_url else None
        twilio = NO_TWILIO
        if settings.twilio_account:
            exchange = Exchange(driver, speaker, Recordings(settings.recordings_dir), settings.menu, 0.0, 1.0, ears)
            twilio = twilio_parts(settings, exchange, store, outbox, sender, rest, secret)
        yield Segue(
            settings,
            store,
            bus,
            flows,
            services,
            publisher,
            driver,
            outbox,
            speaker,
            ears,
            keeping_speech,
            webphone,
            chat,
            asterisk,
            metrics,
            back_office,
            *twilio,
        )


def application(segue: Segue) -> web.Application:
    """All routes, and what runs while they are served."""
    settings, driver, store = segue.settings, segue.driver, segue.store
    access = Access(settings.desk_key, settings.url, ops_key=settings.ops_key)
    api, live = Api(driver, store, segue.outbox.text), Live(segue.bus)
    menus = Menus(store, segue.bus, segue.flows, segue.publisher, segue.services, settings)
    switches, callbacks = SwitchBoard(driver.switches, segue.flows, store), Callbacks(store, segue.bus)
    playback = Playback(Recordings(settings.recordings_dir))
    kept_speech = KeptSpeech(segue.keeping_speech, Utterances(settings.utterances_dir))
    ears = listening(segue.ears, lambda: segue.flows.menus.values(), wanted=settings.ears != 0)
    health = Health(driver, store, segue.metrics, _checks(segue), _nodes(settings), {"ears": ears})
    studio = Studio(store, segue.services, driver.now)
    drafts = Drafts(Workshop(settings, segue.services, segue.back_office, segue.speaker, segue.ears))
    openapi = OpenApi(
        [
            *studio.table(),
            *drafts.table(),
            *api.table(),
            *menus.table(),
            *switches.table(),
            *callbacks.table(),
            *playback.table(),
            *kept_speech.table(),
            *live.table(),
            *health.table(),
            *segue.chat.table(),
            *(segue.twilio_desk.table() if segue.twilio_desk else ()),
        ]
    )

    app = web.Application(middlewares=[problems, access.middleware])
    for part in (
        access,
        studio,
        drafts,
        api,
        menus,
        switches,
        callbacks,
        playback,
        kept_speech,
        live,
        health,
        openapi,
        segue.chat,
        segue.webphone,
        Pages(settings.demo, VOICE_SDK if settings.twilio_api_key else ""),
    ):
        app.add_routes(part.routes())
    if segue.twilio and segue.messages:
        app.add_routes([*segue.twilio.routes(), *segue.messages.routes()])
    if segue.twilio_desk:
        app.add_routes(segue.twilio_desk.routes())
    if segue.twilio_proof:
        app.add_routes(segue.twilio_proof.routes())
    if segue.twilio_media:
        app.add_routes(segue.twilio_media.routes())
        app.on_shutdown.append(_ignoring_app(segue.twilio_media.close))
    if segue.asterisk:
        app.add_routes(segue.asterisk.routes())
        app.on_shutdown.append(_ignoring_app(segue.asterisk.deafen))
    if settings.demo:
        app.add_routes(DemoBackOffice().routes())
    app.on_response_prepare.append(secure)
    app.cleanup_ctx.append(lambda _app: _serving(segue))
    for close in (drafts.close, segue.webphone.close, segue.chat.close, live.close):
        app.on_shutdown.append(_ignoring_app(close))  # before aiohttp waits for the handlers of open sockets
    return app


def _ignoring_app(close: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[web.Application], Any]:
    return lambda _app: close()


async def _serving(segue: Segue) -> AsyncIterator[None]:
    """Take over what a former process left, then run what runs beside the requests."""
    await segue.webphone.adopt()
    await segue.chat.start()
    jobs = {"outbox": segue.outbox.run(), "sweep": _sweep(segue), "prompts": warm(segue.speaker, segue.flows.menus)}
    jobs["menus"] = segue.flows.watch(lambda flow: prepare(segue.speaker, flow))
    jobs["switches"] = segue.driver.switches.follow()
    if segue.asterisk:
        jobs["asterisk"] = segue.asterisk.run()
    tasks = [asyncio.create_task(_watched(name, job), name=name) for name, job in jobs.items()]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if segue.asterisk:
        await segue.asterisk.close()


async def _watched(name: str, job: Coroutine[Any, Any, None]) -> None:
    try:
        await job
    except Exception:  # a job that ends must be seen in the log, not at shutdown
        log.exception("%s stopped; restart the server once the cause is mended", name)


async def _sweep(segue: Segue) -> None:
    """Close and remove journeys whose time is over."""
    while True:
        with contextlib.suppress(StoreUnavailable):  # said by /readyz and by every turn
            while await segue.driver.expire():
                pass
            if segue.messages:
                await segue.messages.sweep()
            if segue.twilio:
                await segue.twilio.sweep()
            before = segue.driver.now() - segue.settings.journey_days * DAY
            await segue.store.purge(before)
            await segue.store.messages.purge(before)
            await asyncio.to_thread(segue.speaker.forget, before)  # prompts may speak what a customer said
            await asyncio.to_thread(Recordings(segue.settings.recordings_dir).forget, before)
            forgotten = segue.driver.now() - segue.settings.speech_days * DAY
            await asyncio.to_thread(Utterances(segue.settings.utterances_dir).forget, forgotten)
            await segue.keeping_speech.look()
            await segue.store.purge_answers(segue.driver.now() - ANSWER_LIFE)
        await asyncio.sleep(SWEEP)


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


def _sender(settings: Settings, rest: Rest | None, store: ContextStore, clock: Clock) -> ByKind:
    """Twilio where something may be sent from; else the demo's, which keeps messages for its page."""
    senders = tuple(listed(settings.twilio_senders))
    if rest is None or not (senders or settings.twilio_whatsapp):
        return ByKind(DemoSender())
    templates = templates_of(settings.twilio_template)
    pool = Pool(senders, settings.twilio_whatsapp, templates)
    return ByKind(TwilioSender(rest, store, pool, settings.url, clock))


def _nodes(settings: Settings) -> tuple[str, ...]:
    more = {"asterisk": settings.ami_url} | dict.fromkeys(("twilio", "twilio-messages"), settings.twilio_account)
    return ("webphone", "chat", *(node for node, wanted in more.items() if wanted))


def _secret(path: Path) -> bytes:
    """What links are derived from: made at the first start, readable by the owner only."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_hex(32).encode())
    return path.read_bytes()


async def serve(settings: Settings, ready: Callable[[str], None] = lambda _url: None) -> None:
    """Serve until SIGINT or SIGTERM. Calls that are on stay on: Asterisk keeps them, web phones come back."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with build(settings) as segue:
        runner = web.AppRunner(application(segue), access_log=None, shutdown_timeout=CLOSE_WITHIN)
        await runner.setup()
        settle()
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
            ready(settings.url)
            await stop.wait()
        finally:
            await runner.cleanup()
