"""Publishing and rolling back, on SQLite and on PostgreSQL: one wins, and nobody is left standing nowhere."""

from __future__ import annotations

import asyncio

import pytest

from context_bridge.contract import ContextStore
from ivr.publishing.publisher import Draft, InUse, Outcome, Overtaken, Publisher, UnknownVersion, WrongMap
from tests.publishing.menus import RENAMED, menu
from tests.publishing.site import Site

EIGHT = ("length: 4-10", "length: 8")
WITHOUT_TRACK = (
    ("goto: track", "goto: hours"),
    ("  track:\n    ask: {slot: order, prompt: Your order number please.}\n    next: told\n", ""),
    ("slots:\n  order: {type: digits, length: 4-10, title: your order number}\n", ""),
    ("Order {order:digits} is", "It is"),
)


@pytest.fixture
def site(store: ContextStore) -> Site:
    return Site(store)


async def test_versions_are_numbered_and_told(site: Site) -> None:
    first = await site.publish(menu(), message="first")
    site.now += 60
    second = await site.publish(menu(EIGHT), author="Ann", message="eight digits")
    assert first.changes == ("the menu support is new",)
    assert second.changes == ("step `track` now asks for 8 digits (before: 4 to 10 digits)",)
    entries = await site.store.published("support")
    assert [(e.n, e.author, e.message, e.at) for e in entries] == [
        (2, "Ann", "eight digits", site.now),
        (1, "Kim", "first", site.now - 60),
    ]
    assert site.flows.current("support").version == entries[0].version == menu(EIGHT).version


async def test_the_same_again_changes_nothing(site: Site) -> None:
    await site.publish()
    again = await site.publish(base="whatever it was")
    assert (again.new, again.changes, again.entry.n) == (False, (), 1)
    assert len(await site.store.published("support")) == 1


async def test_who_started_from_an_older_version_is_told_what_came_between(site: Site) -> None:
    base = (await site.publish()).entry.version
    await site.publish(menu(EIGHT), author="Ann", message="eight digits")
    with pytest.raises(Overtaken) as error:
        await site.publish(menu(("Goodbye.", "Bye.")), base=base)
    assert error.value.changes == ("step `track` now asks for 8 digits (before: 4 to 10 digits)",)
    assert error.value.entry
    assert error.value.entry.n == 2
    assert "published by Ann: eight digits" in str(error.value)
    with pytest.raises(Overtaken, match="is in force now"):
        await site.publish(menu(("Goodbye.", "Bye.")), base=None)
    with pytest.raises(Overtaken, match="never published"):
        await site.publish(menu(("menu: support", "menu: clinic")), base=base)


async def test_of_many_who_publish_at_once_one_wins_and_the_others_are_told(
    store: ContextStore, other: ContextStore
) -> None:
    base = (await Site(store).publish()).entry.version
    drafts = [Draft(menu(("Goodbye.", f"Bye {n}.")), base, f"author {n}", "mine") for n in range(8)]
    publishers = [Publisher((store, other)[n % 2], lambda: 1.0) for n in range(8)]
    done = await asyncio.gather(
        *(publisher.publish(draft) for publisher, draft in zip(publishers, drafts, strict=True)), return_exceptions=True
    )
    won = [outcome for outcome in done if isinstance(outcome, Outcome)]
    assert len(won) == 1
    assert [type(error) for error in done if error is not won[0]] == [Overtaken] * 7
    assert [entry.n for entry in await store.published("support")] == [2, 1]


async def test_a_step_at_which_customers_are_is_not_taken_away(site: Site) -> None:
    await site.publish()
    for number in ("+14155550101", "+14155550102"):
        await site.press(await site.call(number), "1")  # at track
    left = await site.call("+14155550103")
    await site.press(left, "1")
    await site.drop(left)  # may come back
    with pytest.raises(InUse) as error:
        await site.publish(menu(*WITHOUT_TRACK))
    assert [(each.step, each.journeys) for each in error.value.removed] == [("track", 3)]
    assert "3 journeys at track" in str(error.value)
    assert "--moved track=STEP" in str(error.value)
    assert [entry.n for entry in await site.store.published("support")] == [1]


async def test_a_step_at_which_nobody_is_goes_freely(site: Site) -> None:
    await site.publish()
    await site.call("+14155550101")
    done = await site.call("+14155550102")
    await site.press(done, "1")
    assert (await site.journey(done)).step == "track"
    site.now += 31 * 86400  # the time of a journey is over
    while await site.driver.expire():
        pass
    assert (await site.publish(menu(*WITHOUT_TRACK))).entry.n == 2


async def test_with_a_map_they_go_on_where_it_says(site: Site) -> None:
    await site.publish()
    caller = await site.call("+14155550101")
    await site.press(caller, "1")
    with pytest.raises(InUse, match="--moved track=number"):  # it looks like a new name, and is taken so when asked
        await site.publish(menu(*RENAMED))
    outcome = await site.publish(menu(*RENAMED), moved={"track": "number"})
    assert outcome.entry.moved == {"track": "number"}
    await site.drop(caller)
    again = await site.call("+14155550101")
    journey = await site.journey(again)
    assert (journey.step, journey.version) == ("number", menu(*RENAMED).version)
    assert "on its way" in await site.press(again, "4711")


async def test_a_map_leads_on_over_several_versions(site: Site) -> None:
    await site.publish()
    caller = await site.call("+14155550101")
    await site.press(caller, "1")
    await site.drop(caller)
    await site.publish(menu(*RENAMED), moved={"track": "number"})
    third = menu(("goto: track", "goto: parcel"), ("  track:\n", "  parcel:\n"))
    await site.publish(third, moved={"number": "parcel"})
    journey = await site.journey(await site.call("+14155550101"))
    assert (journey.step, journey.version) == ("parcel", third.version)


@pytest.mark.parametrize(
    ("moved", "says"),
    [
        ({"track": "nowhere"}, "track cannot lead to nowhere"),
        ({"trakc": "number"}, "there was no step trakc"),
        ({"welcome": "number", "track": "number"}, "welcome is still a step of this version"),
    ],
)
async def test_a_map_that_does_not_fit_is_refused(site: Site, moved: dict[str, str], says: str) -> None:
    await site.publish()
    with pytest.raises(WrongMap, match=says):
        await site.publish(menu(*RENAMED), moved=moved)


async def test_rolling_back_publishes_the_old_one_again(site: Site) -> None:
    first = await site.publish()
    await site.publish(menu(EIGHT))
    outcome = await site.publisher.roll_back("support", first.entry.version, "Ann", "oops")
    assert (outcome.entry.n, outcome.entry.version) == (3, first.entry.version)
    assert outcome.entry.rolled_back_from == menu(EIGHT).version
    assert outcome.changes == ("step `track` now asks for 4 to 10 digits (before: 8 digits)",)
    await site.flows.refresh()
    assert site.flows.current("support").version == first.entry.version
    with pytest.raises(UnknownVersion):
        await site.publisher.roll_back("support", "0" * 12, "Ann", "oops")


async def test_rolling_back_leads_those_back_who_were_moved(site: Site) -> None:
    first = await site.publish()
    await site.publish(menu(*RENAMED), moved={"track": "number"})
    caller = await site.call("+14155550101")
    await site.press(caller, "1")
    assert (await site.journey(caller)).step == "number"
    outcome = await site.publisher.roll_back("support", first.entry.version, "Ann", "oops")
    assert outcome.entry.moved == {"number": "track"}
    await site.flows.refresh()
    await site.drop(caller)
    journey = await site.journey(await site.call("+14155550101"))
    assert (journey.step, journey.version) == ("track", first.entry.version)


async def test_rolling_back_is_refused_where_customers_would_stand_nowhere(site: Site) -> None:
    first = await site.publish()
    feedback = "  feedback:\n    ask: {slot: order, prompt: And now?}\n    next: bye\n  bye:\n"
    more = menu(("say: [hours], goto: hours", "say: [hours], goto: feedback"), ("  bye:\n", feedback))
    await site.publish(more)
    caller = await site.call("+14155550101")
    await site.press(caller, "2")
    assert (await site.journey(caller)).step == "feedback"
    with pytest.raises(InUse, match="1 journey at feedback"):
        await site.publisher.roll_back("support", first.entry.version, "Ann", "oops")
    done = await site.publisher.roll_back("support", first.entry.version, "Ann", "oops", {"feedback": "hours"})
    assert done.entry.n == 3
