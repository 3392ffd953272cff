"""The lane, with a `run` that the test holds back: what shares a batch, and what a failure does to the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from context_bridge.contract import StoreUnavailable
from context_bridge.lane import Lane


class Held:
    """Runs batches when the test lets it. An item is a key and a number; `bad` numbers cannot be stored."""

    def __init__(self, bad: set[int] | None = None) -> None:
        self.batches: list[list[int]] = []
        self.begun, self.gate = asyncio.Event(), asyncio.Event()
        self.bad = bad or set()

    async def run(self, items: Sequence[tuple[str, int]]) -> list[int]:
        self.batches.append([n for _, n in items])
        self.begun.set()
        await self.gate.wait()
        if any(n in self.bad for _, n in items):
            raise ValueError("bad")
        return [n * 10 for _, n in items]

    def lane(self, **options: float) -> Lane[tuple[str, int], int]:
        return Lane(self.run, lambda item: item[0], **options)  # type: ignore[arg-type]


async def test_requests_of_one_moment_share_a_batch_and_later_ones_the_next() -> None:
    held = Held()
    lane = held.lane()
    first = [asyncio.create_task(lane.submit((f"a{n}", n))) for n in range(3)]
    await held.begun.wait()
    second = [asyncio.create_task(lane.submit((f"b{n}", n))) for n in range(3, 9)]
    held.gate.set()
    assert await asyncio.gather(*first, *second) == [n * 10 for n in range(9)]
    assert held.batches == [[0, 1, 2], [3, 4, 5, 6, 7, 8]]


async def test_a_key_is_in_a_batch_once_and_keeps_its_order() -> None:
    held = Held()
    held.gate.set()
    lane = held.lane()
    assert await asyncio.gather(*(lane.submit(("ab"[n % 2], n)) for n in range(6))) == [n * 10 for n in range(6)]
    assert held.batches == [[0, 1], [2, 3], [4, 5]]


async def test_a_batch_has_its_limit() -> None:
    held = Held()
    held.gate.set()
    lane = held.lane(limit=4)
    await asyncio.gather(*(lane.submit((str(n), n)) for n in range(10)))
    assert [len(batch) for batch in held.batches] == [4, 4, 2]


async def test_a_bad_item_fails_alone() -> None:
    held = Held(bad={2})
    held.gate.set()
    lane = held.lane()
    answers = await asyncio.gather(*(lane.submit((str(n), n)) for n in range(5)), return_exceptions=True)
    assert [answer if isinstance(answer, int) else type(answer) for answer in answers] == [0, 10, ValueError, 30, 40]


async def test_one_after_the_other_each_is_answered() -> None:
    held = Held()
    held.gate.set()
    lane = held.lane()
    async with asyncio.timeout(30):
        assert [await lane.submit(("a", n)) for n in range(500)] == [n * 10 for n in range(500)]


async def test_who_asks_after_others_were_answered_does_not_wait_for_ever_either() -> None:
    held = Held()
    held.gate.set()
    lane = held.lane(patience=1)
    assert await asyncio.gather(*(lane.submit((str(n), n)) for n in range(3))) == [0, 10, 20]
    held.gate.clear()
    for n in range(2):
        with pytest.raises(StoreUnavailable):
            await lane.submit(("a", n))


async def test_nobody_waits_for_ever_and_what_was_given_up_is_not_run() -> None:
    held = Held()
    lane = held.lane(patience=1)
    answers = await asyncio.gather(*(lane.submit(("a", n)) for n in range(2)), return_exceptions=True)
    assert [str(answer) for answer in answers] == ["the database did not answer within 1 s"] * 2
    assert {type(answer) for answer in answers} == {StoreUnavailable}
    held.gate.set()
    assert await lane.submit(("b", 2)) == 20
    assert held.batches == [[0], [2]]


async def test_closing_waits_for_what_is_under_way_and_takes_nothing_more() -> None:
    held = Held()
    lane = held.lane()
    answer = asyncio.create_task(lane.submit(("a", 1)))
    await held.begun.wait()
    closing, late = asyncio.create_task(lane.close()), asyncio.create_task(lane.submit(("b", 2)))
    with pytest.raises(StoreUnavailable, match="closed"):
        await late
    assert not closing.done()
    held.gate.set()
    await closing
    assert answer.done()
    assert await answer == 10
