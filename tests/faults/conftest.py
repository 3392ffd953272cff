"""One server for all faults that must not harm it; who kills, fills or starves one starts their own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.asterisk.conftest import asterisk_root  # noqa: F401 - a fixture
from tests.faults.lab import Lab, lab
from tests.faults.office import MENU, office, services


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    async with office() as port:
        menus = {"office.yaml": MENU, "services.yaml": services(port)}
        async with lab(tmp_path_factory.mktemp("lab"), menus) as server:
            yield server


@pytest_asyncio.fixture(loop_scope="session")
async def server(shared: Lab) -> AsyncIterator[Lab]:
    """With the dead offices for a menu; the log must be free of mistakes after each test."""
    yield shared
    assert shared.mistakes() == []
    assert (await shared.get("/healthz"))[0] == 200
