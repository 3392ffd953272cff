"""A server comes to calls that are on, and something happens to them at each moment of its coming: told once, rightly.

The moments are held open, so that none depends on the speed of the machine.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Literal, get_args

import pytest
import pytest_asyncio

from asterisk.ami import AMI, AMILost, Event
from asterisk.instance import Instance
from ivr.driver import Arrival, Saying
from ivr.engine.actions import Action, Say
from ivr.engine.events import Event as EngineEvent
from ivr.engine.events import Left
from ivr.engine.journey import Journey
from recognition.speak import Speaker
from tests.asterisk import fake_driver as said
from tests.asterisk.conftest import Lab, channel_on, serving
from tests.asterisk.fake_driver import FakeDriver
from tests.asterisk.phone import PATIENCE, Call, Phone
from tests.asterisk.test_messages import at_the_beep, message, recorded, takes, words
from tests.asterisk.test_queue import heard_by
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

Moment = Literal["away", "before the list", "after the list", "while the store is asked"]
COMING: tuple[Moment, ...] = get_args(Moment)[1:]
Happens = Callable[[], Awaitable[None]]
LONG_GOODBYE = " ".join(2 * ["Farewell and good night. Mind the step, keep your parcel dry, and greet the keeper."])


class HeldDriver(FakeDriver):
    """`meanwhile` happens once, before the answer to the first question of where a call stands."""

    meanwhile: Happens | None = None
    refused = 0

    def _store(self) -> None:
        if not self.available:
            self.refused += 1
            self.changed.set()
        super()._store()

    async def current(self, contact: str) -> tuple[Journey, tuple[Action, ...]] | None:
        found = await super().current(contact)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            await meanwhile()
        return found


class Successor:
    """The next server on the same records, not yet come."""

    def __init__(self, lab: Lab, driver: type[HeldDriver] = HeldDriver) -> None:
        self.driver = driver(lab.driver.file)
        self.channel = channel_on(lab.asterisk, self.driver, lab.speaker)
        self._away = AMI(lab.asterisk.ami_url)
        self._link = self.channel._ami

    @contextlib.asynccontextmanager
    async def comes(self, moment: Moment, happens: Happens) -> AsyncIterator[FakeDriver]:
        if moment == "away":
            self._link = self._away
            await self._away.connect()
            await happens()
            self._away.close()
        elif moment == "while the store is asked":
            self.driver.meanwhile = happens
        else:
            self._at_the_list(happens, after=moment == "after the list")
        async with serving(self.channel):
            yield self.driver

    def _at_the_list(self, happens: Happens, *, after: bool) -> None:
        rows, ami = self.channel._ami.rows, self.channel._ami

        async def held(action: str, **headers: object) -> list[Event]:
            ami.rows = rows  # type: ignore[method-assign]
            if after:
                found = await rows(action, **headers)
            await happens()
            return found if after else await rows(action, **headers)

        ami.rows = held  # type: ignore[method-assign]

    async def told(self, name: str, does: Callable[[], None]) -> None:
        """Do it, and wait until Asterisk has told this server, or us while it is away, of such an event of the caller's
        leg."""
        told = asyncio.Event()
        caller = self.driver.events[0][0].removeprefix("ast-")
        self._link.on(name, lambda event: told.set() if event["Uniqueid"] == caller else None)
        does()
        async with asyncio.timeout(PATIENCE):
            await told.wait()

    async def sees_leave(self, moment: Moment, goes: Callable[[], None]) -> list[str]:
        """How the caller has left, who `goes` at that moment."""
        async with self.comes(moment, lambda: self.told("Hangup", goes)) as driver:
            await driver.until(lambda: bool(driver.seen("left")))
            await self.idle()
            return driver.seen("left")

    async def idle(self) -> None:
        """Until it has no call left and nothing more to tell."""
        await eventually(lambda: not self.channel.calls_on and not self.channel._others)


@pytest_asyncio.fixture(loop_scope="module")
async def gone(asterisk: Instance, speaker: Speaker, driver: FakeDriver) -> AsyncIterator[Lab]:
    """A lab whose server a test ends with `leaves`."""
    async with Phone(asterisk.sip_port) as phone:
        yield Lab(asterisk, driver, channel_on(asterisk, driver, speaker), speaker, phone)


@pytest_asyncio.fixture(loop_scope="module")
async def agent(asterisk: Instance) -> AsyncIterator[Phone]:
    async with Phone(asterisk.sip_port, "agent1") as phone:
        await phone.register(asterisk.agent_secret)
        yield phone


@pytest_asyncio.fixture(loop_scope="module")
async def patience(asterisk: Instance) -> AsyncIterator[Callable[[int], Awaitable[None]]]:
    """Sets for how many seconds the dialplan waits for us when it has told a caller so."""
    ami = AMI(asterisk.ami_url)
    await ami.connect()

    async def lasts(seconds: int) -> None:
        await ami.do("Setvar", Variable="SEGUE_AWAY", Value=seconds)

    try:
        yield lasts
    finally:
        await lasts(2)
        ami.close()


async def asked(lab: Lab) -> Call:
    """A server asks for a number and is killed."""
    async with serving(lab.channel):
        call = await lab.phone.call("100")
        await lab.hears(call, said.CHOICE)
        await call.press("1")
        await lab.hears(call, said.NUMBER)
    return call


async def talking(lab: Lab, agent: Phone) -> tuple[Call, Call]:
    """A server brings caller and agent together and is killed."""
    async with serving(lab.channel):
        call = await lab.phone.call("100")
        await lab.hears(call, said.CHOICE)
        await call.press("2")
        ringing = await agent.rings()
        await ringing.answer()
        await lab.driver.until(lambda: lab.driver.seen("joined") == ["agent1"])
    await heard_by(ringing, call, await lab.clip(said.NUMBER.text))
    return call, ringing


@pytest.mark.parametrize("moment", get_args(Moment))
async def test_who_hangs_up_while_we_come_has_left_by_themselves(gone: Lab, moment: Moment) -> None:
    """Of whom did so before that, nobody could tell us."""
    call, after = await asked(gone), Successor(gone)
    assert await after.sees_leave(moment, call.hang_up) == ["dropped" if moment == "away" else "caller"]


@pytest.mark.parametrize("moment", COMING)
async def test_a_line_that_is_lost_while_we_come_was_lost(gone: Lab, moment: Moment) -> None:
    call, after = await asked(gone), Successor(gone)
    assert await after.sees_leave(moment, call.vanish) == ["dropped"]


class Slow(HeldDriver):
    """Takes the end of the first call when everything else is `done`."""

    done: Callable[[], bool]
    ends = 0

    async def advance(self, event: EngineEvent, say: Saying | None = None) -> tuple[Action, ...]:
        self.ends += isinstance(event, Left)
        if self.ends == 1:
            await eventually(self.done)
        return await super().advance(event, say)


async def test_whoever_is_told_of_an_end_tells_it(gone: Lab) -> None:
    """Not the one who finds the contact open without a call as well: they would not know why it ended."""
    call, after = await asked(gone), Successor(gone, Slow)
    assert isinstance(after.driver, Slow)
    after.driver.done = lambda: not after.channel._others

    async def hangs_up() -> None:
        await after.told("Hangup", call.hang_up)

    async with after.comes("after the list", hangs_up) as driver:
        await driver.until(lambda: bool(driver.seen("left")))
        assert driver.seen("left") == ["caller"]


@pytest.mark.parametrize("moment", get_args(Moment))
async def test_an_agent_hangs_up_while_we_come_and_the_menu_goes_on(gone: Lab, agent: Phone, moment: Moment) -> None:
    (call, ringing), after = await talking(gone, agent), Successor(gone)

    async def hangs_up() -> None:
        await after.told("AsyncAGIStart", ringing.hang_up)

    async with after.comes(moment, hangs_up) as driver:
        await call.hears(await gone.clip(said.THANKS.text))
        await gone.hears(call, said.CHOICE)
        assert driver.seen("released") == ["done"]
        call.hang_up()
        await driver.until(lambda: driver.seen("left") == ["caller"])


@pytest.mark.parametrize("moment", get_args(Moment))
async def test_an_agent_sends_the_caller_back_while_we_come(gone: Lab, agent: Phone, moment: Moment) -> None:
    (call, ringing), after = await talking(gone, agent), Successor(gone)

    async def sends_back() -> None:
        uri = f"sip:segue@127.0.0.1:{gone.asterisk.sip_port}"
        await after.told("AsyncAGIStart", lambda: ringing.transfer(uri))

    async with after.comes(moment, sends_back) as driver:
        await gone.hears(call, said.THANKS)
        assert driver.seen("released") == ["done"]
        call.hang_up()
        await driver.until(lambda: driver.seen("left") == ["caller"])


@pytest.mark.parametrize("moment", COMING)
async def test_a_caller_hangs_up_on_an_agent_while_we_come(gone: Lab, agent: Phone, moment: Moment) -> None:
    (call, _), after = await talking(gone, agent), Successor(gone)
    assert await after.sees_leave(moment, call.hang_up) == ["caller"]


async def test_a_talk_with_an_agent_outlives_many_rounds_of_the_dead_mans_switch(gone: Lab, agent: Phone) -> None:
    """Whose two seconds begin anew whenever the server renews it: for calls in its own hands."""
    (call, ringing), after = await talking(gone, agent), Successor(gone)
    async with serving(after.channel):
        call.sound.speak(words(60.0))
        async with asyncio.timeout(2 * PATIENCE):
            await ringing.packets(300)
        assert not call.ended.done()


async def test_a_talk_with_an_agent_goes_on_when_we_come_and_the_store_does_not(gone: Lab, agent: Phone) -> None:
    (call, ringing), after = await talking(gone, agent), Successor(gone)
    after.driver.available = False
    async with serving(after.channel):
        await after.driver.until(lambda: after.driver.refused > 0)
        call.sound.speak(words(60.0))
        async with asyncio.timeout(2 * PATIENCE):
            await ringing.packets(300)
        after.driver.available = True
        ringing.hang_up()
        await gone.hears(call, said.THANKS)


async def test_who_is_asked_for_patience_while_we_come_does_not_wait_for_its_end(
    gone: Lab, patience: Callable[[int], Awaitable[None]]
) -> None:
    call, after = await asked(gone), Successor(gone)
    await patience(120)

    async def is_asked_for_patience() -> None:
        await call.silence(0.5)
        await call.packets(5)

    async with after.comes("before the list", is_asked_for_patience) as driver:
        await call.press("4217#")
        await gone.hears(call, said.ON_ITS_WAY)
        assert driver.seen("number") == ["4217"]


@pytest.mark.parametrize("moment", COMING)
async def test_who_hangs_up_on_the_dead_mans_switch_has_left_by_themselves(gone: Lab, moment: Moment) -> None:
    call, after = await asked(gone), Successor(gone)
    await call.silence(0.5)
    await call.packets(5)
    assert await after.sees_leave(moment, call.hang_up) == ["caller"]


async def test_who_was_promised_a_person_when_we_died_gets_one(gone: Lab, agent: Phone) -> None:
    """The turn is stored, the call is not in the queue yet, and the dead man's switch has it."""
    stored = asyncio.Event()

    async def dies() -> None:
        stored.set()
        await gone.channel._ami.lost()

    async with serving(gone.channel):
        call = await gone.phone.call("100")
        await gone.hears(call, said.CHOICE)
        gone.driver.before_answer = dies
        await call.press("2")
        async with asyncio.timeout(PATIENCE):
            await stored.wait()
    await call.silence(0.5)
    await call.packets(5)
    async with serving(Successor(gone).channel):
        await (await agent.rings()).answer()
        await call.packets(5)
    call.hang_up()


class Dies(FakeDriver):
    """Before it has stored who calls, with the `link` to Asterisk."""

    link: AMI

    async def arrive(self, arrival: Arrival, say: Saying | None = None) -> tuple[Action, ...]:
        self._note(arrival.contact, "died", "")
        await self.link.lost()
        raise AMILost


@pytest.mark.parametrize("patient", [False, True])
async def test_who_was_known_to_asterisk_alone_when_we_died_is_served(gone: Lab, patient: bool) -> None:
    died = Dies(gone.driver.file)
    channel = channel_on(gone.asterisk, died, gone.speaker)
    died.link = channel._ami
    async with serving(channel):
        call = await gone.phone.call("100")
        await died.until(lambda: bool(died.seen("died")))
    if patient:
        await call.packets(5)
    after = Successor(gone)
    async with serving(after.channel):
        await gone.hears(call, said.CHOICE)
        [serves] = after.channel._calls.values()
        assert serves.inside  # so the dead man's switch is renewed
        call.hang_up()
        await after.driver.until(lambda: after.driver.seen("left") == ["caller"])


class Hurried(HeldDriver):
    """Whoever calls waits for a person at once."""

    async def arrive(self, arrival: Arrival, say: Saying | None = None) -> tuple[Action, ...]:
        await super().arrive(arrival, say)
        return self._save(arrival.contact, "support", "queued")


@pytest.mark.parametrize("moment", ["before the list", "after the list"])
async def test_who_calls_while_we_come_is_served_once(gone: Lab, agent: Phone, moment: Moment) -> None:
    after, calls = Successor(gone, Hurried), list[Call]()

    async def somebody_calls() -> None:
        entered = asyncio.Event()
        after.channel._ami.on("AsyncAGIStart", lambda _event: entered.set())
        calls.append(await gone.phone.call("100"))
        async with asyncio.timeout(PATIENCE):
            await entered.wait()

    async with after.comes(moment, somebody_calls) as driver:
        ringing = await agent.rings()
        await ringing.answer()
        await driver.until(lambda: driver.seen("joined") == ["agent1"])
        assert len(driver.seen("arrived")) == 1
        assert driver.seen("released") == []
        calls[0].hang_up()
        await driver.until(lambda: driver.seen("left") == ["caller"])


@pytest.mark.parametrize("moment", get_args(Moment))
async def test_a_message_that_a_hang_up_ends_while_we_come_is_kept(gone: Lab, moment: Moment) -> None:
    async with serving(gone.channel):
        call = await at_the_beep(gone)
        call.sound.speak(words(30.0))
        await recorded(gone.driver, 2.0)
    after = Successor(gone)

    async def hangs_up() -> None:
        await after.told("Hangup", call.hang_up)

    async with after.comes(moment, hangs_up) as driver:
        await driver.until(lambda: bool(driver.seen("left")))
        assert len(message(driver)) > 8000 * 1.8
        assert driver.seen("left") == ["dropped" if moment == "away" else "caller"]
        assert takes(driver) == []


async def test_a_goodbye_is_heard_to_its_end(
    gone: Lab, patience: Callable[[int], Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that is longer than the dead man's switch waits."""
    monkeypatch.setattr(said, "GOODBYE", Say(LONG_GOODBYE))
    assert (await gone.clip(LONG_GOODBYE)).seconds > 9
    await patience(6)
    async with serving(gone.channel):
        call = await gone.phone.call("100")
        await gone.hears(call, said.CHOICE)
        await call.press("9")
        await gone.hears(call, said.GOODBYE)
    async with serving(Successor(gone).channel):
        assert await call.ended == "they"
        assert await gone.likeness(call, said.GOODBYE) > 0.95


async def test_a_call_that_was_asked_for_patience_is_ours_again_for_as_long_as_any(lab: Lab) -> None:
    """Not only for the three seconds in which the dialplan waits for a server."""
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    [serves] = lab.channel._calls.values()
    serves.leg._away = lab.channel._away = 60  # from the next round on, which comes after twenty seconds
    lab.driver.available = False
    await call.press("1")
    await call.packets(40)  # one moment please
    lab.driver.available = True
    await lab.hears(call, said.NUMBER)
    assert float(await serves.leg.get("TIMEOUT(absolute)")) > 3
