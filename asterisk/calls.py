"""All calls of an Asterisk: connect, adopt the calls that are there, serve the ones that come, for ever."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import Any

from aiohttp import web

from asterisk.ami import AMI, AMILost, Event
from asterisk.call import NODE, Call, Site, tell_left
from asterisk.leg import Leg, contact_of
from asterisk.media import Media
from asterisk.signals import END, EVENTS, Entered, HungUp, LinkLost, parse
from asterisk.tap import Taps
from asterisk.transfer import Outbound
from context_bridge.contract import StoreUnavailable
from ivr.driver import Driver
from ivr.recordings import Recordings
from ivr.settings import Settings
from ivr.traces import trace
from recognition.listen import Listener
from recognition.speak import Speaker

AWAY = 20  # seconds of the dead man's switch where the dialplan names none
RECONCILE = 5.0  # seconds between attempts to close what ended while we were away
OURS = ("segue", "segue-queue", "segue-transfer")  # contexts of conf/extensions.conf
ADOPTABLE = ("AGI", "Read", "Playback", "Record", "Queue", "Dial")

log = logging.getLogger(__name__)


class AsteriskChannel:
    """Takes `ami_url`, `asterisk_media`, `menu` (for calls whose dialplan sets no SEGUE_MENU), `url` (of the desk) and
    what `Outbound` takes of the settings. Without a `listener` questions are answered by keys."""

    def __init__(self, driver: Driver, speaker: Speaker, settings: Settings, listener: Listener | None = None) -> None:
        self._driver, self._speaker = driver, speaker
        self._ami, self._media = AMI(settings.ami_url), Media(settings.asterisk_media)
        taps = Taps(self._ami, self._media, time.monotonic)
        recordings, outbound = Recordings(settings.recordings_dir), Outbound.of(settings)
        self._site = Site(settings.menu, settings.url, recordings, taps, listener, outbound)
        self._calls: dict[str, Call] = {}  # by Asterisk's unique id
        self._tasks: dict[str, asyncio.Task[None]] = {}  # the newest of each; it waits for the one before
        self._others: set[asyncio.Task[None]] = set()
        self._away = AWAY
        self.trouble = "not connected to Asterisk yet"  # in words, for those who ask how we are; empty: all is well
        self.connected = asyncio.Event()
        for name in EVENTS:
            self._ami.on(name, self._on_event)

    @property
    def calls_on(self) -> int:
        """How many calls are on now."""
        return len(self._calls)

    async def run(self) -> None:
        """For ever. Raises `WrongPassword`, since knocking on would not help."""
        try:
            await self._open_media()
            while True:
                await self._ami.connect()
                self.trouble = ""
                self._site.taps.renew()
                self.connected.set()
                try:
                    await self._serve()
                except AMILost as error:
                    log.warning("%s; calls go on in Asterisk, connecting again", error)
                finally:
                    self._let_go()
        finally:
            await self.close()

    async def _open_media(self) -> None:
        if self._site.listener:
            try:
                await self._media.open()
            except OSError as error:
                log.error("IVR_ASTERISK_MEDIA: %s cannot be listened on (%s)", self._media.address, error)

    def routes(self) -> list[web.RouteDef]:
        """Where Asterisk brings what callers say."""
        return self._media.routes()

    async def deafen(self) -> None:
        """We go down: to be called before aiohttp waits for its handlers (`on_shutdown`). Keys go on."""
        await self._media.close()

    async def close(self) -> None:
        """Leave the calls to Asterisk: whoever connects next adopts them."""
        self._ami.close()
        self._let_go()
        await self._media.close()
        for task in self._others:
            task.cancel()
        await asyncio.gather(*self._tasks.values(), *self._others, return_exceptions=True)

    async def _serve(self) -> None:
        self._spawn(self._close_ended())
        away = (await self._ami.do("Getvar", Variable="SEGUE_AWAY")).get("Value", "")
        self._away = int(away) if away.isdigit() else AWAY
        for row in await self._ami.rows("CoreShowChannels"):
            self._adopt(row)
        lost = asyncio.create_task(self._ami.lost())
        try:
            while not lost.done():
                for call in self._calls.values():
                    self._renew(call)
                await asyncio.wait([lost], timeout=self._away / 3)
        finally:
            lost.cancel()
        raise AMILost("the link to Asterisk broke")

    def _renew(self, call: Call) -> None:
        """Tell the dead man's switch of the leg that we live."""
        if call.inside:
            call.leg.set("TIMEOUT(absolute)", self._away)

    def _on_event(self, event: Event) -> None:
        signal = parse(event, asyncio.get_running_loop().time())
        call = self._calls.get(event.get("Uniqueid", ""))
        if signal is None:
            return
        if call:
            call.leg.receive(signal)
        elif isinstance(signal, Entered):
            call = self._take(event)
        elif isinstance(signal, HungUp) and _is_known(event):
            log.info("%s: ended while nobody served it", contact_of(event["Uniqueid"]))
            self._spawn(tell_left(self._driver, contact_of(event["Uniqueid"]), "dropped", signal.text))
        if call and isinstance(signal, Entered):
            self._renew(call)

    def _adopt(self, row: Event) -> None:
        """A channel that was there when we connected."""
        if row["Context"] not in OURS or row["Application"] not in ADOPTABLE or row["Uniqueid"] in self._calls:
            return
        if row["ApplicationData"].startswith("SEGUE_MORE"):  # the dead man's switch waits for us: END lets it go on
            self._ami.send("PlayDTMF", Channel=row["Channel"], Digit=END, Receive="true")
        elif _is_known(row) or row["Application"] == "AGI":
            self._take(row)

    def _take(self, event: Event) -> Call:
        """Serve a call from now on; a coroutine of it from before the link broke comes to its end first."""
        key = event["Uniqueid"]
        call = Call(Leg(self._ami, event["Channel"], key), self._driver, self._speaker, self._site)
        self._calls[key] = call
        self._tasks[key] = asyncio.create_task(self._run(key, call, self._tasks.get(key)))
        return call

    async def _run(self, key: str, call: Call, before: asyncio.Task[None] | None) -> None:
        try:
            if before:
                await asyncio.wait([before])
            await call.run()
        except Exception as error:  # the others go on
            log.error("%s: lost to a mistake of ours, %s", call.contact, trace(error))
        finally:
            if self._calls.get(key) is call:
                del self._calls[key]
            if self._tasks.get(key) is asyncio.current_task():
                del self._tasks[key]

    def _let_go(self) -> None:
        self.connected.clear()
        self.trouble = f"no link to Asterisk at {self._ami.address}"
        for call in self._calls.values():
            call.leg.receive(LinkLost())
        self._calls.clear()

    async def _close_ended(self) -> None:
        """Contacts that the store believes on, but whose call is no more, have left while we were away."""
        while True:
            try:
                # In this order: a call that comes in between is in the second list, and not yet in the first.
                believed = await self._driver.open_contacts(NODE)
                there = {contact_of(row["Uniqueid"]) for row in await self._ami.rows("CoreShowChannels")}
            except StoreUnavailable as error:
                log.error("calls that ended while we were away cannot be closed yet: %s", error)
                await asyncio.sleep(RECONCILE)
            except AMILost:
                return  # the next connect does it
            else:
                break
        for contact in believed:
            if contact not in there:
                await tell_left(self._driver, contact, "dropped", "ended while we were away")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._others.add(task)
        task.add_done_callback(self._others.discard)


def _is_known(event: Event) -> bool:
    """Whether the leg is a caller's that we served before; an agent's leg inherits the id of its caller."""
    return event.get("ChanVariable") == f"CTX_ID={contact_of(event['Uniqueid'])}"
