"""All calls of an Asterisk: connect, adopt the calls that are there, serve the ones that come, for ever. While another
server does (`lease.py`), this one waits."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import Any, NoReturn

from aiohttp import web

from asterisk.ami import AMI, AMILost, Event
from asterisk.call import NODE, Call, Site
from asterisk.ending import tell_left, tell_messages
from asterisk.lease import BEAT, LOOK, Lease, Taken
from asterisk.leg import AWAY, Leg, contact_of
from asterisk.media import Media
from asterisk.signals import END, EVENTS, Entered, HangupRequested, HungUp, LinkLost, Signal, parse
from asterisk.tap import Taps
from asterisk.transfer import Outbound
from context_bridge.contract import StoreUnavailable
from ivr.driver import Driver
from ivr.recordings import Recordings
from ivr.settings import Settings
from ivr.traces import trace
from recognition.listen import Listener
from recognition.speak import Speaker

RECONCILE = 5.0  # seconds between attempts to close what ended while we were away
OURS = ("segue", "segue-queue", "segue-transfer")  # contexts of conf/extensions.conf

log = logging.getLogger(__name__)


class AsteriskChannel:
    """Takes `ami_url`, `asterisk_media`, `menu` (for calls whose dialplan sets no SEGUE_MENU), `url` (of the desk) and
    what `Outbound` takes of the settings. Without a `listener` questions are answered by keys."""

    def __init__(self, driver: Driver, speaker: Speaker, settings: Settings, listener: Listener | None = None) -> None:
        self._driver, self._speaker = driver, speaker
        self._ami, self._media = AMI(settings.ami_url), Media(settings.asterisk_media)
        self._lease = Lease(self._ami, settings.port)
        taps = Taps(self._ami, self._media, time.monotonic)
        recordings, outbound = Recordings(settings.recordings_dir), Outbound.of(settings)
        self._site = Site(settings.menu, settings.url, recordings, taps, listener, outbound)
        self._calls: dict[str, Call] = {}  # by Asterisk's unique id
        self._tasks: dict[str, asyncio.Task[None]] = {}  # the newest of each; it waits for the one before
        self._others: set[asyncio.Task[None]] = set()
        self._away = AWAY
        self._meanwhile: list[tuple[Event, Signal]] | None = []  # what came before we knew which calls are on
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
                self._meanwhile = []
                await self._ami.connect()
                try:
                    await self._wait_for_lease()
                    self.trouble = ""
                    self._site.taps.renew()
                    self.connected.set()
                    await self._serve()
                except AMILost as error:
                    log.warning("%s; calls go on in Asterisk, connecting again", error)
                except Taken as error:
                    log.error("%s answers the calls of this Asterisk now: we did not for some seconds", error)
                    self._ami.close()
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
        self._lease.release()
        self._ami.close()
        self._let_go()
        await self._media.close()
        for task in self._others:
            task.cancel()
        await asyncio.gather(*self._tasks.values(), *self._others, return_exceptions=True)

    async def _wait_for_lease(self) -> None:
        """Until no other server answers the calls."""
        while other := await self._lease.take():
            self._meanwhile = []  # it was theirs
            if self._lease.sure and str(other) not in self.trouble:
                remedy = "stop it, or point IVR_AMI_URL of this one to another Asterisk"
                self.trouble = f"{other} answers the calls of the Asterisk at {self._ami.address}: {remedy}"
                log.error("%s; this one waits, and takes over when the other has gone", self.trouble)
            await asyncio.sleep(BEAT if self._lease.sure else LOOK)

    async def _serve(self) -> None:
        away = (await self._ami.do("Getvar", Variable="SEGUE_AWAY")).get("Value", "")
        self._away = int(away) if away.isdigit() else AWAY
        self._reconcile(await self._ami.rows("CoreShowChannels"))
        self._spawn(self._close_ended())  # now that whose end we were told of has a `Call`, which knows its reason
        ends = [asyncio.create_task(self._broken()), asyncio.create_task(self._lease.keep())]
        try:
            while not any(end.done() for end in ends):
                for call in self._calls.values():
                    if call.inside:
                        call.leg.renew()
                await asyncio.wait(ends, timeout=self._away / 3, return_when=asyncio.FIRST_COMPLETED)
            await next(end for end in ends if end.done())  # raises
        finally:
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)

    async def _broken(self) -> NoReturn:
        await self._ami.lost()
        raise AMILost("the link to Asterisk broke")

    def _on_event(self, event: Event) -> None:
        if signal := parse(event, asyncio.get_running_loop().time()):
            if self._meanwhile is None:
                self._pass_on(event, signal)
            else:
                self._meanwhile.append((event, signal))

    def _pass_on(self, event: Event, signal: Signal) -> None:
        if call := self._calls.get(event.get("Uniqueid", "")):
            call.leg.receive(signal)
        elif isinstance(signal, Entered):
            self._take(event).enter()
        elif isinstance(signal, HangupRequested | HungUp) and _is_known(event):
            self._take(event).leg.receive(signal)  # too late to serve, and in time to tell why it ended

    def _reconcile(self, rows: list[Event]) -> None:
        """Asterisk tells us what happens from the login on, and `rows` are later: first the calls that are on, then
        what came of them since. Nobody can fall between the two, or be told of twice."""
        for row in rows:
            self._adopt(row)
        meanwhile, self._meanwhile = self._meanwhile or [], None
        for event, signal in meanwhile:
            self._pass_on(event, signal)

    def _adopt(self, row: Event) -> None:
        """A channel that was there when we connected."""
        if row["Context"] not in OURS:
            return
        if _is_known(row):
            self._take(row)  # wherever it is: from a queue it comes back to us, and it may hang up anywhere
        elif row["Application"] == "AGI":
            self._take(row).enter()
        elif row["ApplicationData"].startswith("SEGUE_MORE"):  # the dead man's switch waits for us: END lets it go on
            self._ami.send("PlayDTMF", Channel=row["Channel"], Digit=END, Receive="true")

    def _take(self, event: Event) -> Call:
        """Serve a call from now on; a coroutine of it from before the link broke comes to its end first."""
        key = event["Uniqueid"]
        call = Call(Leg(self._ami, event["Channel"], key, self._away), self._driver, self._speaker, self._site)
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
        served = {call.contact for call in self._calls.values()}
        for contact in believed:
            if contact not in there and contact not in served:
                await tell_messages(self._driver, self._site.recordings, contact)
                await tell_left(self._driver, contact, "dropped", "ended while we were away")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._others.add(task)
        task.add_done_callback(self._others.discard)


def _is_known(event: Event) -> bool:
    """Whether the leg is a caller's that we served before; an agent's leg inherits the id of its caller."""
    return event.get("ChanVariable") == f"CTX_ID={contact_of(event['Uniqueid'])}"
