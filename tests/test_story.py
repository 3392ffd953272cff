"""The whole story on the demo page, in a real Chromium and a real server, as a newcomer would try it.

`SEGUE_PICTURES=docs/images` keeps pictures of the way for the README.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import FrameLocator, Page, expect

from tests.chromium import PATIENCE, chromium
from tests.crash.server import ServerProcess
from tests.servers import free_port

PICTURES = os.environ.get("SEGUE_PICTURES")


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[str]:
    """The address of a server that serves the demo."""
    port = free_port()
    server = ServerProcess(tmp_path, PORT=port, DEMO=1)
    await server.start()
    yield f"http://127.0.0.1:{port}/"
    await server.stop()


@pytest.fixture
async def page(demo: str) -> AsyncIterator[Page]:
    async with chromium() as browser:
        context = await browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        await page.goto(demo)
        yield page


async def picture(page: Page, name: str) -> None:
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{name}.png")


async def dial(phone: FrameLocator) -> None:
    await phone.get_by_role("button", name="Call", exact=True).click()


async def key(phone: FrameLocator, keys: str) -> None:
    for one in keys:
        await phone.locator(f"[data-key='{one}']").click()


async def test_phone_drop_phone_again_go_on_in_a_chat_and_with_an_agent(page: Page) -> None:
    phone, chat = page.frame_locator("section.phone iframe"), page.frame_locator("#chat")
    desk, captions = page.frame_locator("section.agent iframe"), phone.get_by_role("log")

    # 1. A caller phones, tracks an order, and hears about it
    await dial(phone)
    await expect(captions).to_contain_text("Welcome to Acme support.")
    await key(phone, "1")
    await expect(captions).to_contain_text("Please say or key in your order number")
    await key(phone, "4217#")
    await expect(captions).to_contain_text("Order 4 2 1 7 is")
    await expect(captions).to_contain_text("What would you like to do now?")
    await picture(page, "phone")

    # 2. In the middle of the next question the line drops
    await phone.get_by_role("button", name="Drop").click()
    await expect(phone.get_by_role("button", name="Call", exact=True)).to_be_visible()

    # 3. The same number phones again: no welcome, no question asked twice
    await dial(phone)
    await expect(captions).to_contain_text("We were cut off.")
    await expect(captions).to_contain_text("What would you like to do now?")
    assert "Welcome to Acme" not in await captions.inner_text()
    assert "order number" not in await captions.inner_text()

    # 4. The caller takes the link; it is opened, its button pressed, and the chat is at the same step
    await key(phone, "1")
    await page.locator("#outbox a").click()
    await chat.get_by_role("button", name="Continue").click()
    await expect(chat.get_by_text("What would you like to do now?")).to_be_visible()
    await expect(chat.get_by_role("button", name="leave delivery instructions")).to_be_visible()
    await picture(page, "chat")

    # 5. The customer asks for a person, who knows it all
    await chat.get_by_role("button", name="talk to a person").first.click()
    await expect(desk.get_by_text("4217").first).to_be_visible()
    await expect(desk.get_by_text("do not ask")).to_be_visible()
    await picture(page, "demo")
    await desk.get_by_role("button", name="Accept").click()
    await desk.get_by_role("textbox").fill("I have your order 4217 in front of me.")
    await desk.get_by_role("textbox").press("Enter")
    await expect(chat.get_by_text("I have your order 4217 in front of me.")).to_be_visible()
    await picture(page, "agent")


async def test_a_link_works_once_and_then_says_so_kindly(page: Page) -> None:
    phone = page.frame_locator("section.phone iframe")
    captions = phone.get_by_role("log")
    await dial(phone)
    await expect(captions).to_contain_text("Welcome")
    await key(phone, "14217#")
    await expect(captions).to_contain_text("What would you like to do now?")
    await key(phone, "1")
    address = await page.locator("#outbox a").get_attribute("href")
    assert address
    for _ in range(2):  # looking at it, as a link preview does, spends nothing
        await page.request.get(page.url.rstrip("/") + address)
    tab = await page.context.new_page()
    await tab.goto(page.url.rstrip("/") + address)
    await tab.get_by_role("button", name="Continue").click()
    await expect(tab.get_by_text("What would you like to do now?")).to_be_visible()
    assert page.context.browser
    other = await page.context.browser.new_page()  # somebody else's
    await other.goto(page.url.rstrip("/") + address)
    await expect(other.get_by_text("used or has expired")).to_be_visible()
