"""Traffic, on both databases: who came to a step, and who was lost there."""

from __future__ import annotations

from typing import Any

from context_bridge.contract import ContextStore
from context_bridge.records import HistoryRow, StepTraffic
from ivr.engine.data import replace
from tests.context_bridge.turns import NOW, journey, save, turn


async def tell(store: ContextStore, id_: str, kind: str, at: float = NOW, menu: str = "support", **body: Any) -> None:
    """One turn of the journey `id_`."""
    known = await store.load(id_) or journey(id_, menu=menu)
    change = turn(known)
    rev = change.journey.rev
    row = HistoryRow(id_, rev, at, kind, {"visited": [], **body})
    await save(store, replace(change, history=row, at=at))


async def test_visits_and_losses_are_counted_by_step(store: ContextStore) -> None:
    await tell(store, "a", "Arrived", visited=["hello", "track"], step="track")
    await tell(store, "a", "Left", reason="dropped", step="track")
    await tell(store, "a", "Arrived", visited=["track"], step="track")
    await tell(store, "a", "NoInput", visited=["person"], step="person", exhausted="track")
    await tell(store, "a", "Left", reason="caller", step="person")
    await tell(store, "b", "Arrived", visited=["hello"], step="hello")
    await tell(store, "b", "Left", reason="ours", step="hello")
    assert await store.traffic("support", NOW - 60) == {
        "hello": StepTraffic(visits=2),
        "track": StepTraffic(visits=2, dropped=1, exhausted=1),
        "person": StepTraffic(visits=1, left=1),
    }


async def test_other_menus_and_older_days_are_not_counted(store: ContextStore) -> None:
    await tell(store, "a", "Arrived", visited=["hello"], step="hello")
    await tell(store, "b", "Arrived", at=NOW - 1000, visited=["hello"], step="hello")
    await tell(store, "c", "Arrived", menu="clinic", visited=["hello"], step="hello")
    assert await store.traffic("support", NOW - 60) == {"hello": StepTraffic(visits=1)}
    assert await store.traffic("nothing", 0) == {}


async def test_turns_of_an_older_segue_and_words_of_agents_have_no_steps(store: ContextStore) -> None:
    known = journey("a")
    change = turn(known)
    old = HistoryRow("a", change.journey.rev, NOW, "Message", {"sender": "Ann", "text": "'; DROP TABLE history"})
    await save(store, replace(change, history=old))
    assert await store.traffic("support", 0) == {}
