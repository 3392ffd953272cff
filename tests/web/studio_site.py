"""A real server with the demo's menu, for the studio's tests, and somebody with a browser before it."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Page, async_playwright

from ivr.server import Segue, application, build
from ivr.settings import Settings
from tests.servers import free_port, needs

FLAGS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 60_000  # milliseconds; a bound, never waited for
ROOT = Path(__file__).parents[2]


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
    chromium = needs("chromium", "the studio is tried in it")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        context = await browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        person = Ops(page, url)
        page.on("pageerror", lambda error: person.wrong.append(str(error)))
        page.on("console", lambda said: person.wrong.append(said.text) if said.type in {"error", "warning"} else None)
        yield person
        await browser.close()
    assert not person.wrong, person.wrong
