"""One-time codes on a real store: what is sent works once, in this journey, and is nowhere else to be read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import pytest

from callbacks.outbox import MASKED, Outbox
from context_bridge.codes import code_for, is_code
from context_bridge.contract import ContextStore
from context_bridge.live import open_bus
from context_bridge.store import open_store
from ivr.backoffice import FIRST, Attempt
from ivr.driver import Arrival, Driver
from ivr.engine.events import Input
from ivr.engine.journey import Journey
from ivr.engine.loader import load
from ivr.flows import Flows
from ivr.turns import Keeping

SECRET = b"0123456789abcdef"
BANK = load(
    """
menu: bank
start: prove
slots: {pin: {type: digits, length: 4, title: your PIN, sensitivity: secret}}
steps:
  prove:
    verify: {code: sms, text: "Your code is {code}.", prompt: The code?}
    done: inside
    failed: pin
  pin:
    verify: {pin: pin, service: cards.check, with: {pin: "{pin}"}, prompt: Your PIN?}
    done: inside
    failed: outside
  inside:
    menu:
      prompt: You are in.
      choices: [{key: 1, label: leave, goto: outside}]
      exhausted: outside
  outside:
    end: Bye.
""",
    "bank.yaml",
)


@dataclass
class Carrier:
    sent: list[str] = field(default_factory=list)

    async def send(self, key: str, kind: str, to: str, text: str) -> None:
        self.sent.append(text)


class Office:
    async def ask(
        self, service: str, arguments: Mapping[str, str], within: float, attempt: Attempt = FIRST
    ) -> Mapping[str, str]:
        assert service == "cards.check", "a one-time code is no back office's business"
        return {"ok": "yes" if arguments == {"pin": "2468"} else "no"}


class Bank:
    def __init__(self, store: ContextStore) -> None:
        self.store, self.bus, self.carrier, self.now = store, open_bus(""), Carrier(), 1_780_000_000.0
        flows, keeping = Flows({"bank": BANK}, store), Keeping(SECRET, 30 * 86400.0, 86400.0)
        self.driver = Driver(store, self.bus, flows, Office(), keeping, "US", lambda: self.now)
        self.outbox = Outbox(store, self.bus, self.carrier, "https://acme.example", SECRET, lambda: self.now)

    async def call(self) -> str:
        """The code that the customer gets."""
        await self.driver.arrive(Arrival("call-1", "voice", "webphone", "bank", number="+14155550134"))
        await self.outbox.send_due()
        return self.carrier.sent[-1].removeprefix("Your code is ").removesuffix(".")

    async def press(self, keys: str) -> Journey:
        event = Input(id=self.driver.new_event_id(), at=self.now, contact="call-1", text=keys, mode="keys")
        await self.driver.advance(event)
        journey = await self.store.by_contact("call-1")
        assert journey
        return journey


@pytest.fixture
async def bank() -> AsyncIterator[Bank]:
    store = await open_store("sqlite:///:memory:")
    bank = Bank(store)
    yield bank
    await bank.bus.close()
    await store.close()


def trust(journey: Journey) -> int:
    assert journey.contact
    return journey.contact.trust


async def test_the_code_that_was_sent_is_right_and_another_is_wrong(bank: Bank) -> None:
    code = await bank.call()
    wrong = f"{(int(code) + 1) % 10**6:06}"
    journey = await bank.press(wrong)
    assert (journey.step, trust(journey) < 3) == ("prove", True)
    journey = await bank.press(code)
    assert (journey.step, trust(journey)) == ("inside", 3)


async def test_an_agent_sees_how_and_when_they_proved_who_they_are(bank: Bank) -> None:
    journey = await bank.press(await bank.call())
    pop = await bank.driver.pop(journey.id)
    assert pop
    assert pop["proven"] == [{"by": "code", "trust": 3, "at": bank.now}]


async def test_the_code_is_read_by_the_carrier_and_by_nobody_else(bank: Bank) -> None:
    heard: list[str] = []
    code = await bank.call()
    journey = await bank.press(code)
    (row,) = await bank.store.outbox(10)
    assert bank.outbox.text(row) == f"Your code is {MASKED}."
    heard += [str(row), str(journey), str(bank.outbox.shown(row)), str(await bank.driver.pop(journey.id))]
    heard += [str(line) for line in await bank.store.history(journey.id)]
    assert code not in " ".join(heard)


async def test_the_demo_shows_the_code_since_its_page_is_the_customers_phone(bank: Bank) -> None:
    code = await bank.call()
    (row,) = await bank.store.outbox(1)
    demo = Outbox(bank.store, bank.bus, bank.carrier, "https://acme.example", SECRET, lambda: bank.now, codes=True)
    assert demo.text(row) == f"Your code is {code}."


async def test_not_even_a_wrong_pin_is_in_the_history(bank: Bank) -> None:
    await bank.call()
    for keys in ("111111", "222222", "333333", "9753", "2468"):
        journey = await bank.press(keys)
    assert (journey.step, trust(journey)) == ("inside", 3)
    history = str([(line.kind, line.body) for line in await bank.store.history(journey.id)])
    assert not any(keys in history for keys in ("111111", "9753", "2468"))


def test_a_code_belongs_to_one_journey_and_one_sending() -> None:
    code = code_for(SECRET, "j1", "sms.2")
    assert len(code) == 6
    assert code.isdigit()
    assert is_code(SECRET, "j1", "sms.2", code)
    assert not is_code(SECRET, "j2", "sms.2", code)
    assert not is_code(SECRET, "j1", "sms.3", code)
    assert not is_code(b"another secret..", "j1", "sms.2", code)
    assert not is_code(SECRET, "j1", "", code_for(SECRET, "j1", "")), "nothing was sent"
    assert not is_code(SECRET, "j1", "sms.2", "\ud800")
