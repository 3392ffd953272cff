"""The outbox: what was promised is sent once it is saved, again when it failed, and never for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from callbacks.outbox import NotSent, Outbox
from callbacks.retry import ATTEMPTS, LONGEST_WAIT, next_try
from context_bridge.contract import ContextStore, EventBus
from context_bridge.links import token_for
from context_bridge.live import open_bus
from context_bridge.records import Change, ConsentRow, HistoryRow, OutboxRow
from context_bridge.store import open_store
from ivr.engine.journey import Journey

SECRET = b"0123456789abcdef"


@dataclass
class Carrier:
    """Refuses the first `refusals` messages."""

    refusals: int = 0
    final: bool = False
    sent: list[tuple[str, str, str]] = field(default_factory=list)

    async def send(self, key: str, kind: str, to: str, text: str) -> None:
        if self.refusals:
            self.refusals -= 1
            raise NotSent("the carrier is busy", final=self.final)
        self.sent.append((key, to, text))


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def store() -> AsyncIterator[ContextStore]:
    store = await open_store("sqlite:///:memory:")
    row = OutboxRow("j1:1:0", "j1", "sms", {"to": "+14155550134", "text": "Go on: {link}", "link": True}, 1000.0)
    history = HistoryRow("j1", 1, 1000.0, "Input", {})
    journey = Journey(id="j1", menu="m", version="v", rev=1)
    await store.save(Change(journey, 0, None, None, 9e9, 1000.0, history, (row,)))
    yield store
    await store.close()


@pytest.fixture
async def bus() -> AsyncIterator[EventBus]:
    bus = open_bus("")
    yield bus
    await bus.close()


async def test_a_message_goes_out_once_with_its_link(store: ContextStore, bus: EventBus) -> None:
    carrier = Carrier()
    outbox = Outbox(store, bus, carrier, "https://acme.example", SECRET, Clock())
    assert await outbox.send_due() == 1
    assert await outbox.send_due() == 0
    link = f"https://acme.example/l/{token_for(SECRET, 'j1:1:0')}"
    assert carrier.sent == [("j1:1:0", "+14155550134", f"Go on: {link}")]


async def test_the_link_is_not_in_the_database(store: ContextStore) -> None:
    (row,) = await store.outbox(10)
    assert token_for(SECRET, row.key) not in str(row)


async def test_a_busy_carrier_is_asked_again_later_with_the_same_words(store: ContextStore, bus: EventBus) -> None:
    carrier, clock = Carrier(refusals=1), Clock()
    outbox = Outbox(store, bus, carrier, "https://acme.example", SECRET, clock)
    await outbox.send_due()
    assert await outbox.send_due() == 0, "not before its time"
    clock.now += 60
    await outbox.send_due()
    assert len(carrier.sent) == 1
    assert (await store.outbox(1))[0].state == "sent"


async def test_a_final_refusal_is_kept_with_its_reason(store: ContextStore, bus: EventBus) -> None:
    carrier, clock = Carrier(refusals=1, final=True), Clock()
    await Outbox(store, bus, carrier, "https://acme.example", SECRET, clock).send_due()
    (row,) = await store.outbox(1)
    assert (row.state, row.note) == ("failed", "the carrier is busy")


async def test_a_message_that_trips_us_keeps_no_other(store: ContextStore, bus: EventBus) -> None:
    class Tripping(Carrier):
        async def send(self, key: str, kind: str, to: str, text: str) -> None:
            if key == "j1:1:0":
                raise KeyError(to)
            await super().send(key, kind, to, text)

    carrier = Tripping()
    for key, to in (("k2", "+14155550134"), ("k3", "+14155550199")):
        await store.messages.put_outbox(OutboxRow(key, "j1", "sms", {"to": to, "text": "x"}, 1000.0))
    await Outbox(store, bus, carrier, "https://acme.example", SECRET, Clock()).send_due()
    assert {key for key, _, _ in carrier.sent} == {"k2", "k3"}
    states = {row.key: row.state for row in await store.outbox(9)}
    assert states == {"j1:1:0": "failed", "k2": "sent", "k3": "sent"}


async def test_who_wants_no_messages_gets_none_whoever_sends(store: ContextStore, bus: EventBus) -> None:
    carrier = Carrier()
    await store.messages.agree(ConsentRow("SM1", "+14155550134", "stop", "they wrote STOP", 1.0))
    await Outbox(store, bus, carrier, "https://acme.example", SECRET, Clock()).send_due()
    assert carrier.sent == []
    assert (await store.outbox(1))[0].state == "failed"


def test_the_policy_waits_longer_each_time_and_gives_up() -> None:
    waits = []
    for attempts in range(1, ATTEMPTS):
        due = next_try(attempts, 0.0)
        assert due is not None
        waits.append(due)
    assert waits == sorted(waits)
    assert max(waits) <= LONGEST_WAIT
    assert next_try(ATTEMPTS, 0.0) is None
