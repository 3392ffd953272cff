"""What a process remembers of a journey saves a look into the store, and is never believed against it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context_bridge.contract import ContextStore
from context_bridge.live import open_bus
from context_bridge.records import Customer
from context_bridge.store import open_store
from ivr.backoffice import BackOfficeError
from ivr.driver import Arrival, Driver
from ivr.engine.actions import Collect
from ivr.engine.events import Channel, Event, Input, Left, NoInput
from ivr.engine.journey import Contact, Journey, Status
from ivr.engine.loader import load
from ivr.flows import Flows
from ivr.recall import Recall
from ivr.turns import Keeping

MENU = """
menu: round
title: Round
language: en-US
start: one
resume: {dropped: {within: 10m, do: continue}}
exhausted: enough
steps:
  one: {menu: {prompt: One?, choices: [{key: 1, label: on, goto: two}, {key: 2, label: stop, goto: enough}]}}
  two: {menu: {prompt: Two?, choices: [{key: 1, label: back, goto: one}, {key: 2, label: person, goto: person}]}}
  person: {handoff: {queue: support}, unavailable: one}
  enough: {end: Goodbye.}
"""
NOW, NUMBER = 1_780_000_000.0, "+14155550134"

Deed = Literal["on", "wrong", "stop", "silent", "again", "late", "leave", "arrive", "join", "before"]
Move = tuple[int, Deed]  # at which server


class NoOffice:
    async def ask(self, service: str, arguments: Mapping[str, str], within: float, attempt: object = None) -> Any:
        raise BackOfficeError("this menu has none")


class Site:
    """Servers on one store, which take what one caller does in the order in which it happens."""

    def __init__(self, store: ContextStore, servers: int) -> None:
        flow, ids = load(MENU, "round.yaml"), itertools.count()
        self.store, self.now, self._last, self._calls = store, NOW, 0, 0
        self.servers = [
            Driver(
                store,
                open_bus(""),
                Flows({flow.menu: flow}, store),
                NoOffice(),
                Keeping(b"0123456789abcdef", 86400.0, 86400.0),
                "US",
                lambda: self.now,
                nodes=("webphone",),
                new_id=lambda: f"id-{next(ids)}",
            )
            for _ in range(servers)
        ]

    async def play(self, moves: Sequence[Move]) -> list[object]:
        """What is answered to each."""
        deeds: list[Move] = [(0, "arrive"), *moves]
        return [await self.do(self.servers[at % len(self.servers)], deed, n) for n, (at, deed) in enumerate(deeds)]

    async def do(self, server: Driver, deed: Deed, n: int) -> object:
        self.now += 1.0
        if deed == "arrive":
            self._calls += 1
            return await server.arrive(Arrival(self.contact, "voice", "webphone", "round", number=NUMBER))
        if deed == "join":
            return await server.join(self.contact, "kim")
        return await server.advance(await self._event(deed, n))

    @property
    def contact(self) -> str:
        """Of the call that began last."""
        return f"call-{self._calls}"

    async def _event(self, deed: Deed, n: int) -> Event:
        contact, at = self.contact, self.now
        found = await self.store.by_contact(contact)
        turn, name = (found.turn if found else 0), f"event-{self._last if deed == 'again' else n}"
        match deed:
            case "leave":
                return Left(id=name, at=at, contact=contact, reason="dropped")
            case "silent":
                return NoInput(id=name, at=at, contact=contact, turn=turn)
            case "late":
                return NoInput(id=name, at=at, contact=contact, turn=turn - 1)
            case "before":  # in the call that the customer has left
                return NoInput(id=name, at=at, contact=f"call-{self._calls - 1}")
            case _:
                key = {"wrong": "7", "stop": "2"}.get(deed, "1")
                self._last = n if deed == "on" else self._last
                return Input(id=name, at=at, contact=contact, text=key, mode="keys", turn=turn)


@asynccontextmanager
async def site(servers: int) -> AsyncIterator[Site]:
    store = await open_store("sqlite://", lambda: NOW)
    try:
        await store.attach(Customer("ann"), "e164", NUMBER)
        yield Site(store, servers)
    finally:
        await store.close()


async def told(servers: int, moves: Sequence[Move]) -> tuple[list[object], object]:
    """What the caller is answered, and what is kept in the end."""
    async with site(servers) as found:
        answers = await found.play(moves)
        rows = await found.store.recent(10)
        return answers, [(await found.store.load(row.id), await found.store.history(row.id)) for row in rows]


DEEDS: tuple[Deed, ...] = ("on", "wrong", "stop", "silent", "again", "late", "leave", "arrive", "join", "before")


@given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from(DEEDS)), max_size=12))
def test_servers_that_remember_answer_and_keep_what_one_does_that_always_looks(moves: list[Move]) -> None:
    with patch("ivr.driver.Recall", lambda: Recall(0)):
        looked = asyncio.run(told(1, moves))
    assert asyncio.run(told(2, moves)) == looked


async def test_what_changes_nothing_is_answered_by_what_another_server_has_saved() -> None:
    """The first server last saw the question One; what comes late is told the question that is open now."""
    async with site(2) as found:
        one, two = found.servers
        *_, wait = await one.arrive(Arrival(found.contact, "voice", "webphone", "round", number=NUMBER))
        assert isinstance(wait, Collect)
        ahead = await found.do(two, "on", 1)
        late = NoInput(id="late", at=found.now, contact=found.contact, turn=wait.turn - 1)
        answer = await one.advance(late)
        assert answer == ahead
        assert isinstance(answer[-1], Collect)
        assert answer[-1].step == "two"


async def test_a_journey_that_is_remembered_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    async with site(1) as found:
        await found.play([])
        (server,) = found.servers
        journey = await found.store.by_contact(found.contact)

        async def look(contact: str) -> None:
            raise AssertionError(f"{contact} was loaded")

        assert journey
        event = Input(id="1", at=found.now, contact=found.contact, text="1", mode="keys", turn=journey.turn)
        monkeypatch.setattr(found.store, "by_contact", look)
        await server.advance(event)
        monkeypatch.undo()
        after = await found.store.by_contact(found.contact)
        assert after
        assert (after.step, after.rev) == ("two", journey.rev + 1)


def saved(contact: str | None, rev: int = 1, channel: Channel = "voice", status: Status = "live") -> Journey:
    where = Contact(contact, channel, 0) if contact else None
    return Journey(id=f"j-{contact}", menu="round", version="1", rev=rev, contact=where, status=status)


def test_only_so_many_are_remembered_the_latest() -> None:
    recall, none = Recall(2), saved(None)
    for contact in ("a", "b", "a", "c"):
        recall.keep(none, saved(contact))
    assert recall.take("b") is None
    assert [recall.take(contact) for contact in ("a", "c")] == [saved("a"), saved("c")]


def test_a_contact_that_the_journey_has_left_is_forgotten() -> None:
    recall = Recall()
    recall.keep(saved(None), saved("a"))
    recall.keep(saved("a"), saved(None, 2))
    assert recall.take("a") is None


def test_who_writes_or_is_done_is_not_remembered_since_they_may_arrive_again_elsewhere() -> None:
    recall, none = Recall(), saved(None)
    recall.keep(none, saved("chat", channel="chat"))
    recall.keep(none, saved("done", status="finished"))
    assert [recall.take(contact) for contact in ("chat", "done")] == [None, None]


def test_what_was_taken_is_gone_until_it_is_saved_again() -> None:
    """So a turn of which we never heard whether it was saved is not built upon."""
    recall = Recall()
    recall.keep(saved(None), saved("a"))
    assert recall.take("a") == saved("a")
    assert recall.take("a") is None
