"""The Chromium that pages are tried in. Its microphone beeps once a second; what sounds, sounds without a click."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, async_playwright, expect

from tests.servers import needs

FLAGS = (
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
GRANTED = (*FLAGS, "--use-fake-ui-for-media-stream")
REFUSED = (*FLAGS, "--use-fake-ui-for-media-stream=deny")
PATIENCE = 90_000  # milliseconds; a bound, never waited for
expect.set_options(timeout=PATIENCE)


@asynccontextmanager
async def chromium(flags: Sequence[str] = GRANTED) -> AsyncIterator[Browser]:
    path = needs("chromium", "the pages are tried in it")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(flags))
        try:
            yield browser
        finally:
            await browser.close()


def watch(page: Page, wrong: list[str], kinds: frozenset[str] = frozenset({"error", "warning"})) -> None:
    """Wait for what this page's people do, and put what its console says of these kinds into `wrong`."""
    page.set_default_timeout(PATIENCE)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type in kinds else None)
