"""The studio's diagram: drawn, told when it cannot be, in the window beside a panel, saved."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET
from pathlib import Path

from playwright.async_api import Download, expect

from tests.web.studio_site import Ops, come, go, ops, site


async def text_of(saved: Download) -> str:
    return await asyncio.to_thread((await saved.path()).read_text)


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
