"""The studio with several files, colleagues who publish, customers at a removed step, and switches."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from ivr.driver import Arrival
from ivr.engine.events import Input
from ivr.server import Segue
from tests.web.studio_site import Ops, ops, site


async def published(page: Page, url: str, before: str, after: str) -> None:
    """A colleague publishes the menu with other words in it."""
    menu = await (await page.request.get(f"{url}/api/menus/support")).json()
    source = menu["source"].replace(before, after)
    body = {
        "source": source,
        "parts": menu["parts"],
        "message": "Other words",
        "author": "Bob",
        "base": menu["version"],
    }
    done = await page.request.post(f"{url}/api/menus/support/publish", data=body)
    assert done.status == 201, await done.text()


async def test_edits_outlive_a_reload_and_a_colleague_who_publishes_is_told(alice: Ops, segue: Segue) -> None:
    page = await alice.open()
    await alice.write("Is there anything else?", "Anything else?")
    await expect(page.get_by_label("Problems")).to_contain_text("Not published yet")
    await page.reload()
    await expect(page.locator("#state")).to_contain_text("not published")
    await published(page, alice.url, "Thank you for contacting Acme.", "Thank you.")
    await page.reload()
    await expect(page.get_by_text("Somebody published this menu since")).to_be_visible()
    await page.get_by_role("button", name="Publish…").click()
    await page.get_by_label("Message", exact=True).fill("Mine")
    await page.get_by_label("Your name").fill("Alice")
    await page.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.locator("#side").get_by_role("alert")).to_contain_text("Nothing is lost")
    alice.wrong = [wrong for wrong in alice.wrong if "409" not in wrong]
    await page.get_by_role("button", name="Compare again").click()
    await expect(page.get_by_role("button", name="Compare again")).to_have_count(0)
    await expect(page.locator("#side")).to_contain_text("goodbye")
    await page.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.get_by_text("Version 3 is in force. Calls")).to_be_visible()


async def test_an_open_page_shows_at_once_what_a_colleague_published(alice: Ops) -> None:
    page = await alice.open()
    await published(page, alice.url, "Thank you for contacting Acme.", "Thank you.")
    await expect(page.locator("#state")).to_have_text("Version 2 is in force")
    await published(page, alice.url, "Thank you.", "Thank you for contacting Acme.")  # the text of version 1 again
    await expect(page.locator("#state")).to_have_text("Version 3 is in force")


CLINIC = """menu: clinic
switches:
  emergency: {title: We are closed today, say: The clinic is closed today.}
start: hello
exhausted: person
steps:
  hello:
    menu:
      prompt: Welcome to the clinic.
      choices:
        - {key: 1, label: make an appointment, goto: who}
        - {key: 2, label: hear where we are, goto: place}
  who:
    submenu: {name: identify, save: {birthday: birthday}}
    done: place
  place:
    say: We are at the market.
    next: person
  person:
    handoff: {queue: clinic}
    unavailable: bye
  bye:
    end: Goodbye.
slots:
  birthday: {type: date}
"""
IDENTIFY = """submenu: identify
gives: [birthday]
returns: [done]
start: ask
steps:
  ask:
    ask: {slot: birthday, prompt: When were you born?, exhausted: ready}
    next: ready
  ready:
    return: done
slots:
  birthday: {type: date}
"""


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Segue]:
    menus = tmp_path / "menus"
    menus.mkdir()
    (menus / "clinic.yaml").write_text(CLINIC)
    (menus / "identify.yaml").write_text(IDENTIFY)
    async with site(tmp_path / "data", menus=menus, menu="clinic") as served:
        yield served


async def test_sub_menus_are_files_beside_it_and_customers_of_a_removed_step_are_led_on(clinic: Segue) -> None:
    await clinic.driver.arrive(Arrival("1", "chat", "chat", "clinic", number="+14155550101"))
    at = clinic.driver.now()
    await clinic.driver.advance(Input(id="1-1", at=at, contact="1", text="1", mode="text"))
    async with ops(clinic.settings.url) as bob:
        page = await bob.open("clinic")
        await expect(page.locator("g.node[data-step='who.ask'] g.live")).to_have_text("1")
        await page.locator("g.node[data-step='who.ask']").dispatch_event("click")
        await expect(page.get_by_role("tab", name="identify.yaml")).to_have_attribute("aria-selected", "true")
        await expect(page.locator(".cm-activeLine")).to_contain_text("ask:")

        # A step is renamed while somebody is there
        await bob.write("start: ask", "start: birth")
        await expect(page.get_by_label("Problems")).to_contain_text("to mend")
        await bob.write("  ask:", "  birth:")
        await expect(page.get_by_label("Problems")).to_contain_text("Not published yet")
        await page.get_by_role("button", name="Publish…").click()
        led = page.get_by_label("1 customer stands at who.ask")
        await expect(led).to_be_visible()
        await led.select_option("who.birth")
        await page.get_by_label("Message", exact=True).fill("A better name")
        await page.get_by_label("Your name").fill("Bob")
        await page.get_by_role("button", name="Publish", exact=True).click()
        await expect(page.get_by_text("Version 2 is in force. Calls")).to_be_visible()
    assert "who.birth" in clinic.flows.current("clinic").steps


async def test_a_switch_is_flipped_for_everybody_who_arrives(clinic: Segue) -> None:
    async with ops(clinic.settings.url) as bob:
        await bob.page.goto(f"{bob.url}/studio")
        switch = bob.page.get_by_role("switch", name="We are closed today")
        await expect(switch).not_to_be_checked()
        await switch.focus()
        await bob.page.keyboard.press("Space")
        await expect(switch).to_be_checked()
        await expect(bob.page.locator(".switches")).to_contain_text("On, flipped")
        actions = await clinic.driver.arrive(Arrival("2", "chat", "chat", "clinic", number="+14155550102"))
        assert "closed today" in str(actions[0])
