"""The menu studio in a real Chromium, before a real server. What its console says fails the test; so would anything
that our Content-Security-Policy had to refuse.

`SEGUE_PICTURES=docs/images` keeps pictures of the way for docs/studio.md.
"""

from __future__ import annotations

import asyncio
import os
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Download, Page, Route, expect

from ivr.driver import Arrival
from ivr.engine.events import Input, Left, LeftReason
from ivr.server import Segue
from tests.web.studio_site import PATIENCE, Ops, ops, site

PICTURES = os.environ.get("SEGUE_PICTURES")
expect.set_options(timeout=PATIENCE)


@pytest.fixture
async def segue(tmp_path: Path) -> AsyncIterator[Segue]:
    async with site(tmp_path) as served:
        yield served


@pytest.fixture
async def alice(segue: Segue) -> AsyncIterator[Ops]:
    async with ops(segue.settings.url, width=1440, height=900) as person:
        yield person


async def picture(page: Page, name: str) -> None:
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"studio-{name}.png")


async def text_of(saved: Download) -> str:
    return await asyncio.to_thread((await saved.path()).read_text)


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


async def come(segue: Segue, contact: str, *words: str, menu: str = "support") -> None:
    """Somebody begins a chat and says these."""
    await segue.driver.arrive(Arrival(contact, "chat", "chat", menu, number=f"+141555501{contact:>02}"))
    for n, said in enumerate(words):
        at = segue.driver.now()
        await segue.driver.advance(Input(id=f"{contact}-{n}", at=at, contact=contact, text=said, mode="text"))


async def go(segue: Segue, contact: str, reason: LeftReason) -> None:
    await segue.driver.advance(Left(id=f"{contact}-left", at=segue.driver.now(), contact=contact, reason=reason))


BUILT_IN = """menu: clinic
start: constructor
exhausted: toString
steps:
  constructor:
    menu:
      prompt: Welcome to the clinic.
      choices:
        - {key: 1, label: hear where we are, goto: valueOf}
        - {key: 2, label: leave, goto: __proto__}
  valueOf:
    say: We are at the market.
    next: __proto__
  __proto__:
    say: Thank you.
    next: toString
  toString:
    end: Goodbye.
"""


async def test_steps_may_have_the_names_that_every_object_of_the_browser_has(tmp_path: Path) -> None:
    menus = tmp_path / "menus"
    menus.mkdir()
    (menus / "clinic.yaml").write_text(BUILT_IN)
    async with site(tmp_path / "data", menus=menus, menu="clinic") as segue, ops(segue.settings.url) as bob:
        page = await bob.open("clinic")
        await expect(page.locator("g.node")).to_have_count(4)
        await expect(page.locator("g.live")).to_have_count(0)
        await come(segue, "1", menu="clinic")
        await expect(page.locator("g.node[data-step=constructor] g.live")).to_have_text("1")
        await go(segue, "1", "caller")
        await expect(page.locator("g.live")).to_have_count(0)
        await page.get_by_label("Traffic, 7 days").check()
        await expect(page.locator("g.node[data-step=constructor] .traffic")).to_contain_text("1×")
        await expect(page.locator("g.node[data-step=toString] .traffic")).to_have_count(0)


async def test_a_diagram_that_cannot_be_placed_is_told_and_the_text_is_there(alice: Ops) -> None:
    broken = "self.onmessage = ({ data }) => self.postMessage({ number: data.number, placed: null })"
    await alice.page.route("**/layout.js", lambda route: route.fulfill(body=broken, content_type="text/javascript"))
    await alice.page.goto(f"{alice.url}/studio/support")
    await expect(alice.page.get_by_text("The diagram could not be drawn")).to_be_visible()
    await expect(alice.page.get_by_label("Problems")).to_contain_text("No mistakes")


async def test_a_diagram_whose_worker_does_not_begin_is_told(alice: Ops) -> None:
    await alice.page.route("**/layout.js", lambda route: route.fulfill(status=404))
    await alice.page.goto(f"{alice.url}/studio/support")
    await expect(alice.page.get_by_text("The diagram could not be drawn")).to_be_visible()
    alice.wrong = [wrong for wrong in alice.wrong if "404" not in wrong]


async def test_live_callers_stand_at_their_steps_without_a_reload(alice: Ops, segue: Segue) -> None:
    page = await alice.open()
    await expect(page.locator("g.live")).to_have_count(0)
    await come(segue, "1")
    badge = page.locator("g.node[data-step=welcome] g.live")
    await expect(badge).to_have_text("1")
    await expect(page.get_by_role("button", name="1 caller now")).to_be_visible()
    await go(segue, "1", "dropped")
    await expect(page.locator("g.live")).to_have_count(0)


async def test_traffic_colours_the_steps_and_says_where_customers_were_lost(alice: Ops, segue: Segue) -> None:
    for contact in ("2", "3", "4", "5"):
        await come(segue, contact, "track", "4217")
    for contact in ("6", "7"):
        await come(segue, contact, "track", "what", "what", "what")
    await come(segue, "8", "hours")
    await go(segue, "3", "dropped")
    await go(segue, "8", "caller")
    page = await alice.open()
    await page.get_by_label("Traffic, 7 days").check()
    told = {
        step: page.locator(f"g.node[data-step={step}] .traffic")
        for step in ("welcome", "order", "anything_else", "what_next", "nobody")
    }
    await expect(told["welcome"]).to_have_text("7×")
    await expect(told["order"]).to_contain_text("2 not understood (33 %)")
    await expect(told["anything_else"]).to_contain_text("1 hung up (100 %)")
    await expect(told["what_next"]).to_contain_text("1 dropped")
    await expect(told["nobody"]).to_have_count(0)
    await page.get_by_role("button", name="Show all of it").click()
    await picture(page, "traffic")


async def test_a_dropped_line_comes_back_in_the_draft_and_no_customer_is_touched(alice: Ops, segue: Segue) -> None:
    page = await alice.open()
    await page.get_by_role("button", name="Try it").click()
    await page.get_by_role("button", name="Start", exact=True).click()
    await page.get_by_role("button", name="Track an order").click()
    await page.get_by_label("Your message").fill("4217")
    await page.keyboard.press("Enter")
    log = page.get_by_role("log")
    await expect(log).to_contain_text("What would you like to do now?")
    await page.get_by_role("button", name="Get a text message with a link").click()
    await expect(page.get_by_label("What happened beside")).to_contain_text("not sent")
    await page.get_by_role("button", name="Drop the line").click()
    await page.get_by_role("button", name="Come back").click()
    await expect(log).to_contain_text("We were cut off.")
    await page.get_by_role("button", name="Open its link").click()
    await expect(page.get_by_role("log")).to_contain_text("What would you like to do now?")
    assert await segue.store.recent(10) == []
    assert await segue.store.outbox(10) == []


async def test_the_edited_menu_is_played_by_web_phone(alice: Ops, segue: Segue) -> None:
    page = await alice.open()
    await alice.write("Welcome to Acme support.", "Hello from the draft.")
    await expect(page.get_by_label("Problems")).to_contain_text("Not published yet")
    await page.get_by_role("button", name="Try it").click()
    await page.get_by_label("Phone").check()
    await page.get_by_role("button", name="Start", exact=True).click()
    said = page.get_by_role("log")
    await expect(said).to_contain_text("Hello from the draft.")
    await page.get_by_role("button", name="2 hear our opening hours").click()
    await expect(said).to_contain_text("Is there anything else?")
    await expect(page.locator("g.node.now")).to_have_attribute("data-step", "anything_else")
    await page.get_by_role("button", name="Drop the line").click()
    await page.get_by_role("button", name="Call again").click()
    await expect(said).to_contain_text("We were cut off.")
    assert await segue.store.recent(10) == []


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


async def test_a_text_that_is_opened_with_a_mistake_has_the_published_diagram_beside_it(alice: Ops) -> None:
    page = await alice.open()
    steps = await page.locator("g.node").count()
    await alice.write("steps:", "steps: [")
    await expect(page.get_by_text("diagram as it was before")).to_be_visible()
    await page.reload()
    await expect(page.locator("g.node")).to_have_count(steps)
    await expect(page.get_by_text("this is the diagram of what is published")).to_be_visible()


OUTSIDE = """() => {
    const frame = document.querySelector('svg.diagram').getBoundingClientRect();
    return [...document.querySelectorAll('g.node .box')].map((box) => box.getBoundingClientRect())
        .filter(({left, right, top, bottom}) =>
            left < frame.left || right > frame.right || top < frame.top || bottom > frame.bottom).length;
}"""


async def test_the_diagram_makes_room_for_a_panel(alice: Ops) -> None:
    page = await alice.open()
    await page.get_by_role("button", name="Show all of it").click()
    assert await page.evaluate(OUTSIDE) == 0
    wide = await page.locator("svg.diagram").evaluate("frame => frame.clientWidth")
    for narrow in (True, False):
        await page.get_by_role("button", name="Versions", exact=True).click()
        await page.wait_for_function(
            f"([wide, narrow]) => (document.querySelector('svg.diagram').clientWidth < wide) === narrow"
            f" && ({OUTSIDE})() === 0",
            arg=[wide, narrow],
        )


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


async def test_the_diagram_is_saved_as_svg_and_mermaid(alice: Ops) -> None:
    page = await alice.open()
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="Save the diagram as SVG").click()
    drawn = await text_of(await saved.value)
    texts = {text.text for text in ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")}
    assert {"welcome", "1 track an order"} <= texts
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="Save the diagram as Mermaid text").click()
    assert (await text_of(await saved.value)).startswith("flowchart TD")


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
