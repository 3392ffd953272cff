"""The desk's other duties in a real Chromium: calls that we owe, messages to hear, switches, proofs."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Any

from playwright.async_api import Page, expect

from context_bridge.records import CallbackRow, SwitchRow
from ivr.driver import Arrival
from ivr.engine.data import replace
from ivr.engine.events import Input
from tests.web.desk import Desk
from tests.web.pop import NOW, POP, RECORDING
from tests.web.test_recordings import spoken

OWED = CallbackRow(
    "j9:call_back", "j9", "web-1", "+14155550142", "support", "tomorrow morning", "the order 4217", "open", NOW - 7500
)
SHOTS = os.environ.get("SHOTS")  # a folder: to look at the pages


async def shot(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/{name}.png")


async def waiting(desk: Desk) -> str:
    """A customer who waits for a person; the journey."""
    await desk.driver.arrive(Arrival(contact="chat-1", channel="chat", node="chat", menu="support"))
    await desk.driver.advance(Input(id="i1", at=desk.driver.now(), contact="chat-1", text="person", mode="button"))
    return desk.driver.journeys["chat-1"].id


async def test_a_call_that_we_owe_is_there_at_once_and_gone_when_it_was_made(person: Any, desk: Desk) -> None:
    agent = await (await person(agent="Ann")).open("/agent")
    await expect(agent.locator("#line")).to_be_empty()
    await expect(agent.get_by_role("heading", name="Calls we owe")).to_be_hidden()
    desk.store.owed.append(OWED)
    await desk.bus.publish("callback", asdict(OWED))
    card = agent.locator(".owed")
    await expect(card.get_by_role("link")).to_have_attribute("href", "tel:+14155550142")
    for words in ("+1 415 555 0142", "Tomorrow morning", "The order 4217", "support", "2 h"):
        await expect(card.get_by_text(words)).to_be_visible()
    await shot(agent, "owed")
    await agent.get_by_role("button", name="Done: +1 415 555 0142 was called").press("Enter")
    await expect(card).to_have_count(0)
    assert desk.store.owed[0].state == "done"


async def test_two_desks_see_the_same_calls(person: Any, desk: Desk) -> None:
    desk.store.owed.append(OWED)
    ann, bob = [await (await person(agent=name)).open("/agent") for name in ("Ann", "Bob")]
    await expect(bob.locator(".owed")).to_have_count(1)
    await ann.get_by_role("button", name="Done").click()
    await expect(bob.locator(".owed")).to_have_count(0)


async def test_the_journey_of_a_call_that_we_owe_can_be_looked_at(person: Any, desk: Desk) -> None:
    journey = await waiting(desk)
    desk.driver.journeys["chat-1"] = replace(desk.driver.journeys["chat-1"], status="paused")
    desk.store.owed.append(replace(OWED, journey=journey))
    agent = await (await person(agent="Ann")).open("/agent")
    await agent.get_by_role("button", name="Show journey").click()
    await expect(agent.get_by_text("This journey is paused")).to_be_visible()
    await expect(agent.locator("audio")).to_have_attribute("src", f"/api/recordings/{RECORDING}")
    await agent.get_by_role("button", name="Close").click()
    await expect(agent.get_by_text("Choose a customer")).to_be_visible()


async def test_a_message_is_heard_and_plays_on_while_things_happen(person: Any, desk: Desk, tmp_path: Any) -> None:
    spoken(tmp_path)
    await waiting(desk)
    agent = await (await person(agent="Ann")).open("/agent?contact=chat-1")
    player = agent.locator("audio")
    await expect(player).to_have_attribute("aria-label", "What they said")
    await agent.evaluate("() => document.querySelector('audio').play()")
    await desk.bus.publish("pop", {**POP, **desk.driver.pop_of("chat-1"), "why": "something else"})
    await expect(agent.get_by_text("Something else").first).to_be_visible()
    await agent.wait_for_function("() => document.querySelector('audio').ended")
    await shot(agent, "message")


async def test_a_message_that_is_gone_says_so(person: Any, desk: Desk) -> None:
    await waiting(desk)
    reader = await person(agent="Ann")
    agent = await reader.open("/agent?contact=chat-1")
    await expect(agent.locator("audio")).to_be_visible()
    await agent.evaluate("() => { document.querySelector('audio').play().catch(() => {}) }")
    await expect(agent.get_by_text("may have been deleted with age")).to_be_visible()
    reader.wrong = [wrong for wrong in reader.wrong if "404" not in wrong]


async def test_what_was_tried_and_proved_is_shown(person: Any, desk: Desk) -> None:
    await waiting(desk)
    agent = await (await person(agent="Ann", scheme="dark")).open("/agent?contact=chat-1")
    for words in (
        "Already tried",
        "Track a parcel yourself: did not help",
        "Opening hours: helped",
        "Proved who they are by a code that was sent to them",
    ):
        await expect(agent.get_by_text(words)).to_be_visible()
    await shot(agent, "tried")


async def test_what_the_menu_whispers_to_the_agent_is_shown_as_text(person: Any, desk: Desk) -> None:
    await waiting(desk)
    agent = await (await person(agent="Ann")).open("/agent?contact=chat-1")
    await expect(agent.locator(".whisper")).to_have_text("For you: Maria Gomez, order 4217")
    pop = desk.driver.pop_of("chat-1")
    await desk.bus.publish("pop", pop | {"whisper": "<b>Order</b> 4217"})
    await expect(agent.locator(".whisper")).to_have_text("For you: <b>Order</b> 4217")
    await desk.bus.publish("pop", pop | {"whisper": ""})
    await expect(agent.locator(".whisper")).to_have_count(0)


async def test_a_switch_that_is_on_is_seen_by_everybody(person: Any, desk: Desk) -> None:
    agent = await (await person(agent="Ann", width=400)).open("/agent")
    await expect(agent.locator("#switches")).to_contain_text("Emergency closure")
    await expect(agent.locator("#switches .state")).to_have_text("off")
    await desk.bus.publish("switch", asdict(SwitchRow("emergency", "on", "Ops", NOW)))
    await expect(agent.locator("#emergency")).to_have_text("On: Emergency closure")
    await expect(agent.locator("#switches .state")).to_have_text("on")
    await shot(agent, "switch")
    assert await agent.evaluate("document.documentElement.scrollWidth") <= 400
    await desk.bus.publish("switch", asdict(SwitchRow("emergency", "off", "Ops", NOW)))
    await expect(agent.locator("#emergency")).to_be_hidden()
