"""Fourteen ways to call, a hundred times each, on a network that doubles, loses, delays and reorders, and by lines that
fail: nothing happens twice, and each call ends in one way."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from ivr.channels import twilio_lost
from ivr.channels.twilio_call import NODE
from ivr.channels.twilio_wire import ENDS
from ivr.engine.journey import Journey
from ivr.server import Segue
from tests.twilio.carrier import Call, Carrier, Habits
from tests.twilio.rest import Standing
from tests.twilio.test_voice import journey

ROUNDS = 100
AT_ONCE = 6  # on a slow disk more wait longer than the store does
USUAL, ROUGH = 0.15, 0.4  # of the calls have all webhooks doubled, and as many the first answers lost
ROUGH_ROUNDS = 10  # they cost more
Script = Callable[[Call], Awaitable[None]]


async def hangs_up_at_once(call: Call) -> None:
    await call.hang_up()


async def hears_the_hours(call: Call) -> None:
    await call.press("2")
    await call.press("2")


async def hangs_up_at_the_number(call: Call) -> None:
    await call.press("1")
    await call.hang_up()


async def tracks_an_order(call: Call) -> None:
    await call.press("1")
    await call.press("4217#")
    await call.press("4")


async def takes_the_link(call: Call) -> None:
    await call.press("1")
    await call.press("4217#")
    await call.press("1")
    await call.press("4")


async def takes_the_link_and_loses_the_line(call: Call) -> None:
    await call.press("1")
    await call.press("4217#")
    await call.press("1")
    await call.hang_up()


async def takes_two_links(call: Call) -> None:
    await call.press("1")
    await call.press("4217#")
    await call.press("1")
    await call.press("1")
    await call.press("4")


async def says_nothing(call: Call) -> None:
    for _ in range(3):
        await call.silence()
    await call.queue_result("hangup")


async def talks_nonsense(call: Call) -> None:
    await call.say("purple monkey", 0.9)
    await call.press("8")
    await call.say("track", 0.9)
    await call.press("4217#")
    await call.press("4")


async def wants_a_person(call: Call) -> None:
    await call.press("0")
    await call.queue_result("bridged")


async def wants_a_person_and_gives_up(call: Call) -> None:
    await call.press("0")
    await call.hang_up()


async def finds_nobody(call: Call) -> None:
    await call.press("0")
    await call.queue_result("queue-full")
    await call.press("2")


async def leaves_instructions(call: Call) -> None:
    await call.press("1")
    await call.press("4217#")
    await call.press("2")
    await call.press("1")
    await call.press("4")


async def mumbles_and_loses_the_line(call: Call) -> None:
    await call.say("track", 0.2)
    await call.press("1")
    await call.press("12#")
    await call.press("4217#")
    await call.silence()
    await call.hang_up()


# script: how the journey ends, and how many messages go out
SCRIPTS: dict[Script, tuple[str, int]] = {
    hangs_up_at_once: ("dropped", 0),
    hears_the_hours: ("finished", 0),
    hangs_up_at_the_number: ("dropped", 0),
    tracks_an_order: ("finished", 0),
    takes_the_link: ("finished", 1),
    takes_the_link_and_loses_the_line: ("dropped", 1),
    takes_two_links: ("finished", 2),
    says_nothing: ("dropped", 0),
    talks_nonsense: ("finished", 0),
    wants_a_person: ("finished", 0),
    wants_a_person_and_gives_up: ("dropped", 0),
    finds_nobody: ("finished", 0),
    leaves_instructions: ("finished", 0),
    mumbles_and_loses_the_line: ("dropped", 0),
}


GONE = frozenset(script for script, (end, _) in SCRIPTS.items() if end == "dropped") - {says_nothing}
FAILURES = {status: told for status, told in ENDS.items() if status != "completed"}


def habits(dice: random.Random, script: Script, trouble: float) -> Habits:
    """`trouble`: how probably webhooks come twice, and how probably their first answers are lost. An end that overtakes
    the call's beginning is of who does nothing else."""
    return Habits(
        twice=dice.random() < trouble,
        lost=dice.random() < trouble,
        slow=dice.random() < 0.06,
        stale=dice.random() < 0.06,
        late_actions=dice.random() < 0.3,
        early=script is hangs_up_at_once and dice.random() < 0.5,
        untold=dice.random() < 0.05,
        end=dice.choice([*FAILURES]) if script in GONE and dice.random() < 0.2 else "completed",
        dial_tells_hang_up=dice.random() < 0.5,
        forgetful=dice.random() < 0.5,
    )


@dataclass(frozen=True, slots=True)
class Played:
    """A call that was made, and how it ended for its caller: finished, dropped or failed."""

    call: Call
    script: Script
    habits: Habits

    @property
    def end(self) -> str:
        return SCRIPTS[self.script][0] if self.habits.end == "completed" else "failed"

    async def problems(self, segue: Segue, carrier: Carrier) -> list[str]:
        """What the journey says that it should not. Who lost the line phones again."""
        found = await journey(segue, self.call)
        left = [row for row in await segue.store.history(found.id) if row.kind == "Left"]
        told = list(self.call.wrong)
        if (end := ending(found)) != self.end:
            told.append(f"is {end} instead of {self.end}")
        if len(left) != 1 and not (self.end == "finished" and self.habits.untold):  # nobody asks about it then
            told.append(f"left {len(left)} times")
        if self.end != "finished":
            told += await _resumed(carrier, segue, self.call.number, found)
        return [f"{self.script.__name__} with {self.habits} {line}" for line in told]


def ending(found: Journey) -> str:
    """A call that failed has lost its line too; why is told beside it."""
    return "failed" if found.status == "dropped" and found.left_detail in FAILURES.values() else found.status


async def test_every_effect_once_and_every_call_in_one_end(
    segue: Segue, carrier: Carrier, rest: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(SCRIPTS) == 14
    dice, places = random.Random(4), asyncio.Semaphore(AT_ONCE)
    problems: Counter[str] = Counter()
    untold: list[Played] = []

    async def once(n: int, script: Script, drawn: Habits) -> None:
        async with places:
            played = Played(await carrier.call(f"+1415{5550000 + n:07d}", drawn), script, drawn)
            await script(played.call)
            if drawn.untold:
                rest.states[played.call.sid] = drawn.end
                untold.append(played)
            else:
                problems.update(await played.problems(segue, carrier))

    calls = [
        (script, habits(dice, script, ROUGH if n < ROUGH_ROUNDS else USUAL))
        for n in range(ROUNDS)
        for script in SCRIPTS
    ]
    await asyncio.gather(*(once(n, script, drawn) for n, (script, drawn) in enumerate(calls)))
    assert len(untold) > ROUNDS / 2
    await _swept(segue, monkeypatch)
    for played in untold:
        problems.update(await played.problems(segue, carrier))
    assert not problems, problems.most_common(20)
    sent = sum(messages for _, messages in SCRIPTS.values()) * ROUNDS
    async with asyncio.timeout(60):
        while rows := [row for row in await segue.store.outbox(10_000) if row.state != "sent"]:
            await segue.outbox.send_due()
            assert len(rows) <= sent
    assert len(await segue.store.outbox(10_000)) == sent
    ends = Counter(row.status for row in await segue.store.recent(10_000))
    assert set(ends) == {"finished", "dropped"}
    assert sum(ends.values()) == len(SCRIPTS) * ROUNDS


async def _swept(segue: Segue, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ends that were not told are asked for, as after a few minutes."""
    assert segue.twilio is not None
    monkeypatch.setattr(twilio_lost, "QUIET", -60.0)
    async with asyncio.timeout(120):
        while await segue.store.live_on(NODE):
            await segue.twilio.sweep()


async def _resumed(carrier: Carrier, segue: Segue, number: str, left: Journey) -> list[str]:
    """They go on with the same journey, at the same step."""
    again = await carrier.call(number)
    found = await journey(segue, again)
    await again.hang_up()
    if found.id != left.id:
        return ["began a new journey"]
    if (found.step, found.slots) != (left.step, left.slots):
        return [f"went on at {found.step} instead of {left.step}"]
    return [f"phoned again: {wrong}" for wrong in again.wrong]
