"""Somebody at the phone's page, with a microphone that hears what a test says."""

import re
import wave
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.channels.far_end import Exchange
from tests.chromium import GRANTED, chromium, watch

AUDIBLE = 0.02  # root mean square of 0 to 1; a prompt of these tests has 0.19


class Caller:
    """Somebody at the page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        watch(page, self.complaints, frozenset({"error"}))

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def call(self) -> None:
        await self.page.get_by_role("button", name="Call").click()

    async def sees(self, text: str) -> None:
        await expect(self.page.locator("main")).to_contain_text(text)

    async def reads(self, status: str) -> None:
        await expect(self.page.locator("#status")).to_have_text(re.compile(status))

    async def fits(self, width: int, height: int, last: str) -> None:
        box = await self.page.get_by_role("button", name=last).bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height
        root = "(({scrollWidth, scrollHeight}) => [scrollWidth, scrollHeight])(document.documentElement)"
        assert await self.page.evaluate(root) == [width, height]

    async def hears_something(self) -> None:
        """The page draws its light by the loudness of what it plays."""
        await self.page.wait_for_function(
            f"() => parseFloat(document.getElementById('light').style.getPropertyValue('--level')) / 4 > {AUDIBLE}"
        )


async def at_the_page(stack: AsyncExitStack, exchange: Exchange, flags: Sequence[str] = GRANTED) -> Caller:
    browser = await stack.enter_async_context(chromium(flags))
    caller = Caller(await browser.new_page())
    await caller.page.goto(f"{exchange.url}/phone")
    return caller


def microphone(folder: Path, *sounds: bytes) -> list[str]:
    """Flags for a microphone that hears this once, and then nothing."""
    path = folder / "microphone.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(b"".join(sounds))
    return [*GRANTED, f"--use-file-for-fake-audio-capture={path}%noloop"]
