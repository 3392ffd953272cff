"""Calls from Twilio: one webhook is one turn, carried out once and answered the same however often it comes.

The address of each action holds the epoch (how often the call was led elsewhere through the REST API) and the turn
that it answers. A turn's document is saved with the turn in one transaction, so a webhook that is sent again, late or
in the wrong order gets the words that its turn had, and does nothing. Nothing is in memory that a restart may not lose.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from context_bridge.records import AnswerRow, ContextStore, StoreUnavailable
from ivr.channels import twilio_wire as wire
from ivr.channels.twilio_door import Door
from ivr.channels.twilio_rest import Refused, Rest, Unknown, Unreached
from ivr.channels.twilio_signature import Secrets
from ivr.channels.twilio_twiml import TooLong, Ways, dial_agent, document, leave, nothing, redirect, waiting
from ivr.driver import Arrival, Driver, UnknownMenu
from ivr.engine.actions import Action, Hangup, Say
from ivr.engine.events import Event, Input, Left, NoInput, QueueLeft, QueueOutcome, Recorded
from ivr.engine.journey import Journey
from ivr.prompts import MOVED, SORRY
from ivr.settings import Settings, listed
from ivr.traces import trace

log = logging.getLogger(__name__)

NODE = "twilio"
PATH = r"{epoch:\d{1,6}}.{turn:\d{1,9}}"
MOST = r".{most:\d{1,6}}"  # seconds in a queue
PATIENCE = 8.0  # seconds that a webhook waits for a back office; Twilio gives up after 15
DONE: Mapping[str, QueueOutcome] = {
    "bridged": "done",
    "leave": "timeout",
    "queue-full": "unavailable",
    "error": "unavailable",
}

Start = tuple[int, int]
Actions = tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """`sid` and `secrets` of the account whose webhooks we take; `menu` that its calls get; `voices`: language -> the
    voice of Twilio's that speaks it."""

    sid: str
    secrets: Secrets
    menu: str
    voices: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> Account:
        tokens, keys, voices = map(
            listed, (settings.twilio_tokens, settings.twilio_shared_keys, settings.twilio_voices)
        )
        secrets = Secrets(tuple(tokens), dict(_pair(key) for key in keys))
        return cls(settings.twilio_account, secrets, settings.menu, dict(_pair(voice) for voice in voices))


class Twilio:
    """`public`: the address that Twilio knows us by; what it signs begins with it. `rest` leads calls elsewhere at
    once; without it, or when it fails, who waits is led at the next word of the queue."""

    def __init__(
        self, driver: Driver, store: ContextStore, account: Account, public: str, rest: Rest | None = None
    ) -> None:
        self._driver, self._store, self._account, self._public = driver, store, account, public.rstrip("/")
        self._door, self._rest = Door(account.sid, account.secrets, self._public), rest
        self._turning: dict[str, asyncio.Task[bytes]] = {}
        driver.attach_all(NODE, lambda contact: _Leg(contact, self))

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/twilio/voice", self._voice(self.start)),
            web.post(f"/twilio/voice/{PATH}", self._voice(self.act)),
            web.post(f"/twilio/again/{PATH}", self._voice(self.again)),
            web.post("/twilio/fallback", self._voice(self.fall_back)),
            web.post(rf"/twilio/wait/{PATH}{MOST}", self._voice(self.wait)),
            web.post("/twilio/status", self.status),
        ]

    # what Twilio asks

    async def start(self, call: _Call) -> bytes:
        """A call begins, or its beginning is told again."""
        caller = wire.caller_of(call.form)
        arrival = Arrival(
            contact=call.contact,
            channel="voice",
            node=NODE,
            menu=self._account.menu,
            number=caller.number,
            presentation=caller.presentation,
            attestation=caller.attestation,
            begins=hashlib.sha256(call.contact.encode()).hexdigest()[:32],
        )
        if (told := await self._store.answer(call.contact, 0, 0)) is not None:
            return told.body.encode()
        return await self._turn(call, (0, 0), lambda say, answering: self._driver.arrive(arrival, say, answering))

    async def act(self, call: _Call) -> bytes:
        """A verb has ended: the caller did something, or nothing."""
        epoch, turn = call.place
        # A queue that is left because we led the call elsewhere says so by its old place.
        told = epoch or "QueueResult" in call.form
        last = await self._store.last_answer(call.contact) if told else None
        if last is not None and last.epoch != epoch:
            return redirect(f"/twilio/again/{last.epoch}.{last.turn}")
        event = self._event(call, turn)
        return await self._turn(call, call.place, lambda say, answering: self._driver.advance(event, say, answering))

    async def again(self, call: _Call) -> bytes:
        """The answer to that turn, which took long; or the question that is open."""
        epoch, turn = call.place
        if (task := self._turning.get(_key(call.contact, call.place))) is not None:
            return await self._patiently(call, task, [])
        if (told := await self._store.answer(call.contact, epoch, turn)) is not None:
            return told.body.encode()
        return await self._question(call.contact, epoch)

    async def fall_back(self, call: _Call) -> bytes:
        """Twilio could not use an answer of ours: say the last one again, or that we are sorry."""
        last = await self._store.last_answer(call.contact)
        return last.body.encode() if last else document((SORRY, Hangup("broken")), Ways(""))

    async def wait(self, call: _Call) -> bytes:
        """What is heard in a queue, asked for whenever it has ended. An Enqueue has no time-out: we are its clock."""
        last = await self._store.last_answer(call.contact)
        left = call.most - int(wire.seconds(call.form.get("QueueTime", "")))
        if left <= 0 or (last is not None and last.epoch != call.epoch):
            return leave()
        place = call.form.get("QueuePosition", "")
        return waiting(int(place) if place.isdigit() else None, left)

    async def status(self, request: web.Request) -> web.Response:
        """How the call goes on; all that matters is that it is over. Comes when it likes, and more than once."""
        form = await self._door.signed(request)
        if form is None:
            return web.Response(status=403)
        try:
            contact = _contact(wire.call_of(form))
        except wire.WrongForm:
            return web.Response(status=400)
        if (why := wire.ended(form)) is not None:
            event = Left(id=f"{contact}:over", at=self._driver.now(), contact=contact, reason="dropped", detail=why)
            await self._driver.advance(event)
        return web.Response(status=204)

    # what we tell Twilio

    async def lead(self, contact: str, made: Callable[[int, int], bytes]) -> None:
        """Give the call another document, made of the new epoch and the wait that is open: a new epoch begins, and what
        still comes of the old one is led to it."""
        found, last = await self._driver.current(contact), await self._store.last_answer(contact)
        if last is None:
            return
        epoch = last.epoch + 1
        body = made(epoch, found[0].turn if found else 0).decode()
        await self._store.put_answer(AnswerRow(contact, epoch, 0, last.journey, body, self._driver.now()))
        if self._rest is not None:
            try:
                await self._rest.lead(contact.removeprefix("tw-"), f"{self._public}/twilio/again/{epoch}.0")
            except (Refused, Unknown, Unreached) as error:
                log.warning("call %s is led later: %s", contact, error)

    def to_agent(self, agent: str, journey: str, epoch: int, turn: int) -> bytes:
        return dial_agent(agent, journey, self._ways(f"{epoch}.{turn}"))

    # one turn

    async def _turn(self, call: _Call, place: Start, turn: _Taking) -> bytes:
        """Take the turn, patiently: a back office may be slow, and then the caller hears why."""
        key = _key(call.contact, place)
        says: list[Say] = []
        task = self._turning.get(key)
        if task is None:
            task = asyncio.create_task(self._taken(call, place, turn, says))
            self._turning[key] = task
            task.add_done_callback(lambda _task: self._turning.pop(key, None))
        return await self._patiently(call, task, says, place)

    async def _taken(self, call: _Call, place: Start, turn: _Taking, says: list[Say]) -> bytes:
        answer = _Answer(call.contact, place, self.render, self._driver.now, says)

        async def filler(words: tuple[Say, ...]) -> None:
            says.extend(words)

        actions = await turn(filler, answer)
        if answer.row is not None:
            return answer.row.body.encode()
        if (told := await self._store.answer(call.contact, *place)) is not None:
            return told.body.encode()
        if actions == (Hangup("moved"),):
            return await self._too_late(call)
        return await self._question(call.contact, place[0])

    async def _patiently(
        self, call: _Call, task: asyncio.Task[bytes], says: list[Say], place: Start | None = None
    ) -> bytes:
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        if done:
            return task.result()
        epoch, turn = place or call.place
        heard, says[:] = tuple(says), []
        return redirect(f"/twilio/again/{epoch}.{turn}", heard, self._ways(""))

    async def _question(self, contact: str, epoch: int) -> bytes:
        """The wait that is open, once more."""
        found = await self._driver.current(contact)
        return self.render(found[1], epoch) if found else nothing()

    async def _too_late(self, call: _Call) -> bytes:
        """Something came for a contact that is over, or that goes on elsewhere: noted, and nothing is done."""
        if (last := await self._store.last_answer(call.contact)) is not None:
            await self._driver.note(last.journey, call.contact, "Late")
        journey = await self._store.load(last.journey) if last else None
        elsewhere = journey is not None and journey.contact is not None
        return document((MOVED, Hangup("moved")), Ways("")) if elsewhere else nothing()

    def _event(self, call: _Call, turn: int) -> Event:
        """What the form of an action says. The id is the place, so that it is handled once."""
        heard = wire.heard(call.form)
        name, at = f"{call.contact}:{call.epoch}.{turn}", self._driver.now()
        if heard.hung_up:
            return Left(id=name, at=at, contact=call.contact, reason="dropped", detail="the line ended")
        if heard.recording:
            return Recorded(
                id=name, at=at, contact=call.contact, turn=turn, recording=heard.recording, seconds=heard.seconds
            )
        if heard.queue or heard.dial:
            outcome = DONE.get(heard.queue) or ("done" if heard.dial in {"completed", "answered"} else "unavailable")
            return QueueLeft(id=name, at=at, contact=call.contact, outcome=outcome, turn=turn)
        if heard.keys:
            return Input(id=name, at=at, contact=call.contact, text=heard.keys, mode="keys", turn=turn)
        if heard.speech:
            return Input(
                id=name,
                at=at,
                contact=call.contact,
                text=heard.speech,
                mode="speech",
                confidence=heard.confidence,
                turn=turn,
            )
        return NoInput(id=name, at=at, contact=call.contact, turn=turn)

    def render(self, actions: Actions, epoch: int) -> bytes:
        turn = getattr(actions[-1], "turn", 0)
        try:
            return document(actions, self._ways(f"{epoch}.{turn}"))
        except TooLong as error:
            log.error("a turn cannot be said: %s", error)
            return document((SORRY, Hangup("broken")), self._ways(""))

    def _ways(self, place: str) -> Ways:
        return Ways(f"/twilio/voice/{place}", f"/twilio/wait/{place}", voices=self._account.voices)

    # the door

    def _voice(self, handler: Callable[[_Call], Awaitable[bytes]]) -> Callable[[web.Request], Awaitable[web.Response]]:
        """A webhook that is answered with a document. What fails here fails as a 500, so that Twilio asks elsewhere."""

        async def handle(request: web.Request) -> web.Response:
            form = await self._door.signed(request)
            if form is None:
                return web.Response(status=403)
            try:
                contact = _contact(wire.call_of(form))
            except wire.WrongForm:
                return web.Response(status=400)
            found = request.match_info
            call = _Call(contact, form, *(int(found.get(name, 0)) for name in ("epoch", "turn", "most")))
            try:
                body = await handler(call)
            except StoreUnavailable:
                return web.Response(status=503)
            except UnknownMenu as error:
                log.error("call %s: %s", contact, error)
                return web.Response(status=500)
            except Exception as error:  # a mistake of ours: Twilio's fallback says the last words again
                log.error("call %s failed with %s", contact, trace(error))
                return web.Response(status=500)
            return web.Response(body=body, content_type="text/xml", charset="utf-8")

        return handle


_Taking = Callable[[Callable[[tuple[Say, ...]], Awaitable[None]], "_Answer"], Awaitable[Actions]]


@dataclass(frozen=True, slots=True)
class _Call:
    contact: str
    form: Mapping[str, str]
    epoch: int = 0
    turn: int = 0
    most: int = 0  # seconds in a queue

    @property
    def place(self) -> Start:
        return self.epoch, self.turn


class _Answer:
    """Makes the document of a turn, and knows whether it was saved. `unsaid`: what was to be heard while a back office
    is asked, and was not, since it was quick."""

    def __init__(
        self,
        contact: str,
        place: Start,
        render: Callable[[Actions, int], bytes],
        now: Callable[[], float],
        unsaid: list[Say],
    ) -> None:
        self._contact, self._place, self._render, self._now, self._unsaid = contact, place, render, now, unsaid
        self._made: AnswerRow | None = None
        self.row: AnswerRow | None = None

    def make(self, journey: Journey, actions: Actions) -> AnswerRow:
        epoch, turn = self._place
        body = self._render((*self._unsaid, *actions), epoch).decode()
        self._made = AnswerRow(self._contact, epoch, turn, journey.id, body, self._now())
        return self._made

    def saved(self) -> None:
        self.row = self._made


class _Leg:
    """What the driver tells a call, from whichever process."""

    def __init__(self, contact: str, channel: Twilio) -> None:
        self._contact, self._channel = contact, channel

    async def moved(self) -> None:
        await self._channel.lead(
            self._contact, lambda epoch, _turn: self._channel.render((MOVED, Hangup("moved")), epoch)
        )

    async def joined(self, agent: str) -> None:
        await self._channel.lead(
            self._contact, lambda epoch, turn: self._channel.to_agent(agent, self._contact, epoch, turn)
        )

    async def released(self, actions: Actions) -> None:
        await self._channel.lead(self._contact, lambda epoch, _turn: self._channel.render(actions, epoch))

    async def message(self, text: str, sender: str) -> None:
        """Written words have no place in a call; they are in the history."""


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip()


def _contact(call: str) -> str:
    return f"tw-{call}"


def _key(contact: str, place: Start) -> str:
    return f"{contact}:{place[0]}.{place[1]}"
