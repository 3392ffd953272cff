"""Calls from Twilio: one webhook is one turn, carried out once and answered the same however often it comes.

The address of each action holds the epoch (how often the call was led elsewhere through the REST API) and the turn
that it answers. A turn's document is saved with the turn in one transaction, so a webhook that is sent again, late or
in the wrong order gets the words that its turn had, and does nothing. Nothing is in memory that a restart may not lose.

`twilio_wire` and `twilio_call` read what Twilio sends, `twilio_turns` takes the turn, `twilio_start` and `twilio_ends`
know how a call begins and ends, `twilio_fallback` goes on where an answer of ours failed, `twilio_documents` and
`twilio_twiml` write what it is answered, `twilio_lead` leads calls elsewhere, `twilio_rest` asks Twilio.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiohttp import web

from callbacks.outbox import Outbox
from context_bridge.contract import ContextStore, StoreUnavailable
from ivr.channels import twilio_wire as wire
from ivr.channels.twilio_account import Account
from ivr.channels.twilio_agents import Agents
from ivr.channels.twilio_call import MOST, NODE, PATH, Call, Webhook, contact_of, event_of
from ivr.channels.twilio_consult import Consult
from ivr.channels.twilio_documents import Documents
from ivr.channels.twilio_door import Door, socket_of
from ivr.channels.twilio_ends import Ends
from ivr.channels.twilio_fallback import Fallback
from ivr.channels.twilio_lead import Lead, Leg
from ivr.channels.twilio_lost import end_lost
from ivr.channels.twilio_meaning import meant
from ivr.channels.twilio_queue import Queue
from ivr.channels.twilio_recordings import due, owe
from ivr.channels.twilio_refusal import Refusal
from ivr.channels.twilio_rest import Rest
from ivr.channels.twilio_sounds import Sounds
from ivr.channels.twilio_start import Start
from ivr.channels.twilio_transfer import Transfers
from ivr.channels.twilio_turns import Turns
from ivr.channels.twilio_twiml import nothing, redirect
from ivr.driver import Driver, UnknownMenu
from ivr.engine.events import QueueLeft, Requeued
from ivr.prompts import ENGLISH
from ivr.traces import trace

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Twilio:
    """`public`: the address that Twilio knows us by; what it signs begins with it. `rest` leads calls elsewhere at
    once; without it, or when it fails, who waits is led at the next word of the queue."""

    def __init__(
        self,
        driver: Driver,
        store: ContextStore,
        account: Account,
        public: str,
        sounds: Sounds,
        outbox: Outbox,
        rest: Rest | None = None,
    ) -> None:
        self._driver, self._store, self._rest = driver, store, rest
        public = public.rstrip("/")
        sockets = socket_of(public) if account.our_ears else ""
        self._documents = documents = Documents(
            account.voices, sounds, sockets, account.speech_model, account.caller_id or account.sender
        )
        self._sounds, self._outbox = sounds, outbox
        self._queue, self._transfers = Queue(driver, store, documents), Transfers(driver, documents)
        refusal, self._ends = Refusal(driver, store, account.blocked, account.most_calls), Ends(driver, store)
        self._door, self._turns = Door(account.sid, account.secrets, public), Turns(driver, store, documents)
        self.start = Start(driver, store, self._turns, refusal, self._ends, account.menu, account.exchanges)
        verbs = {"voice": self.act, "rung": self.rung, "screened": self.screened, "transferred": self.transferred}
        self._fallback = Fallback(store, documents, self.start, verbs)
        self._lead = lead = Lead(driver, store, documents, public, rest)
        self.agents = agents = Agents(driver, store, account.phones, account.sender)
        self.consult = consult = Consult(driver, agents, rest, public, account.sender) if rest else None
        driver.attach_all(NODE, lambda contact: Leg(contact, lead, agents, consult))

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"/twilio/voice/{PATH}", self._voice(self.act)),  # first: most webhooks look for it
            web.post("/twilio/voice", self._voice(self.start)),
            web.post(f"/twilio/again/{PATH}", self._voice(self._turns.again)),
            web.post("/twilio/status", self.status),
            web.post("/twilio/recording", self.recorded),
            *self._sounds.routes(),
            web.post(rf"/twilio/streamed/{PATH}{MOST}", self._voice(self.streamed)),
            web.post(f"/twilio/rung/{PATH}", self._voice(self.rung)),
            web.post(f"/twilio/screened/{PATH}", self._voice(self.screened)),
            web.post(f"/twilio/alone/{PATH}", self._voice(self.alone)),
            web.post(f"/twilio/transferred/{PATH}", self._voice(self.transferred)),
            *(web.post(path, self._voice(handler)) for path, handler in self._fallback.webhooks()),
            *(web.post(path, self._voice(handler)) for path, handler in self._transfers.webhooks()),
            *(web.post(path, self._voice(handler)) for path, handler in self._queue.webhooks()),
            *(web.post(path, self._voice(handler)) for path, handler in self.agents.webhooks()),
            *(web.post(path, self._voice(handler)) for path, handler in self._consulting()),
        ]

    def _consulting(self) -> Sequence[tuple[str, Webhook]]:
        return self.consult.webhooks() if self.consult else ()

    async def sweep(self) -> None:
        if self._rest is not None:
            await end_lost(self._driver, self._store, self._rest, self._ends)

    async def act(self, call: Call) -> bytes:
        """A verb has ended: the caller did something, or nothing."""
        # A queue that is left because we led the call elsewhere says so by its old place.
        told = call.epoch or "QueueResult" in call.form
        last = await self._store.last_answer(call.contact) if told else None
        if last is not None and last.epoch != call.epoch:
            return redirect(f"/twilio/again/{last.epoch}.{last.turn}")
        if sid := wire.recording_of(call.form):
            await owe(self._store, self._outbox, call.contact, sid, self._driver.now())
        event = await meant(event_of(call, self._driver.now()), self._store, self._driver)
        if isinstance(event, QueueLeft):
            return await self._turns.take(call, lambda answering: self._queue.left(call, event, answering))
        return await self._turns.advance(call, event)

    async def streamed(self, call: Call) -> bytes:
        """A media stream has ended: with the call's questions, or too early. `most`: how often before at this one."""
        last = await self._store.last_answer(call.contact)
        if last is not None and last.epoch != call.epoch:
            return redirect(f"/twilio/again/{last.epoch}.{last.turn}")
        found = await self._driver.current(call.contact)
        if found is None:
            return nothing()
        await self._documents.prepare(found[1])
        lost = call.most + 1 if found[0].turn == call.turn else 0
        return self._documents.turn(found[1], call.epoch, lost, call.form)

    async def rung(self, call: Call) -> bytes:
        """An agent's browser was rung."""
        return await self.act(await self.agents.rung(call))

    async def screened(self, call: Call) -> bytes:
        """An agent's phone was rung, with a whisper."""
        event = await self.agents.screened(call)
        return await self._turns.advance(call, event)

    async def transferred(self, call: Call) -> bytes:
        """Whom the caller was put through to was rung, and may have talked with them."""
        last = await self._store.last_answer(call.contact)
        if last is not None and last.epoch != call.epoch:
            return redirect(f"/twilio/again/{last.epoch}.{last.turn}")
        event = await self._transfers.ended(call)
        return await self._turns.advance(call, event)

    async def alone(self, call: Call) -> bytes:
        """The customer has come into a room that nobody is in any more: back into the queue."""
        last = await self._store.last_answer(call.contact)
        if last is not None and last.epoch == call.epoch:
            event = Requeued(id=f"{call.event}:alone", at=self._driver.now(), contact=call.contact, turn=call.turn)
            actions = await self._driver.advance(event)
            await self._lead.call(call.contact, lambda epoch, _turn: self._lead.documents.turn(actions, epoch))
        return nothing()

    async def status(self, request: web.Request) -> web.Response:
        """How the call goes on; all that matters is that it is over. Comes when it likes, and more than once."""
        form = await self._door.signed(request)
        if form is None:
            return web.Response(status=403)
        try:
            contact = contact_of(wire.call_of(form))
        except wire.WrongForm:
            return web.Response(status=400)
        if (why := wire.ended(form)) is not None:
            await self._ends.over(contact, why)
        return web.Response(status=204)

    async def recorded(self, request: web.Request) -> web.Response:
        """A recording is ready: fetch it now."""
        form = await self._door.signed(request)
        if form is None:
            return web.Response(status=403)
        sid = wire.recording_of(form)
        if sid and form.get("RecordingStatus") == "completed":
            await due(self._store, self._outbox, sid, self._driver.now())
        return web.Response(status=204)

    def _voice(self, handler: Webhook) -> Handler:
        """A webhook that is answered with a document. What fails here fails as a 500, so that Twilio asks elsewhere."""

        async def handle(request: web.Request) -> web.Response:
            form = await self._door.signed(request)
            if form is None:
                return web.Response(status=403)
            try:
                call = Call.of(form, _found(request))
            except wire.WrongForm:
                return web.Response(status=400)
            try:
                body = await handler(call)
            except StoreUnavailable:
                return web.Response(status=503)
            except UnknownMenu as error:
                log.error("call %s cannot be taken: %s", call.contact, error)
                body = self._documents.fault(ENGLISH)
            except Exception as error:  # a mistake of ours: Twilio's fallback says the last words again
                log.error("call %s failed with %s", call.contact, trace(error))
                return web.Response(status=500)
            return web.Response(body=body, content_type="text/xml", charset="utf-8")

        return handle


def _found(request: web.Request) -> Mapping[str, str]:
    """What the address of a webhook holds; only that of the first has a query."""
    if "?" not in request.raw_path:  # reading a query takes time
        return request.match_info
    return {name: request.query.get(name, "") for name in ("language", "menu")} | request.match_info
