"""A migrated database of each kind for every test."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from context_bridge.contract import ContextStore
from context_bridge.migrate import migrate
from context_bridge.store import open_store
from tests.publishing.site import NOW
from tests.servers import PostgresServer

_numbers = itertools.count()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.database(f"publishing_{next(_numbers)}", "segue")
    migrate(sqlite := f"sqlite:///{tmp_path}/segue.db")
    return sqlite


@pytest.fixture
async def store(url: str) -> AsyncIterator[ContextStore]:
    opened = await open_store(url, clock=lambda: NOW)
    yield opened
    await opened.close()


@pytest.fixture
async def other(url: str) -> AsyncIterator[ContextStore]:
    """A second process on the same database."""
    opened = await open_store(url, clock=lambda: NOW)
    yield opened
    await opened.close()
