"""The parts of a server, made in their order and closed in the other."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from asterisk.calls import AsteriskChannel
from callbacks.outbox import Outbox
from callbacks.senders import ByKind, DemoSender
from context_bridge.contract import ContextStore, EventBus
from context_bridge.identity import is_region
from context_bridge.live import open_bus
from context_bridge.records import Change
from context_bridge.store import open_store
from ivr.backoffice import BackOffice, HttpBackOffice, Secrets
from ivr.channels.chat import Chat
from ivr.channels.handset import Exchange
from ivr.channels.twilio import Twilio
from ivr.channels.twilio_desk import TwilioDesk
from ivr.channels.twilio_media import Media
from ivr.channels.twilio_messages import TwilioMessages
from ivr.channels.twilio_parts import twilio_parts
from ivr.channels.twilio_proof import Proof
from ivr.channels.twilio_rest import Rest
from ivr.channels.twilio_sender import Pool, TwilioSender, templates_of
from ivr.channels.webphone import WebPhone
from ivr.driver import Driver
from ivr.engine.flow import Flow
from ivr.engine.loader import MenuMistakes
from ivr.engine.services import Services, informed
from ivr.flows import Flows, Folder, survey_folder
from ivr.prompts import prepare, speaker_of
from ivr.publishing.folder import leave_out, publish_folder
from ivr.publishing.publisher import Publisher
from ivr.recordings import Recordings
from ivr.settings import Settings, SettingsError, listed
from ivr.speech_keeping import SpeechKeeping
from ivr.turns import Keeping
from ivr.utterances import Utterances
from ivr.web.health import Metrics
from ivr.web.pages import render
from recognition.ears import Ears, engines
from recognition.speak import Speaker

Clock = Callable[[], float]

DAY = 86400.0
LINK_LIFE = 2 * DAY


class _Closable(Protocol):
    async def close(self) -> None: ...


Part = TypeVar("Part", bound=_Closable)


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
    services, metrics = folder.services, Metrics()
    async with AsyncExitStack() as stack:
        store = _closing(stack, await open_store(settings.database, clock))
        bus = _closing(stack, open_bus(settings.redis_url))
        speaker = await stack.enter_async_context(speaker_of(settings))
        keeping_speech = _closing(stack, SpeechKeeping(store, Utterances(settings.utterances_dir), clock))
        ears = await stack.enter_async_context(_ears(settings, keeping_speech, metrics))
        back_office = _closing(stack, _back_office(settings, services))
        flows = await _menus(settings, folder, store, clock, lambda flow: revise(informed(flow, services)))
        publisher = Publisher(store, clock, lambda flow: prepare(speaker, flow))
        secret, rest = _secret(settings), _rest(settings, stack)
        sender = _sender(settings, rest, store, clock)
        outbox = Outbox(store, bus, sender, settings.url, secret, clock, codes=settings.demo)
        keeping, saved = Keeping(secret, settings.journey_days * DAY, LINK_LIFE), _saved(outbox, metrics)
        driver = Driver(store, bus, flows, back_office, keeping, settings.region, clock, saved, nodes(settings))
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
            WebPhone(driver, speaker, settings, ears),
            Chat(driver, store, settings.menu, flows.title, render, secure=settings.url.startswith("https:")),
            AsteriskChannel(driver, speaker, settings, ears) if settings.ami_url else None,
            metrics,
            back_office,
            *twilio,
        )


def _closing(stack: AsyncExitStack, part: Part) -> Part:
    """`part`, which `stack` closes."""
    stack.push_async_callback(part.close)
    return part


def _ears(settings: Settings, keeping: SpeechKeeping, metrics: Metrics) -> Ears:
    specs = engines(settings.vosk, settings.moonshine)
    ears = Ears(specs, settings.ears, keeper=keeping.take, note=metrics.utterance)
    metrics.listening.set_function(lambda: len(ears.pids))
    return ears


def _back_office(settings: Settings, services: Services) -> HttpBackOffice:
    here = f"http://{settings.host}:{settings.port}"
    return HttpBackOffice(services, here, Secrets.of(services, settings.secrets_dir))


async def _menus(
    settings: Settings, folder: Folder, store: ContextStore, clock: Clock, revise: Callable[[Flow], Flow]
) -> Flows:
    """What is in the folder is published, what is broken there stays as it was. The menu that callers get must be
    there before anybody calls."""
    if folder.mistakes and settings.menu not in folder.flows and not await store.published(settings.menu):
        raise MenuMistakes(folder.mistakes)
    await leave_out(settings.menus, folder.broken, folder.mistakes, store)
    await publish_folder(settings.menus, folder.flows.values(), store, Publisher(store, clock))
    flows = Flows(folder.flows, store, revise)
    await flows.refresh()
    flows.current(settings.menu)
    return flows


def _rest(settings: Settings, stack: AsyncExitStack) -> Rest | None:
    if not settings.twilio_account:
        return None
    token = next(iter(listed(settings.twilio_tokens)), "")
    return _closing(stack, Rest(settings.twilio_account, settings.twilio_account, token, settings.twilio_url))


def _sender(settings: Settings, rest: Rest | None, store: ContextStore, clock: Clock) -> ByKind:
    """Twilio where something may be sent from; else the demo's, which keeps messages for its page."""
    senders = tuple(listed(settings.twilio_senders))
    if rest is None or not (senders or settings.twilio_whatsapp):
        return ByKind(DemoSender())
    templates = templates_of(settings.twilio_template)
    pool = Pool(senders, settings.twilio_whatsapp, templates)
    return ByKind(TwilioSender(rest, store, pool, settings.url, clock))


def _saved(outbox: Outbox, metrics: Metrics) -> Callable[[Change, float], None]:
    """What follows a turn that was saved, which took so many seconds."""

    def saved(change: Change, seconds: float) -> None:
        if change.outbox:
            outbox.wake()
        metrics.turn(str(change.history.body.get("channel")), change.history.kind, seconds)

    return saved


def nodes(settings: Settings) -> tuple[str, ...]:
    """Where contacts may be that this server answers."""
    more = {"asterisk": settings.ami_url} | dict.fromkeys(("twilio", "twilio-messages"), settings.twilio_account)
    return ("webphone", "chat", *(node for node, wanted in more.items() if wanted))


def _secret(settings: Settings) -> bytes:
    """What links are derived from: the setting, or one made at the first start, readable by the owner only."""
    if settings.secret:
        return settings.secret.encode()
    path = settings.data_dir / "secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_hex(32).encode())
    return path.read_bytes()
