"""What every store keeps to, on SQLite and on PostgreSQL: what it finds, lists, closes and purges, and who is whom."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy.sql.expression import ClauseElement

from context_bridge.contract import ContextStore
from context_bridge.database import Row, Values
from context_bridge.records import Begun, Customer, SpeechKeepingRow, SwitchRow
from context_bridge.store import Store
from ivr.engine.data import replace
from ivr.engine.journey import Contact
from tests.context_bridge.turns import NOW, journey, link, save, sms, turn


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


async def test_all_journeys_of_a_customer(store: ContextStore) -> None:
    for n, status in enumerate(("dropped", "finished", "live")):
        await save(store, turn(journey(f"j{n}", status=status), at=NOW + n))
    await save(store, turn(journey("of bob"), customer="bob"))
    assert [row.id for row in await store.of_customer("anna", 10)] == ["j2", "j1", "j0"]
    assert [row.id for row in await store.of_customer("anna", 2)] == ["j2", "j1"]


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


async def test_a_number_that_is_attached_while_it_is_looked_up_makes_no_newcomer(
    store: ContextStore, other: ContextStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(store, Store)
    real = store._database.read

    async def read(statement: ClauseElement, values: Values) -> Sequence[Row]:
        found = await real(statement, values)
        await other.attach(Customer("anna"), "e164", "+15550100")
        return found

    monkeypatch.setattr(store._database, "read", read)
    assert (await store.identify("e164", "+15550100", "first")).customers == (Customer("anna"),)


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


async def test_a_switch_is_as_it_was_last_flipped(store: ContextStore, other: ContextStore) -> None:
    assert await store.switches() == []
    await store.flip("emergency", "on", "Eva", NOW)
    await store.flip("storm", "on", "Eva", NOW)
    await other.flip("emergency", "off", "Tom", NOW + 60)
    expected = [SwitchRow("emergency", "off", "Tom", NOW + 60), SwitchRow("storm", "on", "Eva", NOW)]
    assert await store.switches() == expected


async def test_what_ops_want_last_about_keeping_speech_is_what_counts(store: ContextStore) -> None:
    assert await store.speech_keeping() is None
    await store.keep_speech(SpeechKeepingRow(NOW + 60, "Eva", "tests", NOW))
    stopped = SpeechKeepingRow(0.0, "Tom", "", NOW - 5)  # by a server whose clock is behind
    await store.keep_speech(stopped)
    assert await store.speech_keeping() == stopped
