"""One coroutine per call: actions become commands to the leg, signals of the leg become events.

Straight-line code. A hang-up ends it as an exception, and so does the dialplan taking the leg back. When the link to
Asterisk is lost the coroutine ends without a word to the engine: the leg lives, and `adopt` goes on with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, NoReturn

from asterisk import causes, queue
from asterisk.adoption import LONGEST, take_over
from asterisk.ami import AMILost, AMIRefused
from asterisk.leg import Leg
from asterisk.reads import Reads
from asterisk.signals import (
    Completed,
    Connected,
    Entered,
    Finished,
    HangupRequested,
    HungUp,
    LinkLost,
    Moved,
    Pressed,
    Signal,
    TakenBack,
)
from context_bridge.records import StoreUnavailable
from ivr.driver import Arrival, Driver
from ivr.engine.actions import Action, Collect, Enqueue, Hangup, Record, Say
from ivr.engine.events import Input, Left, LeftReason, NoInput, QueueOutcome
from ivr.engine.journey import Journey
from ivr.traces import trace
from recognition.keys import Answer, Keyed
from recognition.speak import Clip, Speaker, SpeakFailed

NODE = "asterisk"
MOVED = Say("We go on in the other place. Goodbye.", fixed=True)
GRACE = 5.0  # seconds in which Asterisk tells the end of a leg, or of a prompt beyond its length
RETRIES = (1.0, 2.0, 4.0, 8.0, 16.0)  # seconds between attempts to tell a store that is down that a caller has left

Actions = tuple[Action, ...]
Turn = Coroutine[Any, Any, Actions]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Site:
    """What calls have in common. `menu`: for those whose dialplan names none; `url`: where the desk is."""

    menu: str
    url: str


class _Gone(Exception):
    def __init__(self, last: HungUp) -> None:
        self.last = last


class _TakenBack(Exception):
    """The leg is not in AsyncAGI any more."""


class _MovedAway(Exception):
    """The journey goes on elsewhere."""


class Call:
    """Also the `ivr.driver.Leg` of its contact. `inside`: the leg is in our hands, not the dialplan's."""

    def __init__(self, leg: Leg, driver: Driver, speaker: Speaker, site: Site) -> None:
        self.leg, self.contact = leg, leg.contact
        self.inside = True
        self._driver, self._speaker, self._site = driver, speaker, site
        self._clock = asyncio.get_running_loop().time
        self._reads = Reads(leg, self._clock)
        self._filler = ""
        self._requested = self._ours = False
        self._queued = self._served = self._releasing = False
        self._released: Actions | None = None

    async def run(self) -> None:
        """From the first word to the hang-up, or to the loss of the link."""
        self._driver.attach(self.contact, self)
        try:
            await self._serve()
        except _Gone as gone:
            await self._left(gone.last)
        except AMILost:
            log.info("%s: left to Asterisk until the link is back", self.contact)
        finally:
            self._driver.detach(self.contact)

    async def _serve(self) -> None:
        turn: Turn = self._begin()
        while True:
            try:
                actions = await turn
            except (_Gone, AMILost):
                raise
            except _TakenBack:
                turn = self._outside()
            except _MovedAway:
                turn = self._perform((MOVED, Hangup("moved")))
            except AMIRefused as refusal:
                await self._vanished(refusal)
            except StoreUnavailable as error:
                log.error("%s: %s", self.contact, error)
                turn = self._step_aside()
            except (
                Exception
            ) as error:  # a mistake of ours must not leave a caller in silence: the dialplan has a way out
                log.error("%s: a turn failed with %s", self.contact, trace(error))
                self._reads.forget()
                turn = self._step_aside()
            else:
                turn = self._perform(actions)

    # Turns

    async def _begin(self) -> Actions:
        known = await self.leg.get("CTX_ID") == self.contact
        if known and (found := await self._driver.current(self.contact)):
            return await self._adopt(*found)
        if known and await self.leg.get("SEGUE_MARK"):  # its journey came to an end, or went elsewhere
            return (Hangup("moved"),)
        self.leg.set("__CTX_ID", self.contact)  # __: agents' legs inherit it
        number, presentation, menu = await asyncio.gather(
            *(self.leg.get(name) for name in ("CALLERID(num)", "CALLERID(num-pres)", "SEGUE_MENU"))
        )
        arrival = Arrival(
            contact=self.contact,
            channel="voice",
            node=NODE,
            menu=menu or self._site.menu,
            number=number or None,
            presentation="allowed" if presentation.startswith("allowed") else presentation,
        )
        return await self._driver.arrive(arrival, self._say)

    async def _perform(self, actions: Actions) -> Actions:
        says = tuple(action for action in actions if isinstance(action, Say))
        match actions[-1]:
            case Collect() as collect:
                return await self._take(await self._ask(says, collect), collect)
            case Record(turn):  # this channel does not record yet: the menu's `failed` way is taken
                driver = self._driver
                silent = NoInput(id=driver.new_event_id(), at=driver.now(), contact=self.contact, turn=turn)
                return await driver.advance(silent, self._say)
            case Enqueue() as wait:
                await self._play(says)
                return await self._enqueue(wait)
            case Hangup():
                await self._play(says)
                return await self._hang_up()
            case other:
                raise TypeError(
                    f"a turn for a call ended in {type(other).__name__}, which is the driver's own business"
                )

    async def _ask(self, says: tuple[Say, ...], collect: Collect) -> Answer:
        await self._until_over(self._filler)
        clip = await self._render(says)
        while not self.leg.inbox.empty():  # keys that came while the prompt was made
            await self._hear(None)
        now, pad = self._clock(), self._reads.pad
        ends = now + (clip.seconds if clip else 0.0)
        answer = pad.begin(collect.keys, collect.timeout, collect.interdigit, ends, now)
        if answer is None:
            self._reads.ask(collect.turn, None if pad.barged else clip)
        return answer or await self._answer()

    async def _answer(self) -> Answer:
        while not (answer := await self._hear(self._reads.pad.deadline)):
            pass
        return answer

    async def _take(self, answer: Answer, collect: Collect) -> Actions:
        self._reads.answered(collect.turn)
        self.leg.set("SEGUE_ROUND", 0)  # whatever went wrong before, the caller gets on
        driver, contact = self._driver, self.contact
        event: Input | NoInput
        if isinstance(answer, Keyed):
            event = Input(
                id=driver.new_event_id(),
                at=driver.now(),
                contact=contact,
                text=answer.text,
                mode="keys",
                turn=collect.turn,
            )
        else:
            event = NoInput(id=driver.new_event_id(), at=driver.now(), contact=contact, turn=collect.turn)
        return await driver.advance(event, self._say)

    async def _enqueue(self, wait: Enqueue) -> Actions:
        whisper = await self._render((Say(wait.whisper),)) if wait.whisper else None
        desk = f"{self._site.url}/agent?contact={self.contact}"
        self._queued, self._released = True, None
        if await queue.enqueue(self.leg, wait, whisper.path if whisper else None, desk):
            return await self._outside()
        await self._release("unavailable")
        return await self._come_back()

    async def _hang_up(self) -> Actions:
        self._ours = True
        await self.leg.hang_up()
        while True:
            await self._next(None)

    # Outside: the leg is in the dialplan, in a queue, with an agent, or with the dead man's switch

    async def _outside(self) -> Actions:
        self.inside = False
        while True:
            match await self._next(None):
                case Connected(agent):
                    self._served = True
                    await self._tell(self._driver.join(self.contact, agent))
                case Completed(by) if self._queued and by != "transfer":
                    await self._tell(self._release("done"))
                case Entered():
                    self.inside = True
                    self._reads = Reads(self.leg, self._clock)
                    return await self._come_back()
                case Moved():
                    self._released = (MOVED, Hangup("moved"))
                    await self.leg.redirect("segue", "call")

    async def _come_back(self) -> Actions:
        if self._released is None and self._queued:
            # Whom an agent sent back has no QUEUESTATUS.
            await self._release("done" if self._served else await queue.outcome(self.leg))
        self._queued = self._served = False
        actions, self._released = self._released, None
        return actions or await self._begin()

    async def _tell(self, telling: Coroutine[Any, Any, object]) -> None:
        try:
            await telling
        except Exception as error:  # whatever our trouble is, it must not part the caller from the agent
            log.error("%s: the driver could not be told how the hand-off goes: %s", self.contact, trace(error))

    async def _release(self, outcome: QueueOutcome) -> None:
        """The driver answers through `released`."""
        self._releasing = True
        try:
            await self._driver.release(self.contact, outcome)
        finally:
            self._releasing = False

    async def _step_aside(self) -> Actions:
        """We cannot go on now: the dialplan says so and comes back later, in the end with a person."""
        await self.leg.redirect("segue", "away")
        return await self._outside()

    # Adoption

    async def _adopt(self, journey: Journey, actions: Actions) -> Actions:
        """Go on where the process before us was."""
        wait = actions[-1]
        if (await self.leg.running())[0] == "Queue":
            return await self._follow(journey, wait)
        turn = wait.turn if isinstance(wait, Collect) else -1
        clip = await self._render(tuple(action for action in actions if isinstance(action, Say)))
        seconds = clip.seconds if clip else 0.0
        found = await take_over(self.leg, turn, seconds, self._next, self._clock)
        self._reads = Reads(self.leg, self._clock, found)
        if isinstance(wait, Collect) and found.playing:
            return await self._listen_on(seconds, wait)
        if isinstance(wait, Enqueue) and await queue.has_been(self.leg, wait):
            await self._release(await queue.outcome(self.leg))
            actions, self._released = self._released or actions, None
        if await queue.has_left(self.leg):
            return actions
        # Keys have stopped the prompt. Those that mean something do so again; for others it is said once more.
        heard = (found.heard and not found.keys) or found.spoken
        return (actions[-1],) if heard else actions

    async def _listen_on(self, prompt: float, collect: Collect) -> Actions:
        """The question is being heard; how much of it is left we do not know, so all of it is allowed for."""
        now = self._clock()
        answer = self._reads.pad.begin(collect.keys, collect.timeout, collect.interdigit, now + prompt, now)
        return await self._take(answer or await self._answer(), collect)

    async def _follow(self, journey: Journey, wait: Action) -> Actions:
        self._queued = isinstance(wait, Enqueue)
        if journey.status == "queued" and await self.leg.get("BRIDGEPEER"):
            await self._tell(self._driver.join(self.contact, await self.leg.get("MEMBERNAME")))
        return await self._outside()

    # Sounds and signals

    async def _say(self, says: tuple[Say, ...]) -> None:
        """Filler, while a back office is asked."""
        if clip := await self._render(says):
            self._filler = self._reads.fill(clip)

    async def _play(self, says: tuple[Say, ...]) -> None:
        await self._until_over(self._filler)
        if clip := await self._render(says):
            path = clip.path
            await self._until_over(self._reads.queue(lambda name: self.leg.play(name, path)), clip.seconds)

    async def _until_over(self, name: str, seconds: float = LONGEST) -> None:
        deadline = self._clock() + seconds + GRACE
        while self._reads.is_running(name) and self._clock() < deadline:
            await self._hear(deadline)

    async def _render(self, says: tuple[Say, ...]) -> Clip | None:
        if not says:
            return None
        try:
            return await self._speaker.joined([(say.text, say.audio) for say in says], 8000)
        except SpeakFailed as error:
            log.error("%s: a prompt was left out: %s", self.contact, error)
        for say in says:  # with a full disk the parts may be there and their sum not: better the first than silence
            with contextlib.suppress(SpeakFailed):
                return await self._speaker.clip(say.text, 8000, say.audio)
        return None

    async def _hear(self, deadline: float | None) -> Answer | None:
        """One signal of a leg that is in our hands, or the end of the time."""
        match await self._next(deadline):
            case None:
                return self._reads.pad.tick(self._clock())
            case Pressed(key, at):
                return self._reads.press(key, at)
            case Finished(name):
                self._reads.finished(name)
            case TakenBack():
                raise _TakenBack
            case Moved():
                raise _MovedAway
        return None

    async def _next(self, deadline: float | None) -> Signal | None:
        try:
            async with asyncio.timeout_at(deadline):
                signal = await self.leg.inbox.get()
        except TimeoutError:
            return None
        match signal:
            case HungUp():
                raise _Gone(signal)
            case LinkLost():
                raise AMILost("the link to Asterisk broke")
            case HangupRequested():
                self._requested = True
        return signal

    async def _vanished(self, refusal: AMIRefused) -> NoReturn:
        """Asterisk refuses, mostly since the leg is gone; its last signals are on their way."""
        deadline = self._clock() + GRACE
        while await self._next(deadline):
            pass
        raise _Gone(HungUp(0, 0, str(refusal)))

    async def _left(self, last: HungUp) -> None:
        reason = causes.reason(ours=self._ours, requested=self._requested, cause=last.cause, tech_cause=last.tech_cause)
        await tell_left(self._driver, self.contact, reason, last.text)

    # What the driver tells us

    async def moved(self) -> None:
        self.leg.inbox.put_nowait(Moved())

    async def joined(self, agent: str) -> None:
        """Nothing to do: app_queue ends its music by itself."""

    async def released(self, actions: Actions) -> None:
        self._released = actions
        if not self._releasing and not self.inside:  # the agent is done on the desk: fetch the caller back
            await self.leg.redirect("segue", "call")

    async def message(self, text: str, sender: str) -> None:
        """Nothing to do: written words do not reach a telephone."""


async def tell_left(driver: Driver, contact: str, reason: LeftReason, detail: str) -> None:
    """The contact is over. While the store is down, again and again for half a minute; after that, the next connect
    finds the contact open without a call."""
    for pause in (*RETRIES, None):
        event = Left(id=driver.new_event_id(), at=driver.now(), contact=contact, reason=reason, detail=detail)
        try:
            await driver.advance(event)
        except StoreUnavailable as error:
            log.error("%s: its end could not be stored: %s", contact, error)
            if pause is not None:
                await asyncio.sleep(pause)
        else:
            return
