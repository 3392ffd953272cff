"""People who use the pages."""

from __future__ import annotations

from playwright.async_api import BrowserContext, Page

from tests.chromium import watch


class Person:
    """Somebody with a browser of their own; what goes wrong in its console fails the test."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.url = context, url
        self.wrong: list[str] = []

    async def open(self, path: str) -> Page:
        page = await self.context.new_page()
        watch(page, self.wrong)
        await page.goto(self.url + path)
        return page
