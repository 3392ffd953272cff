"""The driver on a real store: what several contacts, agents and processes do at the same time."""

from __future__ import annotations

import asyncio

import pytest

from context_bridge.contract import StoreUnavailable
from context_bridge.records import Change, Conflict, Customer, Saved
from ivr.driver import Arrival, Driver, LinkRefused
from ivr.engine.actions import Collect, Enqueue, Hangup, Say
from ivr.engine.events import Input
from ivr.engine.loader import load
from ivr.flows import Flows, parts_in
from tests.shop import ANN, KEEPING, MENUS, Line, Shop, shop, words
from tests.waiting import eventually

__all__ = ["shop"]


async def test_a_new_journey_speaks_what_its_customer_asks_for(shop: Shop) -> None:
    asked = {"french": "fr-CH, fr;q=0.9", "nobody": "pl", "other": "ko"}
    numbers = {"nobody": "+14155550135", "other": "+14155550136"}
    found = {}
    for contact, language in asked.items():
        number = numbers.get(contact, ANN)
        arrival = Arrival(contact, "voice", "webphone", "support", number, attestation="A", language=language)
        await shop.driver.arrive(arrival)
        found[contact] = (await shop.journey(contact)).language
        await shop.press(contact, "1")
        await shop.leave(contact)
    assert found == {"french": "fr-FR", "nobody": None, "other": "ko-KR"}


async def test_two_contacts_answer_at_once_and_there_is_one_position(shop: Shop) -> None:
    """Invariant 7. The customer is on the phone and opens the link; both answer, many times over, in two processes."""
    contact = await shop.call()
    token = await shop.link(contact)
    line = Line()
    shop.driver.attach(contact, line)
    before = await shop.journey(contact)
    other = shop.another()
    moves = [shop.press(contact, "9", None) for _ in range(20)]
    arrival = Arrival("chat-1", "chat", "chat", "support", link=token)
    moves.append(other.arrive(arrival))
    await asyncio.gather(*moves)
    journey = await shop.journey("chat-1")
    assert journey.contact
    assert journey.contact.id == "chat-1"
    assert journey.slots["order_number"].value == "4217"
    history = await shop.store.history(journey.id)
    assert [row.rev for row in history] == list(range(1, journey.rev + 1)), "a turn was lost or doubled"
    assert journey.rev > before.rev
    assert await shop.press(contact, "1") == (Hangup("moved"),)


async def test_the_contact_that_lost_the_journey_is_told(shop: Shop) -> None:
    contact = await shop.call()
    token = await shop.link(contact)
    line = Line()
    shop.driver.attach(contact, line)
    await shop.chat(token)
    assert line.told == ["moved"]


async def test_a_link_is_spent_by_one_of_many(shop: Shop) -> None:
    token = await shop.link(await shop.call())
    arrivals = [shop.chat(token, f"chat-{n}") for n in range(10)]
    done = await asyncio.gather(*arrivals, return_exceptions=True)
    assert sum(isinstance(one, LinkRefused) for one in done) == 9


async def test_a_link_has_its_time(shop: Shop) -> None:
    token = await shop.link(await shop.call())
    assert await shop.driver.link(token) is not None
    shop.now += KEEPING.link + 1
    assert await shop.driver.link(token) is None
    with pytest.raises(LinkRefused):
        await shop.chat(token)


async def test_one_agent_of_two_gets_the_customer(shop: Shop) -> None:
    contact = await shop.call()
    line = Line()
    shop.driver.attach(contact, line)
    actions = await shop.press(contact, "0")
    assert isinstance(actions[-1], Enqueue)
    got = await asyncio.gather(shop.driver.join(contact, "Ann"), shop.another().join(contact, "Bob"))
    assert sorted(got) == [False, True]
    assert not await shop.driver.join(contact, "Eve")


async def test_the_pop_says_who_why_and_what_not_to_ask(shop: Shop) -> None:
    contact = await shop.call()
    await shop.press(contact, "1")
    await shop.press(contact, "4217")
    async with shop.bus.subscribe(None) as stream:
        await shop.press(contact, "3")
        async for event in stream:
            if event.kind == "pop":
                break
    assert event.body["identifier"] == ANN
    assert event.body["answered"] == ["order number"]
    assert "4217" in event.body["why"]
    assert [one["contact"] for one in await shop.driver.waiting()] == [contact]


async def test_words_between_agent_and_customer_are_kept(shop: Shop) -> None:
    token = await shop.link(await shop.call())
    await shop.chat(token)
    line = Line()
    shop.driver.attach("chat-1", line)
    await shop.driver.tell("chat-1", "It comes tomorrow.", "Ann")
    await shop.driver.tell("chat-1", "Thank you!", "customer")
    assert line.told == ["Ann: It comes tomorrow."]
    history = await shop.store.history((await shop.journey("chat-1")).id)
    assert [row.body["text"] for row in history if row.kind == "Message"] == ["It comes tomorrow.", "Thank you!"]


async def test_what_was_saved_after_we_gave_up_on_it_is_said_when_its_event_comes_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And told to pages once, as any other turn."""
    contact, save = await shop.call(), shop.store.save

    async def save_and_say_nothing(change: Change) -> Saved | Conflict:
        await save(change)
        raise StoreUnavailable("the database did not answer")

    event = Input(id="event-1", at=shop.now, contact=contact, text="2", mode="keys")
    monkeypatch.setattr(shop.store, "save", save_and_say_nothing)
    with pytest.raises(StoreUnavailable):
        await shop.driver.advance(event)
    monkeypatch.setattr(shop.store, "save", save)
    async with shop.bus.subscribe(None) as events:
        actions = await shop.driver.advance(event)
        assert (await anext(events)).kind == "turn"
    assert any(isinstance(action, Say) and "Monday" in action.text for action in actions)
    again = await shop.driver.advance(event)
    assert not any(isinstance(action, Say) and "Monday" in action.text for action in again[:1])


async def test_a_back_office_that_was_asked_when_we_died_is_asked_again(shop: Shop) -> None:
    contact = await shop.call()
    await shop.press(contact, "1")
    shop.office.open.clear()
    asking = asyncio.create_task(shop.press(contact, "4217"))
    await eventually(lambda: bool(shop.office.asked))
    asking.cancel()  # the process is gone
    await asyncio.gather(asking, return_exceptions=True)
    shop.office.open.set()
    found = await shop.another().current(contact)
    assert found
    assert isinstance(found[1][-1], Collect)
    assert (await shop.journey(contact)).slots["status"].value == "on_its_way"


async def test_the_filler_is_said_while_the_back_office_is_asked(shop: Shop) -> None:
    contact = await shop.call()
    await shop.press(contact, "1")
    shop.office.open.clear()
    said: list[str] = []

    async def say(says: tuple[Say, ...]) -> None:
        said.append(words(says))
        shop.office.open.set()

    event = Input(id="i", at=shop.now, contact=contact, text="4217", mode="keys")
    actions = await shop.driver.advance(event, say)
    assert said == ["One moment please."]
    assert "One moment" not in words(actions)


@pytest.mark.parametrize("number", [None, "anonymous", "7378742833", "not a number", "+1415555013X"])
async def test_nobody_who_hides_their_number_gets_a_journey_that_was_begun(shop: Shop, number: str | None) -> None:
    first = await shop.call(number)
    await shop.press(first, "1")
    begun = (await shop.journey(first)).id
    await shop.leave(first)
    again = await shop.call(number)
    assert (await shop.journey(again)).id != begun


async def test_a_number_of_two_customers_never_gets_the_others_journey(shop: Shop) -> None:
    first = await shop.call()
    begun = (await shop.journey(first)).id
    await shop.leave(first)
    await shop.store.attach(Customer("bob", "Bob"), "e164", ANN)
    again = await shop.call()
    assert (await shop.journey(again)).id != begun
    await shop.press(again, "0")
    pop = await shop.driver.pop((await shop.journey(again)).id)
    assert pop
    assert {one["name"] for one in pop["candidates"]} == {"", "Bob"}
    assert pop["customer"]["id"] is None


async def test_an_attested_number_is_trusted_more(shop: Shop) -> None:
    claimed, attested = await shop.call(), await shop.call("+14155550135", attestation="A")
    trusts = [journey.contact.trust for one in (claimed, attested) if (journey := await shop.journey(one)).contact]
    assert trusts == [1, 2]


async def test_a_journey_left_alone_is_closed_and_one_that_goes_on_is_not(shop: Shop) -> None:
    old = await shop.call()
    begun = (await shop.journey(old)).id
    await shop.leave(old)
    shop.now += KEEPING.journey + 3600
    fresh = await shop.call("+14155550135")
    assert await shop.driver.expire() == 1
    closed = await shop.store.load(begun)
    assert closed
    assert closed.status == "expired"
    assert (await shop.journey(fresh)).status == "live"


async def test_a_pinned_version_outlives_its_file(shop: Shop) -> None:
    """Invariant 10: who is under way stays on the version they began with."""
    await shop.flows.remember()
    contact = await shop.call()
    await shop.press(contact, "1")
    changed = (
        MENUS.joinpath("support.yaml").read_text().replace("Please say or key in your order number", "Your number, now")
    )
    newer = Flows({"support": load(changed, "support.yaml", parts=parts_in(MENUS))}, shop.store)
    driver = Driver(shop.store, shop.bus, newer, shop.office, KEEPING, "US", lambda: shop.now)
    found = await driver.current(contact)
    assert found
    assert "Please say or key in your order number" in words(found[1])
    other = Arrival("new", "voice", "webphone", "support", number="+14155550135")
    await driver.arrive(other)
    actions = await driver.advance(Input(id="x", at=shop.now, contact="new", text="1", mode="keys"))
    assert "Your number, now" in words(actions)
