"""A crowd on the phone: each caller answers twelve questions, each with a number nobody else has.

A caller knows nothing of our server. It presses the keys of an answer and waits until it hears something again; that
sound is the acknowledgement. What was acknowledged must be in the store at the end, in its slot, asked once.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from asterisk.instance import Instance
from context_bridge.contract import ContextStore
from ivr.engine.journey import Journey
from tests.asterisk.phone import Call, Phone
from tests.crash.server import ServerProcess

MENU = Path(__file__).parent / "menu.yaml"
QUESTIONS = 12
ANSWERED = 5  # packets (0.1 s) that come after the last key: the next prompt, and not the rest of the one before
PATIENCE = 90.0  # seconds for an acknowledgement, over several restarts


@dataclass
class Caller:
    """`number` is what they call from and what all their answers begin with."""

    number: str
    dice: random.Random
    given: list[str] = field(default_factory=list)
    lost: str = ""

    async def run(self, asterisk: Instance) -> None:
        async with Phone(asterisk.sip_port, self.number) as phone:
            call = await phone.call("100")
            try:
                async with asyncio.timeout(PATIENCE):
                    await call.packets(ANSWERED)
                for question in range(QUESTIONS):
                    await self._answer(call, question)
                async with asyncio.timeout(PATIENCE):
                    await call.ended
            except TimeoutError:
                self.lost = f"{self.number}: nothing came after answer {len(self.given)}"
            if call.ended.done() and len(self.given) < QUESTIONS:
                self.lost = f"{self.number}: the call ended after answer {len(self.given)}"

    async def _answer(self, call: Call, question: int) -> None:
        """Now and then in the middle of the prompt, now and then after it."""
        answer = f"{self.number[-4:]}{question:02d}"
        async with asyncio.timeout(PATIENCE):
            await _hears(call, self.dice.randrange(1, 60))
            await call.press(answer + "#")
            await _hears(call, ANSWERED)
        self.given.append(answer)


async def _hears(call: Call, packets: int) -> None:
    """Until so many more packets came, or the call is over."""
    hearing = asyncio.ensure_future(call.packets(packets))
    first: list[asyncio.Future[Any]] = [call.ended, hearing]
    await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
    hearing.cancel()


async def until_all_have_hung_up(
    server: ServerProcess, asterisk: Instance, callers: Sequence[Caller], kills: int, dice: random.Random
) -> int:
    """Let them call, and kill the server meanwhile, at most `kills` times; how often it was."""
    calling = asyncio.gather(*(caller.run(asterisk) for caller in callers))
    killed = 0
    while killed < kills:
        done, _ = await asyncio.wait([calling], timeout=dice.uniform(0.3, 2.5))
        if done:
            break
        await server.kill()
        await server.start()
        killed += 1
    await calling
    return killed


async def complaints(store: ContextStore, callers: Sequence[Caller]) -> list[str]:
    """Everything that somebody in the crowd could complain about; empty when all is well."""
    found = [caller.lost for caller in callers if caller.lost]
    rows = await store.recent(10 * len(callers))
    for caller in callers:
        customers = {customer.id for customer in (await store.identify("e164", caller.number)).customers}
        theirs = [row.id for row in rows if row.customer in customers]
        journeys = [journey for id_ in theirs if (journey := await store.load(id_))]
        found += _compare(caller, journeys)
    return found


def _compare(caller: Caller, journeys: Sequence[Journey]) -> list[str]:
    if len(journeys) != 1:
        return [f"{caller.number}: {len(journeys)} journeys instead of one"]
    (journey,) = journeys
    kept = [journey.slots[f"n{n}"].value if f"n{n}" in journey.slots else "nothing" for n in range(1, QUESTIONS + 1)]
    asked = [ask.slot for ask in journey.ledger if not ask.known]
    wrong = [
        f"{caller.number}: {given} was kept as {value}"
        for given, value in zip(caller.given, kept, strict=False)
        if given != value
    ]
    wrong += [
        f"{caller.number}: asked {asked.count(slot)} times for {slot}" for slot in {*asked} if asked.count(slot) > 1
    ]
    if journey.status != "finished":
        wrong.append(f"{caller.number}: the journey is {journey.status}, not finished")
    return wrong
