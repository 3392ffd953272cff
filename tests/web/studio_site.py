"""A real server with the demo's menu, for the studio's tests, and somebody with a browser before it."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Page

from ivr.driver import Arrival
from ivr.engine.events import Input, Left, LeftReason
from ivr.server import Segue, application, build
from ivr.settings import Settings
from tests.chromium import chromium, watch
from tests.servers import free_port

ROOT = Path(__file__).parents[2]
PICTURES = os.environ.get("SEGUE_PICTURES")


@asynccontextmanager
async def site(folder: Path, **settings: Any) -> AsyncIterator[Segue]:
    """With the studio as its sources are now."""
    await asyncio.to_thread(subprocess.run, [ROOT / "scripts" / "frontend"], check=True)
    chosen = Settings(port=free_port(), data_dir=folder, demo=True, voice_rate=900, ears=0, **settings)
    async with build(chosen) as segue:
        runner = web.AppRunner(application(segue), access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, chosen.host, chosen.port).start()
            yield segue
        finally:
            await runner.cleanup()


@dataclass
class Ops:
    """Somebody with a browser; `wrong` holds what its console said."""

    page: Page
    url: str
    wrong: list[str] = field(default_factory=list)

    async def open(self, menu: str = "support") -> Page:
        """The menu on the workbench, drawn and checked."""
        await self.page.goto(f"{self.url}/studio/{menu}")
        await self.page.locator("g.node").first.wait_for()
        return self.page

    async def write(self, before: str, after: str) -> None:
        """Find `before` in the text and put `after` in its place, as people do."""
        page = self.page
        await page.get_by_label("Text of the menu").click()
        await page.keyboard.press("Control+f")
        await page.get_by_label("Find", exact=True).fill("")
        await page.keyboard.type(before)
        await page.keyboard.press("Enter")
        await page.keyboard.press("Escape")
        await page.keyboard.insert_text(after)


@asynccontextmanager
async def ops(url: str, scheme: Any = "light", width: int = 1280, height: int = 720) -> AsyncIterator[Ops]:
    async with chromium() as browser:
        context = await browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        page = await context.new_page()
        person = Ops(page, url)
        watch(page, person.wrong)
        yield person
    assert not person.wrong, person.wrong


async def picture(page: Page, name: str) -> None:
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"studio-{name}.png")


async def come(segue: Segue, contact: str, *words: str, menu: str = "support") -> None:
    """Somebody begins a chat and says these."""
    await segue.driver.arrive(Arrival(contact, "chat", "chat", menu, number=f"+141555501{contact:>02}"))
    for n, said in enumerate(words):
        at = segue.driver.now()
        await segue.driver.advance(Input(id=f"{contact}-{n}", at=at, contact=contact, text=said, mode="text"))


async def go(segue: Segue, contact: str, reason: LeftReason) -> None:
    await segue.driver.advance(Left(id=f"{contact}-left", at=segue.driver.now(), contact=contact, reason=reason))
