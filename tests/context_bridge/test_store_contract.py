"""What every store keeps to, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from context_bridge.codec import SnapshotTooNew
from context_bridge.contract import ContextStore, JourneyTooLarge, StoreUnavailable
from context_bridge.records import (
    Begun,
    CallbackRow,
    Conflict,
    Customer,
    LinkRow,
    OutboxRow,
    Saved,
    SpeechKeepingRow,
    SwitchRow,
)
from context_bridge.store import open_store
from ivr.engine.data import replace
from ivr.engine.journey import Ask, Contact, Slot, Visit
from tests.context_bridge.turns import DAY, NOW, add_one, journey, save, told, turn

ROOT = Path(__file__).parents[2]


def sms(key: str, due_at: float = NOW) -> OutboxRow:
    return OutboxRow(key, "j1", "sms", {"to": "+15550100", "text": "Follow: {link}"}, due_at)


def link(token_hash: str, expires_at: float = NOW + DAY) -> LinkRow:
    return LinkRow(token_hash, "j1", "tell", 3, expires_at)


# a turn


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


# lists


async def test_by_contact_finds_only_where_the_contact_is_now(store: ContextStore) -> None:
    old = await save(store, turn(journey("old"), at=NOW))
    new = await save(store, turn(journey("new"), at=NOW + 5))
    assert await store.by_contact("c1") == new
    moved = await save(store, turn(replace(new, contact=Contact("chat-1", "chat", 3)), at=NOW + 6))
    assert await store.by_contact("c1") == old
    assert await store.by_contact("chat-1") == moved


async def test_journeys_of_a_customer_that_may_go_on(store: ContextStore) -> None:
    older = await save(store, turn(journey("older", status="dropped"), at=NOW - 60))
    newer = await save(store, turn(journey("newer"), at=NOW - 30))
    await save(store, turn(journey("before"), at=NOW - 3600))
    await save(store, turn(journey("over", status="finished"), at=NOW - 20))
    await save(store, turn(journey("expired"), at=NOW - 40, expires_at=NOW - 1))
    await save(store, turn(journey("of bob"), customer="bob"))
    await save(store, turn(journey("elsewhere", menu="cards")))
    assert await store.unfinished("anna", "support", NOW - 100) == [Begun(newer, NOW - 30), Begun(older, NOW - 60)]


async def test_a_machine_that_begins_again_and_again_is_not_looked_through(store: ContextStore) -> None:
    await asyncio.gather(*(save(store, turn(journey(f"j{n}"), at=NOW + n)) for n in range(30)))
    found = await store.unfinished("anna", "support", NOW)
    assert [begun.updated_at for begun in found] == [NOW + n for n in range(29, 9, -1)]


async def test_a_journey_as_lists_show_it(store: ContextStore) -> None:
    await save(store, turn(journey()))
    row = await store.row("j1")
    assert row is not None
    assert (row.contact, row.channel, row.node, row.customer) == ("c1", "voice", "webphone", "anna")


async def test_contacts_that_are_on_at_a_node(store: ContextStore) -> None:
    await save(store, turn(journey("on")))
    await save(store, turn(journey("waiting", status="queued")))
    await save(store, turn(journey("put through", status="transferred")))
    await save(store, turn(journey("dropped", status="dropped")))
    await save(store, turn(journey("left", contact=None)))
    await save(store, turn(journey("elsewhere"), node="asterisk"))
    assert {row.id for row in await store.live_on("webphone")} == {"on", "waiting", "put through"}
    assert await store.count_live_on("webphone") == 3
    assert await store.count_live_on("twilio") == 0


async def test_recent_ones_first(store: ContextStore) -> None:
    for n in range(5):
        await save(store, turn(journey(f"j{n}"), at=NOW + n))
    again = await store.load("j1")
    assert again is not None
    await save(store, turn(again, at=NOW + 9))
    assert [row.id for row in await store.recent(3)] == ["j1", "j4", "j3"]


async def test_expired_ones_are_listed_until_they_are_closed(store: ContextStore) -> None:
    await save(store, turn(journey("open"), expires_at=NOW + 1))
    await save(store, turn(journey("over"), expires_at=NOW - 1))
    await save(store, turn(journey("closed", status="expired"), expires_at=NOW - 1))
    assert [row.id for row in await store.expired(NOW, 10)] == ["over"]


async def test_purge_removes_what_hangs_on_a_journey_and_nothing_younger(store: ContextStore) -> None:
    for n in range(120):  # more than one transaction's worth
        owed, way_in = (sms(f"o{n}"),) if n == 7 else (), (link(f"o{n}"),) if n == 7 else ()
        await save(store, turn(journey(f"o{n}"), expires_at=NOW - 1, outbox=owed, links=way_in))
    await save(store, turn(journey("young"), expires_at=NOW + 1, outbox=(sms("young"),), links=(link("young"),)))
    assert await store.purge(NOW) == 120
    assert [row.id for row in await store.recent(200)] == ["young"]
    assert await store.history("o7") == []
    assert await store.link("o7") is None
    assert [row.key for row in await store.outbox(10)] == ["young"]
    assert len(await store.history("young")) == 1
    assert await store.purge(NOW) == 0


async def test_a_pinned_flow_says_the_same_for_ever(store: ContextStore) -> None:
    assert await store.flow_source("support", "abc") is None
    await store.put_flow("support", "abc", "menu: support 👋")
    await store.put_flow("support", "abc", "something else")
    assert await store.flow_source("support", "abc") == "menu: support 👋"


# outbox


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


# links


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


# identity


async def test_an_unknown_number_is_one_customer_however_many_ask(store: ContextStore, other: ContextStore) -> None:
    asking = ((store, other)[n % 2].identify("e164", "+15550100", "first") for n in range(12))
    answers = await asyncio.gather(*asking)
    assert len({who.customers for who in answers}) == 1
    [customer] = answers[0].customers
    assert not answers[0].shared
    assert await store.customer(customer.id) == customer
    assert [who.newcomer for who in answers].count(True) == 1
    assert not (await store.identify("e164", "+15550100", "first")).newcomer
    assert (await store.identify("sip", "+15550100")).customers == ()


async def test_a_number_of_two_customers_is_shared(store: ContextStore) -> None:
    await store.attach(Customer("anna", "Anna"), "e164", "+15550100")
    await store.attach(Customer("anna", "Anna"), "e164", "+15550100")
    await store.attach(Customer("anna", "Anna"), "email", "anna@example.com")
    assert not (await store.identify("e164", "+15550100")).shared
    await store.attach(Customer("bob", "Bob"), "e164", "+15550100")
    who = await store.identify("e164", "+15550100")
    assert who.shared
    assert who.customers == (Customer("anna", "Anna"), Customer("bob", "Bob"))
    assert await store.identifiers("anna") == [("e164", "+15550100"), ("email", "anna@example.com")]
    assert await store.customer("nobody") == Customer("nobody")
    assert (await store.identify("e164", "+15550100", "third")).customers == who.customers


# life and death


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


async def test_four_processes_on_hot_keys_count_exactly(store: ContextStore, url: str) -> None:
    keys = ["a", "b", "c", "d", "e"]
    for key in keys:
        await save(store, turn(told(journey(key), n="0")))
    command = [sys.executable, "-m", "tests.context_bridge.turns", "count", url, ",".join(keys), "5"]
    processes = [await asyncio.create_subprocess_exec(*command, cwd=ROOT) for _ in range(4)]
    await asyncio.gather(*(add_one(store, "a") for _ in range(16)))  # and one more: this one
    assert await asyncio.gather(*(process.wait() for process in processes)) == [0] * 4
    counts = [j.slots["n"].value for key in keys if (j := await store.load(key))]
    assert sum(map(int, counts)) == 4 * 16 * 5 + 16
    for key in keys:
        stored = await store.load(key)
        assert stored is not None
        assert [row.rev for row in await store.history(key)] == list(range(1, stored.rev + 1))


async def test_a_writer_killed_at_any_moment_loses_nothing_it_acknowledged(url: str) -> None:
    keys = [f"j{n}" for n in range(16)]
    acknowledged: dict[str, int] = {}
    for _ in range(3):
        acknowledged.update(_written_until_killed(url, keys, random.randrange(20, 400)))
    store = await open_store(url)
    for key in keys:
        stored, history = await store.load(key), await store.history(key)
        assert (stored.rev if stored else 0) >= acknowledged.get(key, 0)
        assert [row.rev for row in history] == list(range(1, (stored.rev if stored else 0) + 1))
    await store.close()


def _written_until_killed(url: str, keys: list[str], kill_after: int) -> Iterator[tuple[str, int]]:
    """What a writer acknowledged; it is killed after that many, whatever it is doing."""
    command = [sys.executable, "-m", "tests.context_bridge.turns", "write", url, ",".join(keys)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as writer:
        assert writer.stdout is not None
        for count, line in enumerate(writer.stdout):
            if count == kill_after:
                writer.kill()
            key, rev = line.split()
            yield key.decode(), int(rev)
    assert writer.returncode == -9


# switches


async def test_a_switch_is_as_it_was_last_flipped(store: ContextStore, other: ContextStore) -> None:
    assert await store.switches() == []
    await store.flip("emergency", "on", "Eva", NOW)
    await store.flip("storm", "on", "Eva", NOW)
    await other.flip("emergency", "off", "Tom", NOW + 60)
    expected = [SwitchRow("emergency", "off", "Tom", NOW + 60), SwitchRow("storm", "on", "Eva", NOW)]
    assert await store.switches() == expected


# callbacks


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


async def test_what_ops_want_last_about_keeping_speech_is_what_counts(store: ContextStore) -> None:
    assert await store.speech_keeping() is None
    await store.keep_speech(SpeechKeepingRow(NOW + 60, "Eva", "tests", NOW))
    stopped = SpeechKeepingRow(0.0, "Tom", "", NOW - 5)  # by a server whose clock is behind
    await store.keep_speech(stopped)
    assert await store.speech_keeping() == stopped
