"""Callbacks, switches and messages by way of the driver: what is saved with the turn, announced, and kept."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest

from context_bridge.contract import ContextStore
from context_bridge.live import open_bus
from context_bridge.records import CallbackRow
from context_bridge.store import open_store
from ivr.driver import Arrival, Driver
from ivr.engine.actions import Action, BookCallback, Record, Say
from ivr.engine.events import Arrived, Input, Recorded
from ivr.engine.loader import load
from ivr.flows import Flows
from ivr.stage import KEEPING, ScriptedBackOffice

NOW = 1_780_000_000.0
MENU = """
menu: line
start: welcome
exhausted: bye
switches:
  emergency: {say: We have a storm.}
slots:
  number: {type: digits, length: 5-15}
  pin_words: {type: text, sensitivity: secret}
steps:
  welcome:
    menu:
      prompt: Hello.
      choices:
        - {key: 1, label: be called, goto: number}
        - {key: 2, label: leave a message, goto: message}
        - {key: 3, label: tell us your secret, goto: secret}
        - {key: 4, label: be called here, goto: call_here}
  number:
    ask: {slot: number, prompt: Which number?}
    next: call_me
  call_me:
    callback: {queue: support, number: "{number}", prompt: We will call.}
    next: welcome
    failed: bye
  call_here:
    callback: {queue: support, prompt: We will call.}
    next: welcome
    failed: bye
  message:
    record: {slot: message, prompt: Speak.}
    next: bye
    failed: bye
  secret:
    record: {slot: pin_words, prompt: Speak.}
    next: bye
    failed: bye
  bye:
    end: Goodbye.
"""


class Line:
    """A driver on a store in memory, and one call on it."""

    def __init__(self, store: ContextStore) -> None:
        self.store, self.bus, self.numbers = store, open_bus(""), itertools.count()
        flows = Flows({"line": load(MENU, "line.yaml")}, store)
        self.driver = Driver(store, self.bus, flows, ScriptedBackOffice({}), KEEPING, "US", lambda: NOW)

    async def call(self, contact: str = "c1") -> tuple[Action, ...]:
        return await self.driver.arrive(Arrival(contact, "voice", "webphone", "line", number="+14155550134"))

    async def press(self, keys: str, id_: str = "") -> tuple[Action, ...]:
        event_id = id_ or self.driver.new_event_id()
        return await self.driver.advance(Input(id=event_id, at=NOW, contact="c1", text=keys, mode="keys"))

    async def speak(self, wait: Action) -> tuple[Action, ...]:
        assert isinstance(wait, Record)
        event = Recorded(id="r", at=NOW, contact="c1", turn=wait.turn, recording="rec-77", seconds=7.5)
        return await self.driver.advance(event)

    async def last(self) -> dict[str, object]:
        """What the history has of the last turn."""
        journey = await self.store.by_contact("c1")
        assert journey
        return dict((await self.store.history(journey.id))[-1].body)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    store = await open_store("sqlite://")
    opened = Line(store)
    yield opened
    await opened.bus.close()
    await store.close()


def words(actions: tuple[Action, ...]) -> list[str]:
    return [action.text for action in actions if isinstance(action, Say)]


async def test_a_promise_is_saved_with_its_turn_and_announced(line: Line) -> None:
    await line.call()
    await line.press("1")
    async with asyncio.timeout(20), line.bus.subscribe(None) as page:
        actions = await line.press("2125550199")
        events = [await anext(page), await anext(page)]
    assert not any(isinstance(action, BookCallback) for action in actions)
    assert words(actions)[0] == "We will call."
    journey = await line.store.by_contact("c1")
    assert journey
    why = "Chose be called; gave number 2125550199."
    row = CallbackRow(f"{journey.id}:call_me", journey.id, "c1", "+12125550199", "support", "", why, "open", NOW)
    assert await line.store.callbacks(10) == [row]
    assert [(event.kind, event.body.get("number")) for event in events] == [
        ("turn", None),
        ("callback", "+12125550199"),
    ]


async def test_a_turn_that_is_told_again_promises_nothing_again(line: Line) -> None:
    await line.call()
    await line.press("4", "once")
    (row,) = await line.store.callbacks(10)
    await line.store.call_done(row.id)
    await line.press("4", "once")
    assert [found.state for found in await line.store.callbacks(10)] == ["done"]
    assert row.number == "+14155550134"


async def test_a_number_that_no_country_has_is_kept_as_it_was_given(line: Line) -> None:
    await line.call()
    await line.press("1")
    await line.press("00000")
    assert [row.number for row in await line.store.callbacks(10)] == ["00000"]


async def test_a_message_is_in_the_history_by_its_id_and_a_secret_one_is_not(line: Line) -> None:
    await line.call()
    wait = (await line.press("2"))[-1]
    assert words(await line.speak(wait)) == ["Goodbye."]
    told = await line.last()
    assert (told["recording"], told["seconds"]) == ("rec-77", 7.5)


async def test_a_secret_message_leaves_no_id_in_the_history(line: Line) -> None:
    await line.call()
    await line.speak((await line.press("3"))[-1])
    journey = await line.store.by_contact("c1")
    assert journey
    assert "rec-77" not in str(await line.store.history(journey.id))
    assert journey.slots["pin_words"].value == "recording:rec-77"


async def test_who_arrives_hears_what_ops_have_flipped(line: Line) -> None:
    assert words(await line.call("c0"))[0] == "Hello."
    await line.driver.switches.flip("emergency", True, "Eva")
    assert words(await line.call())[:2] == ["We have a storm.", "Hello."]
    assert "We have a storm." not in words(await line.press("9"))
    await line.driver.switches.flip("emergency", False, "Eva")
    assert "We have a storm." not in words(await line.call("c2"))


async def test_the_state_of_the_switches_comes_with_the_event_and_not_with_what_an_adapter_says(line: Line) -> None:
    await line.call()
    event = Arrived(id="x", at=NOW, contact="c1", channel="voice", step="welcome", switches=frozenset({"emergency"}))
    assert "We have a storm." not in words(await line.driver.advance(event))
