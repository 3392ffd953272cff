"""The desk in a real Chromium beside callers of Twilio's; the Voice SDK is a stand-in that can be rung."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import aiohttp
import pytest
from playwright.async_api import Browser, Page, expect

from ivr.server import Segue
from tests.chromium import chromium
from tests.twilio.carrier import Carrier
from tests.twilio.office import Office
from tests.twilio.test_agents import waiting
from tests.twilio.test_voice import journey

SHOTS = os.environ.get("SHOTS")  # a folder: to look at the pages
SDK = """
export class Device {
  constructor(token) { Object.assign(this, { token, handlers: {} }); globalThis.device = this; }
  on(name, handler) { this.handlers[name] = handler; }
  async register() { globalThis.registered = true; }
  updateToken(token) { this.token = token; }
  destroy() {}
}
globalThis.ring = (context) => {
  const call = {
    customParameters: new Map([["context", context]]), state: "pending", handlers: {},
    on(name, handler) { this.handlers[name] = handler; },
    accept() { this.state = "open"; },
    disconnect() { this.state = "closed"; this.handlers.disconnect(); },
    status() { return this.state; },
  };
  globalThis.call = call;
  device.handlers.incoming(call);
};
"""


class Desks:
    def __init__(self, browser: Browser, url: str) -> None:
        self._browser, self._url = browser, url
        self.wrong: list[str] = []

    async def open(self, agent: str, scheme: str = "light") -> Page:
        context = await self._browser.new_context(
            color_scheme="dark" if scheme == "dark" else "light", viewport={"width": 1280, "height": 800}
        )
        await context.add_init_script(f"localStorage.setItem('segue.agent', '{agent}')")
        page = await context.new_page()
        await page.route("**/static/studio/twilio-voice.js", lambda route: route.fulfill(
            body=SDK, content_type="text/javascript"
        ))  # fmt: skip
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda said: self._told(said.type, said.text))
        async with page.expect_response("**/api/queue"):  # whom a desk finds waiting, it does not open by itself
            await page.goto(f"{self._url}/agent")
        return page

    def _told(self, kind: str, text: str) -> None:
        """A page that nobody has clicked on may not ring, which Chromium mentions."""
        if kind in {"error", "warning"} and "AudioContext" not in text:
            self.wrong.append(text)


@pytest.fixture
async def desks(segue: Segue) -> AsyncIterator[Desks]:
    async with chromium() as browser:
        made = Desks(browser, f"http://127.0.0.1:{segue.settings.port}")
        yield made
    assert made.wrong == []


async def shot(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/{name}.png")


async def test_the_browser_is_rung_and_answers_for_who_has_accepted(
    segue: Segue, carrier: Carrier, office: Office, desks: Desks
) -> None:
    page = await desks.open("Anna")
    call = await waiting(carrier)
    contact = f"tw-{call.sid}"
    await page.wait_for_function("() => globalThis.registered")
    token = await page.evaluate("() => device.token")
    assert token.count(".") == 2
    await page.get_by_role("button", name="Accept").click()
    await expect(page.get_by_text("With Anna")).to_be_visible()
    await office.led(call)
    await page.evaluate("contact => ring(contact)", contact)
    assert await page.evaluate("() => call.status()") == "open"
    await page.get_by_role("button", name="Finish").click()
    await page.wait_for_function("() => call.status() === 'closed'")
    await office.led(call)
    assert call.over == "document"
    assert (await journey(segue, call)).status == "finished"


async def test_a_colleague_is_asked_sees_everything_and_takes_the_customer(
    segue: Segue, carrier: Carrier, office: Office, desks: Desks
) -> None:
    anna, dora = await desks.open("Anna"), await desks.open("Dora", "dark")
    call = await waiting(carrier)
    contact = f"tw-{call.sid}"
    await anna.get_by_role("button", name="Accept").click()
    await office.led(call)
    leg = await office.answer(call)
    assert leg is not None
    await anna.evaluate("contact => ring(contact)", contact)

    await anna.get_by_role("button", name="Hand on…").click()
    await anna.get_by_label("To a colleague").fill("Dora")
    await anna.get_by_label("What they must know").fill("Wants <b>the money</b> back.")
    await shot(anna, "twilio-hand-on")
    await anna.get_by_role("button", name="Ask the colleague first").click()
    await expect(dora.get_by_text("Handed on by Anna to Dora: Wants <b>the money</b> back.")).to_be_visible()
    await office.led(call)
    await dora.wait_for_function("() => globalThis.registered")
    await dora.evaluate("contact => ring(contact)", contact)
    await shot(dora, "twilio-asked")
    await dora.get_by_role("button", name="Answer Anna").click()
    assert await dora.evaluate("() => call.status()") == "open"
    guest = await office.pick_up()
    assert guest.room == leg.room == contact

    await dora.get_by_role("button", name="Accept").click()
    await expect(dora.get_by_text("With Dora")).to_be_visible()
    await office.led(call)
    await shot(anna, "twilio-together")
    await anna.get_by_role("button", name="Leave the talk").click()
    assert await anna.evaluate("() => call.status()") == "closed"
    await office.hang_up(leg)
    assert (await journey(segue, call)).agent == "Dora"
    assert call.wrong == []


async def test_a_customer_is_handed_on_to_another_queue(
    segue: Segue, carrier: Carrier, office: Office, desks: Desks
) -> None:
    page = await desks.open("Anna")
    call = await waiting(carrier)
    await page.get_by_role("button", name="Accept").click()
    await office.led(call)
    await page.get_by_role("button", name="Hand on…").click()
    await page.get_by_label("What they must know").fill("A note.")
    await page.get_by_role("button", name="Hand on", exact=True).click()
    await expect(page.get_by_text("Handed on by Anna: A note.")).to_be_visible()
    await office.led(call)
    assert call.waiting is not None
    assert call.waiting.tag == "Enqueue"
    assert (await journey(segue, call)).status == "queued"
    assert call.wrong == []


async def test_an_agent_with_a_phone_is_not_rung_in_the_browser(segue: Segue, carrier: Carrier, desks: Desks) -> None:
    page = await desks.open("Ben")
    async with page.expect_response("**/api/twilio/token") as asked:
        await waiting(carrier)
    assert (await (await asked.value).json())["token"] == ""
    await expect(page.get_by_role("button", name="Accept")).to_be_visible()
    assert not await page.evaluate("() => Boolean(globalThis.registered)")


async def test_only_the_desk_may_speak_with_twilio(segue: Segue, desk: aiohttp.ClientSession) -> None:
    for path, allowed in (("/agent", True), ("/phone", False), ("/chat", False)):
        async with desk.get(path) as response:
            assert ("https://*.twilio.com" in response.headers["Content-Security-Policy"]) is allowed, path
