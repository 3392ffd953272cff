"""One coroutine per call: actions become commands to the leg, signals of the leg become events.

Straight-line code. A hang-up ends it as an exception, and so does the dialplan taking the leg back. When the link to
Asterisk is lost the coroutine ends without a word to the engine: the leg lives, and `_adopt` goes on with it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from asterisk import causes, queue
from asterisk.adoption import LONGEST, LOOK, PLAYBACK, take_over
from asterisk.ami import AMILost, AMIRefused
from asterisk.ending import tell_left, tell_messages
from asterisk.handoff import Actions, Handoff
from asterisk.leg import Leg
from asterisk.message import RECORD, Messages
from asterisk.signals import HungUp, Moved
from asterisk.talk import GRACE, Gone, LegTakenBack, MovedAway, Talk
from asterisk.tap import Taps
from asterisk.transfer import Outbound
from context_bridge.contract import StoreUnavailable
from ivr.driver import Arrival, Driver
from ivr.engine.actions import Collect, Enqueue, Hangup, Record, Say, Transfer
from ivr.engine.events import Event, Input, NoInput, Recorded
from ivr.engine.journey import Journey
from ivr.prompts import moved
from ivr.recordings import Message, Recordings
from ivr.traces import trace
from recognition.hearing import event_of
from recognition.keys import Answer, Keyed, Silence
from recognition.listen import Deaf, Heard, Listener
from recognition.speak import Speaker

NODE = "asterisk"

Turn = Coroutine[Any, Any, Actions | None]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Site:
    """What calls have in common. `menu`: for those whose dialplan names none; `url`: where the desk is."""

    menu: str
    url: str
    recordings: Recordings
    taps: Taps
    listener: Listener | None
    outbound: Outbound


class Call:
    """Also the `ivr.driver.Leg` of its contact."""

    def __init__(self, leg: Leg, driver: Driver, speaker: Speaker, site: Site) -> None:
        self.leg, self.contact = leg, leg.contact
        self._driver, self._site = driver, site
        self._talk = Talk(leg, speaker, site.listener, site.taps)
        self._handoff = Handoff(self._talk, driver, site.outbound)
        self._messages = Messages(self._talk, site.recordings)
        self._ours = False  # the hang-up is
        self._speaking = True  # or was, when we died: a message may be there that the journey was not told of

    @property
    def inside(self) -> bool:
        """The leg is in our hands, not the dialplan's."""
        return not self._handoff.outside

    def enter(self) -> None:
        """Asterisk has just given the leg to us."""
        self._handoff.enter()

    async def run(self) -> None:
        """From the first word to the hang-up, or to the loss of the link."""
        self._driver.attach(self.contact, self)
        try:
            await self._serve()
        except Gone as gone:
            await self._left(gone.last)
        except AMILost:
            log.info("%s: left to Asterisk until the link is back", self.contact)
        finally:
            self._talk.deafen()
            self._driver.detach(self.contact)

    async def _serve(self) -> None:
        turn: Turn = self._begin()
        while True:
            try:
                actions = await turn
            except (Gone, AMILost):
                raise
            except LegTakenBack:
                turn = self._handoff.fetch()
            except MovedAway:
                turn = self._perform((moved(self._talk.language), Hangup("moved")))
            except AMIRefused as refusal:
                await self._vanished(refusal)
            except StoreUnavailable as error:
                log.error("%s: %s", self.contact, error)
                turn = self._handoff.step_aside()
            except (
                Exception
            ) as error:  # a mistake of ours must not leave a caller in silence: the dialplan has a way out
                log.error("%s: a turn failed with %s", self.contact, trace(error))
                self._talk.reads.forget()
                turn = self._handoff.step_aside()
            else:
                turn = self._perform(actions) if actions else self._begin()

    async def _begin(self) -> Actions | None:
        known = await self.leg.get("CTX_ID") == self.contact
        if known and (found := await self._driver.current(self.contact)):
            return await self._adopt(*found)
        if known and await self.leg.get("SEGUE_MARK"):  # its journey came to an end, or went elsewhere
            await self._hear_out()
            return (Hangup("moved"),)
        if self._handoff.outside and await self.leg.whose() != "ours":
            return await self._handoff.fetch()
        self.enter()
        self._speaking = False
        self.leg.set("__CTX_ID", self.contact)  # __: agents' legs inherit it
        number, presentation, menu, language = await asyncio.gather(
            *(self.leg.get(name) for name in ("CALLERID(num)", "CALLERID(num-pres)", "SEGUE_MENU", "SEGUE_LANGUAGE"))
        )
        arrival = Arrival(
            contact=self.contact,
            channel="voice",
            node=NODE,
            menu=menu or self._site.menu,
            number=number or None,
            presentation="allowed" if presentation.startswith("allowed") else presentation,
            language=language or None,
        )
        return await self._driver.arrive(arrival, self._talk.fill)

    async def _adopt(self, journey: Journey, actions: Actions) -> Actions | None:
        """Go on where the process before us was."""
        wait = actions[-1]
        if (whose := await self.leg.whose()) != "ours":
            return await self._handoff.follow(journey, wait, whose)
        self.enter()
        if isinstance(wait, Record) and (await self.leg.running())[0] == RECORD:
            await self._messages.over(wait)
        turn = wait.turn if isinstance(wait, Collect | Enqueue | Transfer) else -1
        clip = await self._talk.render(tuple(action for action in actions if isinstance(action, Say)))
        seconds = clip.seconds if clip else 0.0
        found = await take_over(self.leg, turn, seconds, self._talk.here, self._talk.clock)
        self._talk.begin(found)
        if isinstance(wait, Record) and (message := await self._messages.left(wait)):
            self._talk.reads.pad.clear()
            return await self._keep(wait, message)
        if isinstance(wait, Collect) and found.playing:
            return await self._take(await self._talk.listen_on(seconds, wait), wait)
        if isinstance(wait, Enqueue | Transfer):
            self._talk.reads.pad.clear()  # what was keyed before a talk is nothing to go on with after it
            actions = await self._handoff.catch_up(wait) or actions
        if await queue.has_left(self.leg):
            return actions
        # Keys have stopped the prompt. Those that mean something do so again; for others it is said once more.
        heard = (found.heard and not found.keys) or found.spoken
        return (actions[-1],) if heard else actions

    async def _hear_out(self) -> None:
        """What says goodbye is not cut off, by the dead man's switch neither."""
        if await self.leg.whose() == "ours":
            self.enter()
        deadline = self._talk.clock() + LONGEST
        while self._talk.clock() < deadline and (await self.leg.running())[0] == PLAYBACK:
            await self._talk.next(self._talk.clock() + LOOK)

    async def _perform(self, actions: Actions) -> Actions | None:
        says = tuple(action for action in actions if isinstance(action, Say))
        match actions[-1]:
            case Collect() as collect:
                return await self._take(await self._talk.ask(says, collect), collect)
            case Record() as wait:
                return await self._record(says, wait)
            case Enqueue() as wait:
                await self._talk.play(says)
                return await self._enqueue(wait)
            case Transfer() as wait:
                await self._talk.play(says)
                return await self._handoff.transfer(wait, await self._whisper(wait))
            case Hangup():
                await self._talk.play(says)
                return await self._hang_up()
            case other:
                raise TypeError(
                    f"a turn for a call ended in {type(other).__name__}, which is the driver's own business"
                )

    async def _take(self, answer: Answer | Heard | Deaf, collect: Collect) -> Actions:
        self._talk.reads.answered(collect.turn)
        self.leg.set("SEGUE_ROUND", 0)  # whatever went wrong before, the caller gets on
        name, at, contact, turn = self._driver.new_event_id(), self._driver.now(), self.contact, collect.turn
        event: Event
        match answer:
            case Keyed(text):
                event = Input(id=name, at=at, contact=contact, turn=turn, text=text, mode="keys")
            case Heard() | Deaf():
                event = event_of(answer, name, at, contact, turn)
            case Silence():
                event = NoInput(id=name, at=at, contact=contact, turn=turn)
        return await self._driver.advance(event, self._talk.fill)

    async def _record(self, says: tuple[Say, ...], wait: Record) -> Actions:
        """Takes a message. One that a hang-up ends is kept too, by `_left`."""
        self._speaking = True
        return await self._keep(wait, await self._messages.take(says, wait))

    async def _keep(self, wait: Record, message: Message | None) -> Actions:
        self.leg.set("SEGUE_ROUND", 0)
        actions = await self._driver.advance(self._recorded(wait, message), self._talk.fill)
        await self._messages.forget(wait)
        self._speaking = False
        return actions

    def _recorded(self, wait: Record, message: Message | None) -> Recorded | NoInput:
        name, at, contact, turn = self._driver.new_event_id(), self._driver.now(), self.contact, wait.turn
        if message is None:
            return NoInput(id=name, at=at, contact=contact, turn=turn)
        recording, seconds = message.recording, message.seconds
        return Recorded(id=name, at=at, contact=contact, turn=turn, recording=recording, seconds=seconds)

    async def _enqueue(self, wait: Enqueue) -> Actions | None:
        desk = f"{self._site.url}/agent?contact={self.contact}"
        return await self._handoff.enqueue(wait, await self._whisper(wait), desk)

    async def _whisper(self, wait: Enqueue | Transfer) -> Path | None:
        words = Say(wait.whisper, language=wait.language)
        clip = await self._talk.render((words,)) if wait.whisper else None
        return clip.path if clip else None

    async def _hang_up(self) -> NoReturn:
        self._ours = True
        await self.leg.hang_up()
        while True:
            await self._talk.next(None)

    async def _vanished(self, refusal: AMIRefused) -> NoReturn:
        """Asterisk refuses, mostly since the leg is gone; its last signals are on their way."""
        deadline = self._talk.clock() + GRACE
        while await self._talk.next(deadline):
            pass
        raise Gone(HungUp(0, 0, str(refusal)))

    async def _left(self, last: HungUp) -> None:
        requested = self._talk.requested
        reason = causes.reason(ours=self._ours, requested=requested, cause=last.cause, tech_cause=last.tech_cause)
        if self._speaking:
            await tell_messages(self._driver, self._site.recordings, self.contact)
        await tell_left(self._driver, self.contact, reason, last.text)

    # What the driver tells us

    async def moved(self) -> None:
        self.leg.inbox.put_nowait(Moved())

    async def joined(self, agent: str) -> None:
        """Nothing to do: app_queue ends its music by itself."""

    async def released(self, actions: Actions) -> None:
        await self._handoff.released(actions)

    async def message(self, text: str, sender: str) -> None:
        """Nothing to do: written words do not reach a telephone."""
