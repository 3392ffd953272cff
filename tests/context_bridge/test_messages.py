"""Messages: attributed exactly, delivered monotonely, wanted or not; on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio

from context_bridge.contract import ContextStore
from context_bridge.records import ConsentRow, OutboxRow, SentRow, ThreadRow
from tests.context_bridge.turns import NOW, journey, save, turn

LATER = NOW + 30


def sms(key: str) -> OutboxRow:
    return OutboxRow(key, "j1", "sms", {"to": "+14155550134", "text": "x"}, NOW)


async def test_only_one_attempt_is_under_way(store: ContextStore, other: ContextStore) -> None:
    tries = [(store, other)[n % 2].messages.intend("k", 0, NOW, NOW - 30) for n in range(6)]
    taken = [row for row in await asyncio.gather(*tries) if row is not None]
    assert taken == [SentRow("k", 0, NOW)]
    assert await other.messages.intend("k", 0, NOW + 10, NOW - 20) is None, "nobody knows the first one's outcome"
    assert await other.messages.intend("k", 0, LATER, NOW) == SentRow("k", 0, NOW, tried_at=NOW)


async def test_an_attempt_that_sent_nothing_leaves_no_doubt(store: ContextStore) -> None:
    await store.messages.intend("k", 0, NOW, NOW - 30)
    await store.messages.withdraw("k", 0)
    assert await store.messages.intend("k", 0, NOW + 1, NOW - 29) == SentRow("k", 0, NOW)


async def test_what_is_sent_is_not_intended_again(store: ContextStore) -> None:
    await store.messages.intend("k", 0, NOW, NOW - 30)
    await store.messages.sent_as("k", 0, "SM1")
    await store.messages.withdraw("k", 0)
    assert await store.messages.intend("k", 0, LATER, NOW) == SentRow("k", 0, NOW, None, "SM1")
    assert await store.messages.intend("k", 1, LATER, NOW) == SentRow("k", 1, LATER), "the next part is another"


async def test_a_message_is_found_for_one_key_only(store: ContextStore, other: ContextStore) -> None:
    for key in ("k1", "k2"):
        await store.messages.intend(key, 0, NOW, NOW - 30)
    found = await asyncio.gather(store.messages.found_as("k1", 0, "SM1"), other.messages.found_as("k2", 0, "SM1"))
    assert sorted(found) == [False, True]


async def test_what_was_found_gives_way_to_what_was_told_and_is_due_again(store: ContextStore) -> None:
    await save(store, turn(journey(), outbox=(sms("k1"), sms("k2"))))
    await store.claim_outbox(NOW, 10)
    for key in ("k1", "k2"):
        await store.messages.intend(key, 0, NOW, NOW - 30)
    assert await store.messages.found_as("k2", 0, "SM1")
    await store.settle_outbox("k2", "sent", "", None)
    await store.messages.sent_as("k1", 0, "SM1")
    again = await store.messages.outbox_row("k2")
    assert again is not None
    assert again.state == "waiting"
    assert await store.messages.intend("k2", 0, LATER, NOW) == SentRow("k2", 0, NOW)
    assert [row.key for row in await store.messages.recent_deliveries(10)] == ["k1"]
    await store.messages.sent_as("k1", 0, "SM1")
    assert (await store.messages.intend("k1", 0, LATER, NOW)) == SentRow("k1", 0, NOW, None, "SM1")


async def test_deliveries_only_go_forward(store: ContextStore) -> None:
    messages = store.messages
    assert await messages.delivered("SM1", "sent", 3, "", NOW), "before we knew that SM1 is ours"
    assert not await messages.delivered("SM1", "queued", 1, "", NOW)
    assert not await messages.delivered("SM1", "sent", 3, "", NOW)
    await messages.intend("k", 0, NOW, NOW - 30)
    await messages.sent_as("k", 0, "SM1")
    assert await messages.delivered("SM1", "undelivered", 5, "30003", NOW)
    [row] = await messages.deliveries("k")
    assert (row.part, row.sid, row.state, row.code) == (0, "SM1", "undelivered", "30003")
    await messages.purge(NOW + 1)
    assert await messages.deliveries("k") == []


async def test_the_last_wish_counts_and_is_never_forgotten(store: ContextStore) -> None:
    messages, who = store.messages, "+14155550134"
    assert await messages.consent(who) is None
    stop = ConsentRow("SM1", who, "stop", "wrote STOP", NOW)
    await messages.agree(stop)
    await messages.agree(ConsentRow("SM2", who, "start", "wrote START", NOW + 5))
    await messages.agree(stop)
    found = await messages.consent(who)
    assert found is not None
    assert (found.id, found.wish) == ("SM2", "start")
    await messages.purge(NOW + 99)
    assert await messages.consent(who) == found


async def test_threads_know_when_somebody_wrote_last(store: ContextStore) -> None:
    await store.messages.hear(ThreadRow("tm-1", "+1500", "+1415", NOW))
    await store.messages.hear(ThreadRow("tm-1", "+1500", "+1415", NOW - 5))
    await store.messages.hear(ThreadRow("tm-2", "+1501", "+1415", NOW - 1))
    assert await store.messages.thread("tm-1") == ThreadRow("tm-1", "+1500", "+1415", NOW)
    assert await store.messages.thread_with("+1415") == ThreadRow("tm-1", "+1500", "+1415", NOW)
    assert await store.messages.thread_with("+1999") is await store.messages.thread("x") is None


async def test_a_message_may_be_due_without_a_turn(store: ContextStore) -> None:
    await store.messages.put_outbox(sms("k"))
    await store.messages.put_outbox(sms("k"))
    assert await store.outbox(10) == [sms("k")]
    assert await store.messages.outbox_row("k") == sms("k")
    assert await store.messages.outbox_row("none") is None
