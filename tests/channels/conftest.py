"""A web phone to call, and one that a page calls."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from ivr.channels.webphone import WebPhone
from ivr.settings import Settings
from ivr.web.pages import Pages
from tests.channels.fake_driver import ORDER, WELCOME, FakeDriver, Records
from tests.channels.far_end import Exchange, Serve, ToneSpeaker, serving


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def serve(stack: AsyncExitStack, tmp_path: Path) -> Serve:
    """Starts a server on `records`; several may run one after another, as after a restart."""

    async def start(records: Records | None = None, *, grace: float = 30.0, **driver: Any) -> Exchange:
        speaker: Any = driver.pop("speaker", None) or ToneSpeaker(tmp_path)
        fake: Any = driver.pop("driver", None) or FakeDriver(records or Records(), **driver)
        webphone = WebPhone(fake, speaker, Settings(data_dir=tmp_path), grace=grace)
        return await stack.enter_async_context(serving(webphone))

    return start


@pytest.fixture
def driver() -> FakeDriver:
    return FakeDriver(Records())


@pytest.fixture
async def exchange(stack: AsyncExitStack, driver: FakeDriver, tmp_path: Path) -> Exchange:
    """Nobody listens; prompts that no test hears to their end."""
    speaker = ToneSpeaker(tmp_path, {WELCOME: 20.0, ORDER: 20.0})
    webphone = WebPhone(driver, speaker, Settings(data_dir=tmp_path))  # type: ignore[arg-type]
    return await stack.enter_async_context(serving(webphone, Pages(demo=False)))
