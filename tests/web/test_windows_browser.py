"""Our pages in windows as people have them: narrow, zoomed into, one of many tabs, behind a network that fails."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from context_bridge.records import OutboxRow
from ivr.server import Segue
from tests.web.desk import Desk
from tests.web.studio_site import ops
from tests.web.talk import LINK
from tests.web.test_pages_browser import chatting

NARROW = 640  # pixels: a window of 1280 by 800, zoomed to 200 %
LOW = 400
WIDTH = "document.documentElement.scrollWidth"
SEEN = """seen => {
  Object.defineProperty(document, 'hidden', { value: !seen, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


def message(desk: Desk, name: str) -> OutboxRow:
    row = OutboxRow(f"{name}:3:0", name, "sms", {"to": "+14155550142", "text": name}, 1.0, "sent")
    desk.store.sent.insert(0, row)
    return row


async def publish(desk: Desk, row: OutboxRow) -> None:
    await desk.bus.publish("outbox", {"key": row.key, "kind": row.kind, "state": row.state, **row.payload})


async def top_and_bottom(part: Locator) -> tuple[float, float]:
    box = await part.bounding_box()
    assert box is not None
    return box["y"], box["y"] + box["height"]


async def test_a_page_that_nobody_looks_at_listens_no_more_and_misses_nothing(person: Any, desk: Desk) -> None:
    """Browsers have six connections to a server like ours for all tabs, and each that listens takes one."""
    message(desk, "stored")
    page: Page = await (await person()).open("/outbox")
    await expect(page.get_by_text("stored")).to_be_visible()  # it listens
    await publish(desk, message(desk, "first"))
    await expect(page.get_by_text("first")).to_be_visible()
    async with page.expect_event("requestfailed", lambda ended: "/api/events" in ended.url):
        await page.evaluate(SEEN, False)
    await publish(desk, message(desk, "second"))
    async with page.expect_request(lambda asked: "/api/events?after=" in asked.url):
        await page.evaluate(SEEN, True)
    await expect(page.get_by_text("second")).to_be_visible()
    await publish(desk, message(desk, "third"))
    await expect(page.get_by_text("third")).to_be_visible()


async def test_a_desk_that_could_not_load_its_lists_tries_again(person: Any, desk: Desk) -> None:
    customer = await chatting(await person())
    await customer.get_by_role("button", name="Talk to a person").click()
    await expect(customer.get_by_text("Waiting for a person")).to_be_visible()
    ann = await person(agent="Ann")
    await ann.context.route("**/api/queue", lambda route: route.abort(), times=1)
    agent = await ann.open("/agent")
    await expect(agent.locator(".waiting")).to_contain_text("Maria Gomez")
    await expect(agent.locator("#line")).to_be_empty()
    assert [wrong for wrong in ann.wrong if "ERR_FAILED" in wrong]
    ann.wrong = [wrong for wrong in ann.wrong if "ERR_FAILED" not in wrong]


async def test_every_page_has_one_heading_above_all_others(person: Any) -> None:
    reader = await person(agent="Ann", width=360)
    for path in ("/agent", "/phone", "/outbox", "/login", f"/l/{LINK}", "/demo", "/chat"):
        page = await reader.open(path)
        await expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert await page.locator("[role=log] li").count() == 0, path  # an entry of a log is no item of a list
        await page.close()


async def test_the_demo_is_no_wider_than_a_window_that_is_zoomed_into(person: Any, desk: Desk) -> None:
    page: Page = await (await person(agent="Ann", width=500, height=LOW)).open("/demo")
    await expect(page.get_by_role("region", name="What to try").get_by_role("listitem")).to_have_count(6)
    await page.get_by_role("link", name="Desk").scroll_into_view_if_needed()
    assert await page.evaluate(WIDTH) <= 500


async def test_what_to_do_next_is_marked_where_people_choose_the_colours(person: Any, desk: Desk) -> None:
    page: Page = await (await person(agent="Ann")).open("/demo")
    await page.emulate_media(forced_colors="active")
    await expect(page.locator("#story [aria-current=step]")).to_have_css("outline-style", "solid")


@pytest.mark.parametrize("width", [390, NARROW])
async def test_the_studio_in_a_narrow_window_scrolls_its_text_in_a_part_of_it(segue: Segue, width: int) -> None:
    async with ops(segue.settings.url, width=width, height=LOW) as alice:
        page = await alice.open()
        top, bottom = await top_and_bottom(page.locator("#editor"))
        assert bottom - top < LOW
        title, acts = page.get_by_role("heading", level=1), page.get_by_role("button", name="Try it")
        assert (await top_and_bottom(title))[1] <= (await top_and_bottom(acts))[0]
        assert await page.evaluate(WIDTH) <= width


async def test_the_list_of_menus_has_no_links_to_parts_that_it_lacks(segue: Segue) -> None:
    async with ops(segue.settings.url) as alice:
        await alice.page.goto(f"{alice.url}/studio")
        await expect(alice.page.get_by_role("link", name="Acme support")).to_be_visible()
        await expect(alice.page.get_by_role("link", name="Skip to")).to_have_count(0)
