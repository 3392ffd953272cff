"""What every store keeps to, on SQLite and on PostgreSQL: effects that are owed, links, promised callbacks."""

from __future__ import annotations

import asyncio

import pytest

from context_bridge.contract import ContextStore
from context_bridge.records import CallbackRow, Conflict
from ivr.engine.data import replace
from tests.context_bridge.turns import DAY, NOW, journey, link, save, sms, turn


async def test_an_effect_is_claimed_by_one_worker_when_it_is_due(store: ContextStore, other: ContextStore) -> None:
    owed = tuple(sms(f"k{n:02}", NOW + n) for n in range(20))
    await save(store, turn(journey(), outbox=owed))
    assert await store.claim_outbox(NOW - 1, 10) == []
    takes = await asyncio.gather(*((store, other)[n % 2].claim_outbox(NOW + 15, 4) for n in range(8)))
    taken = [row.key for take in takes for row in take]
    assert sorted(taken) == [f"k{n:02}" for n in range(16)]
    assert all((row.state, row.attempts) == ("sending", 1) for take in takes for row in take)
    assert all(len(take) <= 4 for take in takes)


async def test_a_worker_that_died_gives_its_effects_back_after_a_minute(store: ContextStore) -> None:
    await save(store, turn(journey(), outbox=(sms("k"),)))
    await store.claim_outbox(NOW, 10)
    assert await store.claim_outbox(NOW + 59, 10) == []
    [again] = await store.claim_outbox(NOW + 61, 10)
    assert (again.key, again.attempts) == ("k", 2)


async def test_settled_effects_are_done_or_tried_later(store: ContextStore) -> None:
    await save(store, turn(journey(), outbox=(sms("k1"), sms("k2"))))
    await store.claim_outbox(NOW, 10)
    await store.settle_outbox("k1", "sent", "SM123", None)
    await store.settle_outbox("k2", "waiting", "busy", NOW + 30)
    assert await store.claim_outbox(NOW + 29, 10) == []
    [again] = await store.claim_outbox(NOW + 30, 10)
    assert (again.key, again.attempts, again.note) == ("k2", 2, "busy")
    [sent] = [row for row in await store.outbox(10) if row.key == "k1"]
    assert (sent.state, sent.note, sent.due_at) == ("sent", "SM123", NOW)
    with pytest.raises(ValueError, match="settled"):
        await store.settle_outbox("k2", "done", "", None)


async def test_a_link_works_once(store: ContextStore, other: ContextStore) -> None:
    await save(store, turn(journey(), links=(link("h"),)))
    presses = await asyncio.gather(*((store, other)[n % 2].spend_link("h", NOW + 1) for n in range(6)))
    assert sorted(presses) == [False] * 5 + [True]
    assert await store.link("h") == replace(link("h"), spent_at=NOW + 1)


async def test_a_link_works_until_it_expires(store: ContextStore) -> None:
    await save(store, turn(journey(), links=(link("h", NOW + 10),)))
    assert not await store.spend_link("h", NOW + 10)
    assert not await store.spend_link("unknown", NOW)
    assert await store.spend_link("h", NOW + 9)


def owed(step: str = "call_me", at: float = NOW, number: str = "+15550100") -> CallbackRow:
    return CallbackRow(f"j1:{step}", "j1", "c1", number, "support", "tomorrow", "Chose orders.", "open", at)


async def test_a_callback_is_saved_with_its_turn_or_not_at_all(store: ContextStore) -> None:
    first = await save(store, turn(journey(), callbacks=(owed(),)))
    stale = turn(journey(), callbacks=(owed("other"),))
    assert await store.save(stale) == Conflict(first)
    assert await store.callbacks(10) == [owed()]


async def test_a_promise_that_is_made_again_takes_the_place_of_the_former_one(store: ContextStore) -> None:
    first = await save(store, turn(journey(), callbacks=(owed(),)))
    again = owed(at=NOW + 60, number="+15550123")
    await save(store, turn(first, callbacks=(owed(number="+1"), again)))
    assert await store.callbacks(10) == [again]


async def test_open_callbacks_come_first_and_a_done_one_is_kept(store: ContextStore) -> None:
    rows = [owed("a", NOW), owed("b", NOW + 1), owed("c", NOW + 2), owed("d", NOW + 3)]
    await save(store, turn(journey(), callbacks=tuple(rows)))
    assert await store.call_done("j1:a") == replace(rows[0], state="done")
    await store.call_done("j1:c")
    assert await store.call_done("j1:nothing") is None
    assert await store.call_done("j1:\0") is None
    assert [row.id for row in await store.callbacks(10)] == ["j1:b", "j1:d", "j1:c", "j1:a"]
    assert len(await store.callbacks(3)) == 3


async def test_callbacks_are_purged_with_their_journey(store: ContextStore) -> None:
    await save(store, turn(journey(), expires_at=NOW - DAY, callbacks=(owed(),)))
    assert await store.purge(NOW) == 1
    assert await store.callbacks(10) == []
