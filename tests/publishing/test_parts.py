"""A menu with a sub-menu is one version: published, stored, compared and served as one."""

from __future__ import annotations

import pytest

from context_bridge.contract import ContextStore
from ivr.engine.flow import Flow
from ivr.engine.loader import load
from ivr.publishing.changes import changes
from ivr.publishing.publisher import InUse
from tests.publishing.menus import text
from tests.publishing.site import Site

PART = """\
submenu: identify
gives: [card]
slots:
  card: {type: digits, length: 6, title: your card}
start: ask
steps:
  ask:
    ask: {slot: card, prompt: Your card number please., exhausted: out}
    next: out
  out:
    return: done
"""


def both(part: str = PART, name: str = "identify") -> Flow:
    """The support line, which asks for the card under the step `name` before it asks for the order."""
    call = f"  {name}:\n    submenu: {{name: identify}}\n    done: track\n  track:\n"
    source = text(("say: [track], goto: track", f"say: [track], goto: {name}"), ("  track:\n", call))
    return load(source, "support.yaml", {}, {"identify.yaml": part})


@pytest.fixture
def site(store: ContextStore) -> Site:
    return Site(store)


async def test_another_process_reads_menu_and_parts_from_the_store(store: ContextStore, other: ContextStore) -> None:
    await Site(store).publish(both())
    there = Site(other)
    await there.flows.refresh()
    served = there.flows.current("support")
    assert (served.version, served.parts) == (both().version, {"identify.yaml": PART})
    caller = await there.call("+14155550101")
    assert "card number" in await there.press(caller, "1")
    assert "order number" in await there.press(caller, "123456")


def test_a_change_in_a_part_is_told_where_it_is_heard() -> None:
    newer = both(PART.replace("Your card number please.", "Which card?"))
    told = "step `identify.ask` now says “Which card?” (before: “Your card number please.”)"
    assert changes(both(), newer) == [told]


async def test_a_sub_menu_that_is_called_otherwise_takes_its_customers_along(site: Site) -> None:
    await site.publish(both())
    caller = await site.call("+14155550101")
    await site.press(caller, "1")
    assert (await site.journey(caller)).step == "identify.ask"
    await site.drop(caller)
    with pytest.raises(InUse, match=r"1 journey at identify\.ask"):
        await site.publish(both(name="who"))
    await site.publish(both(name="who"), moved={"identify": "who"})
    again = await site.call("+14155550101")
    assert (await site.journey(again)).step == "who.ask"
    assert "order number" in await site.press(again, "123456")
