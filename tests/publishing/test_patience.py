"""How long a back office may take is said in services.yaml, which is no part of a version: what was published waits as
long as it says now, and no change of it is told as one of the menu."""

from __future__ import annotations

from context_bridge.contract import ContextStore
from ivr.engine.flow import Flow
from ivr.engine.loader import load, load_services
from ivr.engine.services import Services, informed
from ivr.engine.steps import InvokeStep, Verify
from ivr.flows import Flows
from ivr.publishing.publisher import Draft, Publisher

MENU = """
menu: support
start: count
slots:
  pin: {type: digits, length: 4, sensitivity: secret}
steps:
  count:
    invoke: {service: stock.count, filler: One moment., save: [count]}
    done: hurry
    failed: bye
  hurry:
    invoke: {service: stock.count, timeout: 2s, filler: One moment., save: [count]}
    done: prove
    failed: bye
  prove:
    verify: {pin: pin, service: pins.check, with: {pin: "{pin}"}, prompt: Your PIN?}
    done: bye
    failed: bye
  bye:
    end: There are {count}. Goodbye.
"""


def services(stock: str, pins: str) -> Services:
    text = f"""
services:
  stock.count: {{url: "demo:/stock", timeout: {stock}, answer: [count]}}
  pins.check: {{url: "demo:/pins", method: POST, timeout: {pins}, answer: [ok]}}
"""
    return load_services(text, "services.yaml")


def waits(flow: Flow) -> list[float]:
    """Seconds, step by step."""
    return [
        step.longest if isinstance(step, InvokeStep) else step.patience
        for step in flow.steps.values()
        if isinstance(step, InvokeStep | Verify)
    ]


async def test_a_published_version_waits_as_long_as_the_services_say_now(store: ContextStore) -> None:
    flow = load(MENU, "support.yaml", services("8s", "6s"))
    assert waits(flow) == [8, 2, 6]
    await Publisher(store, lambda: 0.0).publish(Draft(flow, None, "Kim", "first"))
    for now, seconds in ((services("8s", "6s"), [8, 2, 6]), (services("20s", "9s"), [20, 2, 9])):
        flows = Flows({}, store, lambda stored, now=now: informed(stored, now))  # type: ignore[misc]  # as a server does
        await flows.refresh()
        assert waits(flows.current("support")) == seconds
        assert waits(await flows.pinned("support", flow.version)) == seconds


async def test_it_is_told_as_a_change_only_where_the_menu_says_it(store: ContextStore) -> None:
    publisher, first = Publisher(store, lambda: 0.0), load(MENU, "support.yaml", services("8s", "6s"))
    await publisher.publish(Draft(first, None, "Kim", "first"))
    later = load(MENU.replace("timeout: 2s, ", "").replace("Goodbye", "Bye"), "support.yaml", services("9s", "7s"))
    assert (await publisher.publish(Draft(later, first.version, "Kim", "later"))).changes == (
        "step `hurry` now waits as long as its service may take (before: 2 s)",
        "step `bye` now says “There are {count}. Bye.” (before: “There are {count}. Goodbye.”)",
    )
