"""What every store keeps to, on SQLite and on PostgreSQL: a turn is saved whole, once, or not at all."""

from __future__ import annotations

import asyncio

import pytest

from context_bridge.codec import SnapshotTooNew
from context_bridge.contract import ContextStore, JourneyTooLarge, StoreUnavailable
from context_bridge.records import Conflict, OutboxRow, Saved
from ivr.engine.journey import Ask, Contact, Slot, Visit
from tests.context_bridge.turns import NOW, journey, link, save, sms, told, turn


async def test_what_is_saved_is_loaded_by_id_and_by_contact(store: ContextStore) -> None:
    full = journey(
        status="queued",
        customer="anna",
        contact=Contact("call-7", "voice", 2, {"sms": "+15550100"}, "Anna", "asterisk"),
        step="track",
        slots={"order": Slot("4217", "voice", "call-7", NOW)},
        ledger=(Ask("track", "order", "voice", "call-7", NOW, known=False),),
        path=(Visit("welcome", "voice", NOW, "track an order"),),
        seen=("e1", "e2"),
        left="dropped",
        left_at=NOW,
    )
    stored = await save(store, turn(full))
    assert await store.load("j1") == await store.by_contact("call-7") == stored
    assert await store.load("nobody") is await store.by_contact("nobody") is None


async def test_a_stale_revision_is_refused_with_what_is_stored_and_leaves_nothing(store: ContextStore) -> None:
    first = await save(store, turn(journey()))
    second = await save(store, turn(told(first, order="4217")))
    late = turn(told(first, order="9999"), outbox=(sms("j1:2:0"),), links=(link("h"),))
    assert await store.save(late) == Conflict(second)
    assert await store.load("j1") == second
    assert [row.rev for row in await store.history("j1")] == [1, 2]
    assert await store.outbox(10) == []
    assert await store.link("h") is None


async def test_a_journey_is_new_once(store: ContextStore) -> None:
    first = await save(store, turn(journey()))
    assert await store.save(turn(journey(status="queued"))) == Conflict(first)


async def test_a_journey_that_is_gone_is_a_conflict_with_nothing(store: ContextStore) -> None:
    assert await store.save(turn(journey(rev=3))) == Conflict(None)


async def test_of_two_saves_at_the_same_moment_one_wins(store: ContextStore, other: ContextStore) -> None:
    first = await save(store, turn(journey()))
    changes = [turn(told(first, order=str(n)), heard=str(n)) for n in range(6)]
    answers = await asyncio.gather(*((store, other)[n % 2].save(change) for n, change in enumerate(changes)))
    [winner] = [n for n, answer in enumerate(answers) if isinstance(answer, Saved)]
    assert [answer for answer in answers if answer != Saved(2)] == [Conflict(changes[winner].journey)] * 5
    assert [row.body["heard"] for row in await store.history("j1")] == ["4217", str(winner)]


async def test_history_outbox_and_links_come_with_the_turn(store: ContextStore) -> None:
    await save(store, turn(journey(), outbox=(sms("j1:1:0"), sms("j1:1:1")), links=(link("h"),)))
    [row] = await store.history("j1")
    assert (row.journey, row.rev, row.at, row.kind, row.body["heard"]) == ("j1", 1, NOW, "Input", "4217")
    assert sorted(await store.outbox(10), key=lambda row: row.key) == [sms("j1:1:0"), sms("j1:1:1")]
    assert await store.link("h") == link("h")


async def test_the_same_effect_is_owed_once(store: ContextStore) -> None:
    first = await save(store, turn(journey(), outbox=(sms("j1:1:0"),)))
    [claimed] = await store.claim_outbox(NOW, 10)
    await save(store, turn(first, outbox=(sms("j1:1:0"),)))
    assert await store.outbox(10) == [claimed]


@pytest.mark.parametrize("text", ["Grüße 你好", "👩🏽‍🚀 🧾", "a\0b", "\x7f\u2028\\u0000'\";--"])
async def test_any_text_comes_back(store: ContextStore, text: str) -> None:
    owed = OutboxRow("k", "j1", "sms", {"text": text}, NOW)
    stored = await save(store, turn(told(journey(), note=text), heard=text, outbox=(owed,)))
    assert await store.load("j1") == stored
    assert (await store.history("j1"))[0].body["heard"] == text
    assert (await store.outbox(1))[0].payload == {"text": text}


async def test_half_a_surrogate_pair_is_replaced_and_stops_no_turn(store: ContextStore) -> None:
    await save(store, turn(told(journey(), note="broken \ud83d emoji"), heard="\udc00"))
    stored = await store.load("j1")
    assert stored is not None
    assert stored.slots["note"].value == "broken \ufffd emoji"
    assert (await store.history("j1"))[0].body["heard"] == "\ufffd"


async def test_60_kilobytes_are_kept_and_more_than_64_are_refused(store: ContextStore) -> None:
    large = await save(store, turn(told(journey(), note="x" * 60_000)))
    assert await store.load("j1") == large
    with pytest.raises(JourneyTooLarge, match="j1"):
        await store.save(turn(told(large, more="é" * 3_000)))
    assert await store.load("j1") == large


async def test_a_turn_that_cannot_be_stored_fails_alone(store: ContextStore) -> None:
    changes = [turn(journey(f"j{n}"), kind="\ud800" if n == 3 else "Input") for n in range(6)]
    answers = await asyncio.gather(*map(store.save, changes), return_exceptions=True)
    assert isinstance(answers[3], ValueError)
    assert answers[:3] + answers[4:] == [Saved(1)] * 5
    assert await store.load("j3") is None


async def test_keys_that_no_database_holds_find_nothing_and_are_not_stored(store: ContextStore) -> None:
    for key in ("a\0b", "\ud800"):
        assert await store.load(key) is await store.by_contact(key) is await store.row(key) is None
        assert await store.link(key) is None
        assert not await store.spend_link(key, NOW)
        with pytest.raises(ValueError, match="cannot be printed"):
            await store.identify("chat", key)
        with pytest.raises(ValueError, match="cannot be printed"):
            await store.save(turn(journey(key)))


async def test_hundreds_at_once(store: ContextStore) -> None:
    keys = [f"j{n}" for n in range(300)]
    assert await asyncio.gather(*(store.save(turn(journey(key))) for key in keys)) == [Saved(1)] * 300
    assert [j and j.id for j in await asyncio.gather(*map(store.load, keys))] == keys


async def test_a_closed_store_says_so(store: ContextStore) -> None:
    await store.ping()
    await store.close()
    for attempt in (store.load("j1"), store.save(turn(journey())), store.ping()):
        with pytest.raises(StoreUnavailable, match="closed"):
            await attempt


async def test_a_journey_of_a_newer_segue_is_refused(store: ContextStore, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as newer:
        newer.setattr("context_bridge.codec.VERSION", 2)
        await save(store, turn(journey()))
    with pytest.raises(SnapshotTooNew, match="update Segue"):
        await store.load("j1")
