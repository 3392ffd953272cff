"""The menu studio in a real Chromium, before a real server. What its console says fails the test; so would anything
that our Content-Security-Policy had to refuse.

`SEGUE_PICTURES=docs/images` keeps pictures of the way for docs/studio.md.
"""

from __future__ import annotations

import pytest
from playwright.async_api import Route, expect

from ivr.server import Segue
from tests.web.studio_site import Ops, ops, picture


async def test_from_the_list_to_a_changed_and_published_menu(alice: Ops, segue: Segue) -> None:
    page = alice.page
    await page.goto(f"{alice.url}/studio")
    await expect(page.get_by_text("support · Version 1")).to_be_visible()
    await picture(page, "list")
    await page.get_by_role("link", name="Acme support").click()
    await expect(page.locator("g.node")).to_have_count(len(segue.flows.current("support").steps))
    await expect(page.get_by_label("Problems")).to_contain_text("No mistakes")
    await picture(page, "open")

    # A mistake is told while it is made, and the diagram stays as it was
    await alice.write("goto: hours", "goto: hourss")
    await expect(page.get_by_label("Problems")).to_contain_text("1 mistake")
    await expect(page.get_by_role("button", name="did you mean “hours”").or_(page.locator(".finding"))).to_be_visible()
    await expect(page.get_by_text("diagram as it was before")).to_be_visible()
    await picture(page, "mistake")
    await page.get_by_role("button", name="Try it").click()
    await expect(page.get_by_role("button", name="Start", exact=True)).to_be_disabled()
    await alice.write("goto: hourss", "goto: hours")
    await expect(page.get_by_label("Problems")).to_contain_text("No mistakes")

    # Try the changed words in a chat before anybody else hears them
    await alice.write("Is there anything else?", "Can we do anything else for you?")
    await expect(page.get_by_label("Problems")).to_contain_text("Not published yet")
    await page.get_by_role("button", name="Start", exact=True).click()
    await page.get_by_role("button", name="Hear our opening hours").click()
    await expect(page.get_by_role("log")).to_contain_text("Can we do anything else for you?")
    await expect(page.locator("g.node.now")).to_have_attribute("data-step", "anything_else")
    await picture(page, "try")

    # Publish: what changes, in words
    await page.get_by_role("button", name="Publish…").click()
    await expect(page.locator("#side")).to_contain_text("step anything_else")
    await expect(page.locator("#side")).to_contain_text("Can we do anything else for you?")
    await page.get_by_label("Message", exact=True).fill("Friendlier after the opening hours")
    await page.get_by_label("Your name").fill("Alice")
    await picture(page, "publish")
    await page.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.get_by_text("Version 2 is in force. Calls")).to_be_visible()
    await expect(page.locator("#state")).to_have_text("Version 2 is in force")
    assert "Can we do anything else" in segue.flows.current("support").source

    # And back again
    await page.get_by_role("button", name="Versions").click()
    await expect(page.locator(".versions li")).to_have_count(2)
    await picture(page, "versions")
    await page.get_by_role("button", name="Compare").click()
    await page.get_by_label("Message", exact=True).fill("The old words were better")
    await page.get_by_role("button", name="Roll back to version 1").click()
    await expect(page.locator("#state")).to_have_text("Version 3 is in force")
    assert "Is there anything else?" in segue.flows.current("support").source


async def test_text_and_diagram_point_to_each_other(alice: Ops) -> None:
    page = await alice.open()
    await page.get_by_role("button", name="Show all of it").click()
    await page.locator("g.node[data-step=neighbor]").click()
    lines = (await page.request.get(f"{alice.url}/api/menus/support")).json
    source = (await lines())["source"].splitlines()
    wanted = source.index("  neighbor:") + 1
    await expect(page.locator(".cm-activeLineGutter").first).to_have_text(str(wanted))
    await page.keyboard.press("Control+Home")
    for _ in range(3):
        await page.keyboard.press("PageDown")
    await expect(page.locator("g.node.here")).to_have_count(1)
    await page.locator("g.node[data-step=welcome]").focus()
    await page.keyboard.press("ArrowDown")
    focused = await page.evaluate("document.activeElement.dataset.step")
    assert focused in {"order", "hours", "person"}
    await page.keyboard.press("Enter")
    await expect(page.locator("g.node.here")).to_have_attribute("data-step", focused)


async def test_steps_and_slots_are_completed_from_the_text(alice: Ops) -> None:
    page = await alice.open()
    options = page.locator(".cm-tooltip-autocomplete li")
    await alice.write("next: anything_else", "next: any")
    await page.keyboard.press("Control+Space")
    await expect(options).to_have_text(["anything_elsestep"])
    await page.keyboard.press("Enter")
    await alice.write("say: I cannot find order", "say: I cannot find {")
    await page.keyboard.type("ord")
    await expect(options).to_have_text(["order_number"])


async def test_a_finding_that_begins_with_a_name_has_it_as_it_is_written(alice: Ops) -> None:
    finding = {"file": "support.yaml", "line": 3, "column": 1, "step": None, "severity": "advice", "rule": "SEC02"}
    words = {"problem": "pin, a secret, is kept after it was used", "remedy": "forget it in the next step"}

    async def with_finding(route: Route) -> None:
        answer = await (await route.fetch()).json()
        await route.fulfill(json=answer | {"mistakes": [finding | words]})

    await alice.page.route("**/api/menus/check", with_finding)
    page = await alice.open()
    told = "pin, a secret, is kept after it was used; forget it in the next step (SEC02)"
    await expect(page.locator(".finding")).to_contain_text(told)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_can_be_used_by_keyboard_alone_and_nothing_is_wider_than_the_window(segue: Segue, scheme: str) -> None:
    async with ops(segue.settings.url, scheme) as person:
        page = await person.open()
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to the text")).to_be_focused()
        await page.get_by_role("button", name="Versions").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Versions")).to_be_focused()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="Versions")).to_be_focused()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 1280
        nameless = """[...document.querySelectorAll('button, input, select')].filter((e) =>
            !e.textContent.trim() && !e.title && !e.labels?.length && !e.ariaLabel).map((e) => e.outerHTML)"""
        assert await page.evaluate(nameless) == []
