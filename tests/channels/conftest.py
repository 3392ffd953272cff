"""A web phone to call."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from ivr.channels.webphone import WebPhone
from ivr.settings import Settings
from tests.channels.fake_driver import FakeDriver, Records
from tests.channels.far_end import Exchange, Serve, ToneSpeaker, serving


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    """Starts a server on `records`; several may run one after another, as after a restart."""
    async with AsyncExitStack() as stack:

        async def start(records: Records | None = None, *, grace: float = 30.0, **driver: Any) -> Exchange:
            speaker = driver.pop("speaker", None) or ToneSpeaker(tmp_path)
            webphone = WebPhone(
                driver.pop("driver", None) or FakeDriver(records or Records(), **driver),
                speaker,
                Settings(data_dir=tmp_path),
                grace=grace,
            )
            return await stack.enter_async_context(serving(webphone))

        yield start
