"""Text messages and WhatsApp by Twilio: a message is a turn of the customer's journey, and its answer is the webhook's.

The answer is saved with the turn under the message's SID, so a webhook that comes again gets the same words and does
nothing. A customer's address and ours make one contact, which is gone when nothing came for a while. What we say
unasked (an agent's words, an answer that took too long) goes out by the outbox.

STOP, START and HELP are taken before anything else. From who wants no messages we take no turns: we could not answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from typing import Literal
from weakref import WeakValueDictionary

from aiohttp import web

from callbacks.consent import Wish, wish_of
from callbacks.outbox import Outbox
from context_bridge.contract import ContextStore, StoreUnavailable
from context_bridge.records import AnswerRow, ConsentRow, OutboxRow, ThreadRow
from ivr.channels import twilio_message_wire as wire
from ivr.channels.twilio_door import Door
from ivr.channels.twilio_late import Late
from ivr.channels.twilio_menu import arrive
from ivr.channels.twilio_message_wire import Heard, Report
from ivr.channels.twilio_reply import NOTHING, Reply, Saved, answer_to, answers, no_media, not_taken, reply_of
from ivr.channels.twilio_sender import OPTED_OUT, opted_out, why
from ivr.channels.twilio_wire import WrongForm
from ivr.driver import Arrival, Driver, UnknownMenu
from ivr.engine.actions import Action
from ivr.engine.events import Input, Left
from ivr.engine.journey import Journey
from ivr.engine.steps import InvokeStep
from ivr.traces import trace

log = logging.getLogger(__name__)

NODE = "twilio-messages"
GONE = 30 * 60.0  # seconds without a message until the customer counts as gone
PATIENCE = 8.0  # seconds that a webhook waits for a back office; Twilio gives up after 15
SAVING, LOOK = 4.0, 0.1  # seconds more, until its words are saved; between two looks whether they are

Actions = tuple[Action, ...]


class TwilioMessages:
    """`menu`: the menu that a new journey gets; `outbox`: woken when something is to be said unasked."""

    def __init__(self, driver: Driver, store: ContextStore, door: Door, menu: str, outbox: Outbox) -> None:
        self._driver, self._store, self._door, self._menu, self._outbox = driver, store, door, menu, outbox
        self._turning: dict[str, asyncio.Task[Reply]] = {}
        self.late = Late(driver, store, outbox, self.say, self._turning.__contains__)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        driver.attach_all(NODE, lambda contact: _Leg(contact, self))

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/twilio/message", self.message),
            web.post("/twilio/message-fallback", self.fall_back),
            web.post(r"/twilio/message-status/{place:[A-Za-z0-9_-]{1,300}\.\d{1,3}}", self.status),
        ]

    async def sweep(self) -> None:
        """Customers who have not written for a while are gone; their journeys stay."""
        for contact in await self._driver.open_contacts(NODE):
            journey, thread = await self._store.by_contact(contact), await self._store.messages.thread(contact)
            last = thread.heard_at if thread else 0.0
            if journey is not None and journey.status == "live" and last < self._driver.now() - GONE:
                name = f"{contact}:gone:{last}"
                await self._driver.advance(Left(id=name, at=self._driver.now(), contact=contact, reason="dropped"))

    # what Twilio tells

    async def message(self, request: web.Request) -> web.Response:
        """A customer wrote."""
        form = await self._door.signed(request)
        if form is None:
            return web.Response(status=403)
        try:
            heard = wire.heard(form, request.query.get("language", ""), request.query.get("menu", ""))
        except WrongForm:
            return web.Response(status=400)
        try:
            body = await self._patiently(heard)
        except StoreUnavailable:
            return web.Response(status=503)
        except UnknownMenu as error:
            log.error("message %s: %s", heard.sid, error)
            return web.Response(status=500)
        except Exception as error:  # a mistake of ours: Twilio's fallback is asked
            log.error("message %s failed with %s", heard.sid, trace(error))
            return web.Response(status=500)
        return web.Response(body=body, content_type="text/xml", charset="utf-8")

    async def fall_back(self, request: web.Request) -> web.Response:
        """We could not take a message, or were too slow: once more, and if it fails again its writer is told."""
        response = await self.message(request)
        if response.status < 500:
            return response
        body = not_taken(request.query.get("language", ""))
        return web.Response(body=body, content_type="text/xml", charset="utf-8")

    async def status(self, request: web.Request) -> web.Response:
        """How far a message of ours is. May come before Twilio has answered our request for it."""
        form = await self._door.signed(request)
        if form is None:
            return web.Response(status=403)
        try:
            key, part = wire.at_place(request.match_info["place"])
            report = wire.report(form)
        except WrongForm:
            return web.Response(status=400)
        try:
            await self._reported(key, part, report, form.get("To", ""))
        except StoreUnavailable:
            return web.Response(status=503)
        return web.Response(status=204)

    async def _reported(self, key: str, part: int, report: Report, to: str) -> None:
        messages, now = self._store.messages, self._driver.now()
        await messages.sent_as(key, part, report.sid)
        if not await messages.delivered(report.sid, report.state, report.rank, report.code, now):
            return
        if report.code == str(OPTED_OUT) and to:
            await messages.agree(opted_out(key, to, now))
        if report.state in wire.LOST:
            await self._store.settle_outbox(key, "failed", why(report.code), None)
        await self._outbox.delivered(key)

    # one message

    async def _patiently(self, heard: Heard) -> bytes:
        """The answer, or nothing while it takes long: then it follows as a message of its own."""
        task = self._turning.get(heard.sid)
        if task is None:
            task = self._turning[heard.sid] = asyncio.create_task(self._taken(heard))
            task.add_done_callback(lambda _task: self._turning.pop(heard.sid, None))
        await asyncio.wait({task}, timeout=PATIENCE)
        if not task.done() and not await self._is_saved(heard, task):
            raise StoreUnavailable("a message could not be saved in time")
        if task.done():
            return task.result().body
        await self.late.follow(heard.sid, _contact(heard), task)
        return NOTHING

    async def _is_saved(self, heard: Heard, task: asyncio.Task[Reply]) -> bool:
        """Until its words are in the journey, where they outlive us, Twilio must not take them for delivered."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SAVING):
                while not (task.done() or await self._holds(await self._store.by_contact(_contact(heard)), heard)):
                    await asyncio.wait({task}, timeout=LOOK)
                return True
        return False

    async def _holds(self, journey: Journey | None, heard: Heard) -> bool:
        """Whether the message is a turn of the journey, or has begun one that asks a back office before all else."""
        if journey is None or heard.sid in journey.seen:
            return journey is not None
        begun = journey.id == _begun_by(heard)
        return begun and isinstance((await self._driver.flow(journey)).steps.get(journey.step or ""), InvokeStep)

    async def _taken(self, heard: Heard) -> Reply:
        contact = _contact(heard)
        async with self._locks.setdefault(contact, asyncio.Lock()):
            if (told := await self._told(heard)) is not None:
                return told
            now = self._driver.now()
            await self._store.messages.hear(ThreadRow(contact, heard.ours, heard.theirs, now))
            consent = await self._store.messages.consent(heard.theirs)
            stopped = consent is not None and consent.wish == "stop"
            found = await self._on(contact)
            wish = Wish(heard.handled, "en", True) if heard.handled else wish_of(heard.text, stopped=stopped)
            if wish is not None and (stopped or not (found and self._is_answer(heard, wish, *found))):
                return await self._wished(heard, wish, contact)
            return Reply() if stopped else await self._turn(heard, contact, found)

    async def _told(self, heard: Heard) -> Reply | None:
        """What was answered to this message before."""
        last = await self._store.last_answer(heard.sid)
        return Reply(last.body.encode()) if last is not None and last.body else None

    def _is_answer(self, heard: Heard, wish: Wish, journey: Journey, actions: Actions) -> bool:
        """A word such as "cancel" is an answer to an agent, and to the question that offers it, unless Twilio took it
        for its own."""
        took = heard.handled or (heard.channel == "sms" and wish.carriers_own and wish.kind != "help")
        to_agent = journey.status in {"queued", "with_agent"}
        return not wish.certain and not took and (to_agent or answers(actions, heard.text))

    async def _wished(self, heard: Heard, wish: Wish, contact: str) -> Reply:
        now = self._driver.now()
        if wish.kind != "help":
            said = f"they wrote {wish.kind.upper()}"
            await self._store.messages.agree(ConsentRow(heard.sid, heard.theirs, wish.kind, said, now))
        if wish.kind == "stop":
            await self._driver.advance(Left(id=f"{contact}:{heard.sid}", at=now, contact=contact, reason="caller"))
        silent = heard.handled or (heard.channel == "sms" and wish.carriers_own)
        reply = Reply() if silent else reply_of(wish.answer)
        await self._store.put_answer(AnswerRow(heard.sid, 0, 0, contact, reply.body.decode(), now))
        return reply

    async def _turn(self, heard: Heard, contact: str, found: tuple[Journey, Actions] | None) -> Reply:
        if found is None:
            answer = Saved(heard, 0, self._driver.now)
            arrival = self._arrival(heard, contact)
            actions = await arrive(arrival, self._menu, lambda known: self._driver.arrive(known, None, answer))
            if not answers(actions, heard.text):
                return answer.reply or await self._told(heard) or await self._said(heard, actions)
            # they are answered, not welcomed
        elif found[0].status in {"queued", "with_agent"}:
            return await self._to_agent(heard, found[0])
        elif not heard.text:
            return await self._said(heard, found[1])
        answer = Saved(heard, 1, self._driver.now)
        event = Input(id=heard.sid, at=self._driver.now(), contact=contact, text=heard.text, mode="text")
        actions = await self._driver.advance(event, None, answer)
        return answer.reply or await self._told(heard) or await self._said(heard, actions)

    def _arrival(self, heard: Heard, contact: str) -> Arrival:
        return Arrival(
            contact=contact,
            channel=heard.channel,
            node=NODE,
            menu=heard.menu or self._menu,
            number=heard.number,
            presentation="allowed" if heard.number else "withheld",
            begins=_begun_by(heard),
            language=heard.language,
        )

    async def _to_agent(self, heard: Heard, journey: Journey) -> Reply:
        reply = reply_of(no_media(heard, (await self._driver.flow(journey)).language))
        row = AnswerRow(heard.sid, 0, 1, "", reply.body.decode(), self._driver.now())
        if heard.text:
            await self._driver.tell(_contact(heard), heard.text, "customer", row)
        else:
            await self._store.put_answer(row)
        return await self._told(heard) or reply  # another instance may have queued them by this very message

    async def _said(self, heard: Heard, actions: Actions) -> Reply:
        """An answer to what changed nothing."""
        reply = answer_to(heard, actions)
        row = AnswerRow(heard.sid, 0, 1, _contact(heard), reply.body.decode(), self._driver.now())
        await self._store.put_answer(row)
        return await self._told(heard) or reply

    async def _on(self, contact: str) -> tuple[Journey, Actions] | None:
        """The journey and wait of a contact that has not ended."""
        found = await self._driver.current(contact)
        return found if found and found[0].status in ("live", "queued", "with_agent") else None

    # what we say unasked

    async def say(self, contact: str, text: str, key: str) -> None:
        """Send words to who writes as this contact; once for each key."""
        thread = await self._store.messages.thread(contact)
        if thread is None or not text:
            return
        journey = await self._store.by_contact(contact)
        kind: Literal["sms", "messenger"] = "messenger" if ":" in thread.theirs else "sms"
        payload = {"to": thread.theirs, "text": text}
        await self._store.messages.put_outbox(
            OutboxRow(key, journey.id if journey else "", kind, payload, self._driver.now())
        )
        self._outbox.wake()

    def new_key(self, contact: str) -> str:
        return f"{contact}:{self._driver.new_event_id()}"


class _Leg:
    """What the driver tells who writes, from whichever process."""

    def __init__(self, contact: str, channel: TwilioMessages) -> None:
        self._contact, self._channel = contact, channel

    async def moved(self) -> None:
        """They phone us, or chat: they know, and a message would only ring their phone."""

    async def joined(self, agent: str) -> None:
        """The agent writes soon, and by name."""

    async def released(self, actions: Actions) -> None:
        await self._channel.say(self._contact, wire.words(actions), self._channel.new_key(self._contact))

    async def message(self, text: str, sender: str) -> None:
        await self._channel.say(self._contact, f"{sender}: {text}", self._channel.new_key(self._contact))


def _contact(heard: Heard) -> str:
    """Of the customer's address and ours; a hash, since contacts are named in logs."""
    return "tm-" + hashlib.sha256(f"{heard.ours} {heard.theirs}".encode()).hexdigest()[:24]


def _begun_by(heard: Heard) -> str:
    """The id of a journey that begins with this message."""
    return hashlib.sha256(heard.sid.encode()).hexdigest()[:32]
