"""One server for all faults that must not harm it; who kills, fills or starves one starts their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.asterisk.conftest import asterisk_root  # noqa: F401 - a fixture
from tests.faults.lab import Lab, lab
from tests.faults.office import MENU, office, services
from tests.faults.site import Site
from tests.faults.site import site as running_site


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    async with office() as port:
        menus = {"office.yaml": MENU, "services.yaml": services(port)}
        async with lab(tmp_path_factory.mktemp("lab"), menus, VOICE_RATE=450) as server:
            yield server


@pytest_asyncio.fixture(loop_scope="session")
async def server(shared: Lab) -> AsyncIterator[Lab]:
    """With the dead offices for a menu; the log must be free of mistakes after each test."""
    yield shared
    assert shared.mistakes() == []
    assert (await shared.get("/healthz"))[0] == 200


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_site(asterisk_root: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:  # noqa: F811
    async with running_site(asterisk_root, tmp_path_factory.mktemp("site")) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def site(shared_site: Site) -> AsyncIterator[Site]:
    """As `server`, with all that production has."""
    yield shared_site
    assert shared_site.lab.mistakes() == []
