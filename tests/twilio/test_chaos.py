"""Fourteen ways to call, a hundred times each, on a network that doubles, loses and reorders: nothing happens twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable

from ivr.engine.journey import Journey
from ivr.server import Segue
from tests.twilio.carrier import Call, Carrier, Habits
from tests.twilio.test_voice import journey

ROUNDS = 100
AT_ONCE = 12  # on a slow disk more wait longer than the store does
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


def habits(dice: random.Random) -> Habits:
    return Habits(
        twice=dice.random() < 0.4,
        lost=dice.random() < 0.4,
        late_actions=dice.random() < 0.3,
        dial_tells_hang_up=dice.random() < 0.5,
    )


async def test_every_effect_once_and_every_call_in_one_end(segue: Segue, carrier: Carrier) -> None:
    assert len(SCRIPTS) == 14
    dice, places = random.Random(4), asyncio.Semaphore(AT_ONCE)
    problems: Counter[str] = Counter()
    sent = 0

    async def once(n: int, script: Script) -> None:
        nonlocal sent
        end, messages = SCRIPTS[script]
        number = f"+1415{5550000 + n:07d}"
        async with places:
            call = await carrier.call(number, habits(dice))
            await script(call)
            problems.update(f"{script.__name__}: {wrong}" for wrong in call.wrong)
            found = await journey(segue, call)
            if found.status != end:
                problems[f"{script.__name__} is {found.status} instead of {end}"] += 1
            sent += messages
            if end == "dropped":
                problems.update(await _resumed(segue, carrier, number, found, script.__name__))

    await asyncio.gather(*(once(n, script) for n, script in enumerate([*SCRIPTS] * ROUNDS)))
    assert not problems, problems.most_common(20)
    async with asyncio.timeout(60):
        while rows := [row for row in await segue.store.outbox(10_000) if row.state != "sent"]:
            await segue.outbox.send_due()
            assert len(rows) <= sent
    assert len(await segue.store.outbox(10_000)) == sent
    ends = Counter(row.status for row in await segue.store.recent(10_000))
    assert set(ends) == {"finished", "dropped"}
    assert sum(ends.values()) == len(SCRIPTS) * ROUNDS


async def _resumed(segue: Segue, carrier: Carrier, number: str, left: Journey, name: str) -> list[str]:
    """Who lost the line phones again and goes on with the same journey, at the same step."""
    again = await carrier.call(number)
    found = await journey(segue, again)
    await again.hang_up()
    if found.id != left.id:
        return [f"{name} began a new journey"]
    if (found.step, found.slots) != (left.step, left.slots):
        return [f"{name} went on at {found.step} instead of {left.step}"]
    return [f"{name}, phoned again: {wrong}" for wrong in again.wrong]
