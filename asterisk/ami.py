"""The Asterisk Manager Interface: one link that stays up. The only importer of panoramisk.

panoramisk 1.4 as released never completes AGI commands and QueueAdd, sends actions of yesterday again after a
reconnect, drops the link over an Originate without `Async`, waits for ever for a dead peer, and knocks for ever with a
wrong password. Its own hooks (`protocol_factory`, `Action`, `dispatch`, `ping`) let us put that right here:

- an action has one answer, or a list that ends with `EventList: Complete`; what an AGI command does comes as events;
- whatever is in flight when the link is lost fails with `AMILost`, and nothing is ever sent twice;
- an Asterisk that does not answer within `PATIENCE` is treated as lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from panoramisk import Manager
from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol

Event = Mapping[str, str]  # header -> value, as in Asterisk's documentation; names in any case
Handler = Callable[[Event], None]

PATIENCE = 10.0  # seconds for an answer; Asterisk on a busy machine takes a few milliseconds
PING = 5.0  # seconds between two signs of life
SOONEST, LATEST = 0.1, 5.0  # seconds between two attempts to connect
CLASSES = "system,call,agent,dtmf,agi"  # system: FullyBooted. Never `reporting`: one event per RTCP packet

log = logging.getLogger(__name__)
_silent = logging.Logger("panoramisk")  # noqa: LOG001 - outside the tree of loggers: it would write the keys pressed
_silent.disabled = True


class AMILost(ConnectionError):
    """The link to Asterisk broke before the answer came: nobody knows whether the action was carried out."""


class AMIRefused(Exception):
    """Asterisk understood the action and refuses it; the message is Asterisk's own."""


class WrongPassword(AMIRefused):
    """The user or the secret in IVR_AMI_URL is not in Asterisk's manager.conf, or may not come from this address."""


class AMI:
    """One Asterisk. `connect` waits until it is there; `lost` until it is not."""

    def __init__(self, url: str) -> None:
        """`url`: ami://user:secret@host:5038"""
        parts = urlsplit(url)
        self.address = f"{parts.hostname or '127.0.0.1'}:{parts.port or 5038}"
        self.user, self._secret = unquote(parts.username or ""), unquote(parts.password or "")
        self._handlers: defaultdict[str, list[Handler]] = defaultdict(list)
        self._link: _Link | None = None

    def on(self, event: str, handler: Handler) -> None:
        """Call `handler` with each event of that name, in the order of their arrival. It must not wait."""
        self._handlers[event].append(handler)

    async def connect(self) -> None:
        """Log in and wait until Asterisk has fully booted; as often as it takes. Raises `WrongPassword`."""
        pause = SOONEST
        while True:
            try:
                return await self._knock()
            except (OSError, TimeoutError) as error:  # AMILost is an OSError too
                if pause == SOONEST:
                    log.warning("no Asterisk at %s (%s); trying again until it is there", self.address, error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LATEST)

    async def _knock(self) -> None:
        host, port = self.address.rsplit(":", 1)
        self._link = link = _Link(host, int(port), self._handlers)
        try:
            async with asyncio.timeout(PATIENCE):
                await link.connect()
                await self._login()
                await link.booted()
        except BaseException:
            link.close()
            raise
        log.info("connected to Asterisk at %s", self.address)

    async def _login(self) -> None:
        try:
            await self.do("Login", Username=self.user, Secret=self._secret, Events=CLASSES)
        except AMIRefused as error:
            raise WrongPassword(f"Asterisk at {self.address}: {error}. {WrongPassword.__doc__}") from None

    async def lost(self) -> None:
        """Wait until the link breaks; at once when there is none."""
        if self._link:
            await self._link.broken.wait()

    def send(self, action: str, **headers: object) -> asyncio.Future[Event]:
        """Write an action now and let it take its course. The future holds Asterisk's answer, or `AMILost`,
        or `AMIRefused`, and need not be awaited."""
        return self._write(action, headers, listing=False)

    async def do(self, action: str, **headers: object) -> Event:
        """An action and its answer. Raises `AMILost`, `AMIRefused`."""
        answer: Event = await self._answer(self._write(action, headers, listing=False))
        return answer

    async def rows(self, action: str, **headers: object) -> list[Event]:
        """An action that is answered by a list of events. Raises `AMILost`, `AMIRefused`."""
        rows: list[Event] = await self._answer(self._write(action, headers, listing=True))
        return rows

    def close(self) -> None:
        if self._link:
            self._link.close()

    def _write(self, action: str, headers: Mapping[str, object], listing: bool) -> asyncio.Future[Any]:
        for name, value in headers.items():
            if "\r" in str(value) or "\n" in str(value):
                raise ValueError(f"{action}: a line break in {name} would begin another header")
        request = _Request({"Action": action, **headers}, listing)
        if self._link:
            self._link.write(request)
        else:
            request.fail(AMILost("not connected to Asterisk"))
        return request.future

    async def _answer(self, future: asyncio.Future[Any]) -> Any:
        try:
            async with asyncio.timeout(PATIENCE):
                return await future
        except TimeoutError:
            self.close()
            raise AMILost(f"Asterisk at {self.address} did not answer within {PATIENCE:.0f} s") from None


class _Request(Action):  # type: ignore[misc]  # panoramisk is not typed
    """An action under way. panoramisk hands it every message with its ActionID."""

    future: asyncio.Future[Any]

    def __init__(self, headers: Mapping[str, object], listing: bool) -> None:
        super().__init__(headers)
        self._listing = listing
        # Those who only `send` do not look: without this, asyncio would report every refusal as never retrieved.
        self.future.add_done_callback(lambda future: future.cancelled() or future.exception())

    def fail(self, error: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(error)

    def add_message(self, message: Any) -> bool:
        """True when the answer is complete."""
        if message.response in ("Error", "Failure"):
            self.fail(AMIRefused(message.message))
        elif not self._listing:
            self._settle(message)
        elif message.eventlist != "Complete":
            self.responses.append(message)
            return False
        else:
            self._settle(self.responses[1:])  # the first one only says that a list follows
        return True

    def _settle(self, answer: Any) -> None:
        if not self.future.done():
            self.future.set_result(answer)


class _Protocol(AMIProtocol):  # type: ignore[misc]
    closed: bool

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.log = _silent

    def handle_message(self, message: Any) -> None:
        try:
            super().handle_message(message)
        except Exception:  # one event that we cannot handle must not cost the link and all calls' control with it
            log.exception("an event of Asterisk was not handled: %s", message.event)

    def close(self) -> None:
        """In place of panoramisk's, which keeps what is in flight to send it again."""
        for request in {id(request): request for request in self.responses.values()}.values():
            request.fail(AMILost("the link to Asterisk broke"))
        self.responses.clear()
        self.closed = True
        self.transport.abort()


class _Link(Manager):  # type: ignore[misc]
    """One connection from its first byte to its last. It never comes back: `AMI.connect` makes another."""

    def __init__(self, host: str, port: int, handlers: Mapping[str, list[Handler]]) -> None:
        super().__init__(
            host=host,
            port=port,
            protocol_factory=_Protocol,
            ping_delay=PING,
            log=_silent,
            loop=asyncio.get_running_loop(),
        )
        self.broken = asyncio.Event()
        self._booted = asyncio.Event()
        self._handlers = handlers
        self._pinging: asyncio.Task[None] | None = None

    def connection_made(self, connecting: asyncio.Task[Any]) -> None:
        if not connecting.cancelled() and not connecting.exception():
            super().connection_made(connecting)

    def write(self, request: _Request) -> None:
        if self.protocol is None or self.protocol.closed:
            request.fail(AMILost("not connected to Asterisk"))
        else:
            self.protocol.responses[request.id] = request
            self.protocol.transport.write(str(request).encode())

    async def booted(self) -> None:
        """Raises `AMILost` when the link breaks before."""
        waits = [asyncio.ensure_future(event.wait()) for event in (self._booted, self.broken)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if not self._booted.is_set():
            raise AMILost("Asterisk closed the link")

    def dispatch(self, event: Any) -> None:
        if event.event == "FullyBooted":
            self._booted.set()
        for handler in self._handlers.get(event.event, ()):
            handler(event)

    def ping(self) -> None:
        self._pinging = self.loop.create_task(self._keep_alive())

    async def _keep_alive(self) -> None:
        while not self.broken.is_set():
            request = _Request({"Action": "Ping"}, listing=False)
            self.write(request)
            try:
                async with asyncio.timeout(PATIENCE):
                    await request.future
            except (TimeoutError, AMILost):
                self.close()
            else:
                await asyncio.sleep(PING)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - panoramisk's own signature
        self.close()

    def close(self) -> None:
        if self._pinging and self._pinging is not asyncio.current_task():
            self._pinging.cancel()
        super().close()
        self.broken.set()
