"""Publishing while people are on the phone: nobody notices. Who is on ends on the old version, who comes gets the new.

A step that a version took away after somebody went there in an older one is kept for them: they go on in that one."""

from __future__ import annotations

import asyncio

import pytest

from context_bridge.contract import ContextStore
from context_bridge.records import Published
from ivr.engine.data import replace
from ivr.engine.events import Arrived
from ivr.engine.flow import Flow
from ivr.publishing.publisher import Draft, Publisher
from tests.publishing.menus import RENAMED, menu
from tests.publishing.site import Site

CALLS, VERSIONS = 50, 5


@pytest.fixture
def site(store: ContextStore) -> Site:
    return Site(store)


def nth(n: int) -> tuple[tuple[str, str], ...]:
    return (("Order {order", f"In version {n}, order {{order"), ("Welcome to Acme.", f"Welcome to Acme {n}."))


async def test_of_fifty_calls_none_notices_that_five_versions_are_published(site: Site) -> None:
    await site.publish(menu(*nth(0)))
    calls: dict[str, int] = {}  # call -> the version that it began in
    versions = [menu(*nth(n)).version for n in range(VERSIONS + 1)]

    async def ten(version: int) -> None:
        for contact in await asyncio.gather(
            *(site.call(f"+1415555{version}{n:03d}") for n in range(CALLS // VERSIONS))
        ):
            calls[contact] = version

    await ten(0)
    for version in range(1, VERSIONS + 1):
        asking = asyncio.gather(*(site.press(contact, "1") for contact in calls if calls[contact] == version - 1))
        publishing = asyncio.create_task(site.publish(menu(*nth(version))))
        assert all("order number" in said for said in await asking)
        await publishing
        if version < VERSIONS:
            await ten(version)
    assert len(calls) == CALLS
    said = await asyncio.gather(*(site.press(contact, f"{n:04d}") for n, contact in enumerate(calls)))
    for n, (contact, version) in enumerate(calls.items()):
        journey = await site.journey(contact)
        digits = " ".join(f"{n:04d}")
        assert said[n].startswith(f"In version {version}, order {digits} is on its way. Welcome to Acme {version}.")
        assert (journey.version, journey.slots["order"].value) == (versions[version], f"{n:04d}")
        assert [ask.slot for ask in journey.ledger].count("order") == 1
    newcomer = await site.call("+14155559999")
    assert (await site.journey(newcomer)).version == versions[-1]


async def test_who_drops_and_returns_goes_on_in_the_new_version_at_the_same_step(site: Site) -> None:
    await site.publish(menu(*nth(0)))
    caller = await site.call("+14155550101")
    await site.press(caller, "1")
    await site.publish(menu(*nth(1)))
    await site.drop(caller)
    again = await site.call("+14155550101")
    assert (await site.journey(again)).step == "track"
    assert "In version 1, order 4 7 1 1" in await site.press(again, "4711")


async def test_who_went_to_a_step_after_it_was_taken_away_stays_in_the_old_version(site: Site) -> None:
    await site.publish()
    caller = await site.call("+14155550101")  # at welcome: nobody is at track
    await site.publish(menu(*RENAMED))
    await site.press(caller, "1")
    assert (await site.journey(caller)).step == "track"
    await site.drop(caller)
    again = await site.call("+14155550101")
    journey = await site.journey(again)
    assert (journey.step, journey.version) == ("track", menu().version)
    assert "on its way" in await site.press(again, "4711")
    await site.publish(menu(*RENAMED, ("Goodbye.", "Bye.")))  # and they are in nobody's way


async def test_a_link_to_a_step_that_went_leads_there_in_the_old_version(site: Site) -> None:
    await site.publish()
    journey = await site.journey(await site.call("+14155550101"))
    await site.publish(menu(*RENAMED))
    chat = Arrived(id="e", at=site.now, contact="chat-1", channel="chat", resume="continue", step="track")
    assert (await site.flows.taking(journey, chat)).version == menu().version
    assert (await site.flows.taking(journey, replace(chat, step="hours"))).version == menu(*RENAMED).version
    assert journey.contact  # told again by the contact that is on: nothing changes under it
    assert (await site.flows.taking(journey, replace(chat, contact=journey.contact.id))).version == menu().version


async def test_a_version_is_prepared_before_anybody_can_get_it(site: Site) -> None:
    in_force: list[int] = []

    async def prepare(flow: Flow) -> None:
        in_force.append(len(await site.store.published(flow.menu)))

    publisher = Publisher(site.store, lambda: site.now, prepare)
    await publisher.publish(Draft(menu(), None, "Kim", "first"))
    assert in_force == [0]


async def test_another_process_serves_what_this_one_published(store: ContextStore, other: ContextStore) -> None:
    here, there = Site(store), Site(other)
    await here.publish()
    await there.flows.refresh()
    caller = await there.call("+14155550101")
    newer = await here.publish(menu(*nth(1)))
    await there.flows.refresh()
    assert "order number" in await there.press(caller, "1")
    assert (await there.journey(caller)).version == menu().version
    assert (await there.journey(await there.call())).version == newer.entry.version
    # A call of a version that this process has never seen
    third = Site(other)
    assert "on its way" in await third.press(caller, "4711")


async def test_a_process_looks_by_itself_and_prepares_before_it_serves(
    store: ContextStore, other: ContextStore
) -> None:
    here, there = Site(store), Site(other)
    prepared: list[tuple[str, bool]] = []
    done = asyncio.Event()

    async def prepare(flow: object) -> None:
        prepared.append((getattr(flow, "version", ""), "support" in there.flows.menus))
        done.set()

    watching = asyncio.create_task(there.flows.watch(prepare, every=0.01))
    await here.publish()
    async with asyncio.timeout(60):
        await done.wait()
    watching.cancel()
    assert prepared == [(menu().version, False)]


async def test_what_cannot_be_read_here_leaves_what_was_served(site: Site) -> None:
    await site.publish()
    flow = menu(*nth(1))
    newer_language = flow.source.replace("steps:", "holograms: {}\nsteps:")
    entry = Published("support", 2, "f" * 12, 0.0, "Kim", "new words")
    assert await site.store.publish(entry, newer_language)
    await site.flows.refresh()
    assert site.flows.current("support").version == menu().version
    assert (await site.journey(await site.call())).version == menu().version
